"""The outbox at the desk: what went, what waits, what failed and why; a button sends again what was given up."""

from collections import Counter
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.utils import get_valid_next_url_from_request

from portal.kernel import clock
from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet
from portal.kernel.errors import Problem
from portal.kernel.messages.actions import retry
from portal.kernel.messages.models import Message
from portal.kernel.messages.queries import visible_to
from portal.kernel.messages.rules import DESK
from portal.kernel.messages.states import MESSAGE, Channel
from portal.kernel.messages.templates import REGISTRY
from portal.kernel.states import Who
from portal.kernel.text import mask_email, mask_mobile, mask_name

_ONE_LINE = "w-whitespace-nowrap"
_MASK = {Channel.SMS: mask_mobile, Channel.EMAIL: mask_email}


def _templates() -> list[tuple[str, str]]:
    return sorted((code, f"{template.title}（{code}）") for code, template in REGISTRY.items())


def _recipient(message: Message) -> str:
    name = mask_name(message.recipient.name) if message.recipient else ""
    address = _MASK[Channel(message.channel)](message.address) if message.address else ""
    return f"{name} {address}".strip()


def _when(message: Message) -> datetime | None:
    return message.due_at if message.state == "queued" else message.sent_at


def _tries(message: Message) -> str:
    """How often it was tried; an in-app message is there at once, nobody tries anything."""
    return "—" if message.channel == Channel.IN_APP else str(message.attempts)


def _may_retry(message: Message) -> bool:
    return "retry" in MESSAGE.allowed(message.state, Who.STAFF) and not message.is_too_late(clock.now())


class MessageFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=MESSAGE.choices, widget=forms.RadioSelect)
    channel = django_filters.ChoiceFilter(label=_("渠道"), choices=Channel.choices, widget=forms.RadioSelect)
    template = django_filters.ChoiceFilter(label=_("模板"), choices=_templates)

    class Meta:
        model = Message
        fields: ClassVar = ["state", "channel", "template"]


class RetryColumn(Column):
    cell_template_name = "kernel/messages/retry.html"

    def get_cell_context_data(self, instance: Message, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        token = get_token(context["request"])
        return context | {"ids": [instance.pk] if _may_retry(instance) else [], "csrf_token": token}


class MessageListing(Listing):
    model = Message
    filterset_class = MessageFilters
    results_template_name = "kernel/messages/results.html"
    verbose_name_plural = _("消息")
    columns: ClassVar = [
        Instant("created_at", label=_("创建时间")),
        Column("template", label=_("模板"), accessor=lambda m: f"{m.title}（{m.template}）"),
        Column("channel", label=_("渠道"), accessor="get_channel_display", classname=_ONE_LINE),
        Column("recipient", label=_("收件人"), accessor=_recipient),
        StatusTagColumn(
            "state", label=_("状态"), accessor="get_state_display", primary=_may_retry, classname=_ONE_LINE
        ),
        Column("attempts", label=_("次数"), accessor=_tries),
        Column("last_error", label=_("最近错误"), classname="wrap-anywhere"),
        Instant("when", label=_("发送或下次发送"), accessor=_when),
        RetryColumn("again", label=_("操作"), accessor=_may_retry),
    ]

    def get_base_queryset(self) -> Any:
        return visible_to(self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"ids": [message.pk for message in context["object_list"] if _may_retry(message)]}


class RetryView(ForRoles, View):
    """Ask the verb for each message that was posted; one refusal does not keep the others from going."""

    http_method_names = ["post"]  # noqa: RUF012 -- as Django declares it

    def post(self, request: HttpRequest) -> HttpResponse:
        sent_again, refused = 0, Counter[str]()
        for message_id in dict.fromkeys(_ids(request)):
            try:
                retry(message_id, by=self.actor)
                sent_again += 1
            except Problem as problem:
                refused[str(problem.detail)] += 1
        if sent_again:
            messages.success(request, gettext("%(n)d 条消息将重新发送。") % {"n": sent_again})
        for detail, n in refused.items():
            messages.error(request, gettext("%(n)d 条消息没有重新发送：%(why)s") % {"n": n, "why": detail})
        return redirect(get_valid_next_url_from_request(request) or reverse("messages:index"))


def _ids(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("id") if text.isdecimal() and len(text) < 19]


class MessageViewSet(ListingViewSet):
    name = "messages"
    icon = "mail"
    menu_label = _("消息发送")
    roles = DESK
    listing = MessageListing

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("retry/", self.construct_view(RetryView), name="retry")]
