"""群发消息 at the desk: draft, dry run with its number, confirmation with that number, report, retry."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets.button import HeaderButton

from candidate_api.broadcasts import actions, queries
from candidate_api.broadcasts.models import Broadcast
from candidate_api.broadcasts.states import BROADCAST, MAY_BROADCAST, MOST_RETRIED, MOST_TITLE, MOST_WORDS
from candidate_api.catalogue.models import District, Major
from candidate_api.sessions.models import ExamSession
from portal.kernel.admin import ActView, ForRoles, Instant, Listing, ListingViewSet
from portal.kernel.errors import Problem, Words
from portal.kernel.text import mask_name

_SHOWN_FAILURES = 50


def for_whom(broadcast: Broadcast) -> str:
    """The filter in words."""
    parts = [str(part) for part in (broadcast.session, broadcast.district, broadcast.major) if part]
    return "、".join(parts) or str(_("全体考生"))


class BroadcastFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=BROADCAST.choices, widget=forms.RadioSelect)

    class Meta:
        model = Broadcast
        fields: ClassVar = ["state"]


class BroadcastListing(Listing):
    model = Broadcast
    filterset_class = BroadcastFilters
    verbose_name_plural = _("群发消息")
    columns: ClassVar = [
        TitleColumn("title", label=_("标题"), get_url=lambda b: reverse("broadcasts:one", args=[b.pk])),
        Column("whom", label=_("对象"), accessor=for_whom),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("reached", label=_("已发人数")),
        Column("drafted_by", label=_("起草人")),
        Instant("confirmed_at", label=_("确认时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("起草"), reverse("broadcasts:new"), icon_name="plus")]


class DraftForm(forms.Form):
    title = forms.CharField(label=_("标题"), max_length=MOST_TITLE)
    text = forms.CharField(label=_("正文"), max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 6}))
    session = forms.ModelChoiceField(
        label=_("报考考期"), queryset=ExamSession.objects.all(), required=False, help_text=_("在该考期有报考的考生。")
    )
    district = forms.ModelChoiceField(label=_("所属市自考办"), queryset=District.objects.all(), required=False)
    major = forms.ModelChoiceField(label=_("报考专业"), queryset=Major.objects.order_by("code"), required=False)
    remind = forms.BooleanField(
        label=_("另发短信和邮件提醒"), required=False, help_text=_("提醒只写标题；正文在登录后的消息里。")
    )


class New(ForRoles, View):
    """Write one down; the next page says how many it is for."""

    roles = MAY_BROADCAST

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(DraftForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DraftForm(request.POST)
        if form.is_valid():
            try:
                made = actions.draft(**form.cleaned_data, by=self.actor)
            except Problem as problem:
                for error in problem.errors:
                    form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            else:
                return HttpResponseRedirect(reverse("broadcasts:one", args=[made.pk]))
        return self._page(form)

    def _page(self, form: DraftForm) -> HttpResponse:
        context = {
            "header_title": _("起草群发消息"),
            "breadcrumbs_items": [
                {"url": reverse("broadcasts:index"), "label": _("群发消息")},
                {"url": "", "label": _("起草")},
            ],
            "explains": _("不选条件则发给全体考生。起草后先看人数，确认后才发送。"),
            "button": _("下一步：查看人数"),
            "form": form,
            "back": reverse("broadcasts:index"),
        }
        return render(self.request, "kernel/act.html", context)


class One(ForRoles, View):
    """A draft with the number that it would reach, or how what was sent has fared."""

    roles = MAY_BROADCAST

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            broadcast = queries.one(self.actor, pk)
        except Problem as problem:
            raise Http404 from problem
        is_draft = broadcast.state == "draft"
        failures = list(queries.failures(broadcast)[:_SHOWN_FAILURES])
        context = {
            "header_title": _("群发消息"),
            "breadcrumbs_items": [
                {"url": reverse("broadcasts:index"), "label": _("群发消息")},
                {"url": "", "label": broadcast.title},
            ],
            "broadcast": broadcast,
            "whom": for_whom(broadcast),
            "state": BROADCAST.states[broadcast.state].label,
            "count": queries.recipients(broadcast).count() if is_draft else None,
            "report": [] if is_draft else queries.report(broadcast),
            "failures": [
                {
                    "name": mask_name(message.recipient.name) if message.recipient else "",
                    "channel": message.get_channel_display(),
                    "why": message.last_error,
                }
                for message in failures
            ],
        }
        return render(request, "broadcasts/one.html", context)


class _Act(ActView):
    roles = MAY_BROADCAST
    form_class: type[forms.Form] = forms.Form

    def find(self, pk: int) -> Broadcast:
        return queries.one(self.actor, pk)

    def back(self) -> str:
        return reverse("broadcasts:one", args=[self.thing.pk])

    def facts(self) -> list[tuple[Words, str]]:
        return [(_("标题"), self.thing.title), (_("正文"), self.thing.text), (_("对象"), for_whom(self.thing))]


class ConfirmForm(forms.Form):
    count = forms.IntegerField(label=_("输入人数以确认"), min_value=0, help_text=_("与上面的人数一致才会发送。"))


class Confirm(_Act):
    title = button = _("确认发送")
    explains = _("发出后不能撤回。")
    grave = True
    form_class = ConfirmForm

    def facts(self) -> list[tuple[Words, str]]:
        return [*super().facts(), (_("将收到的人数"), str(queries.recipients(self.thing).count()))]

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.confirm(self.thing.pk, given["count"], by=self.actor)
        self.done(_("已开始在后台发送。"))
        return None


class Discard(_Act):
    title = button = _("放弃")
    explains = _("这条消息不会发送。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.discard(self.thing.pk, by=self.actor)
        self.done(_("已放弃。"))
        return None


class Retry(_Act):
    title = button = _("重新发送失败的")
    explains = _("每次最多重新发送%(most)d条。") % {"most": MOST_RETRIED}

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        retried = actions.retry_failed(self.thing.pk, by=self.actor)
        self.done(_("%(n)d 条消息将重新发送。") % {"n": retried})
        return None


class BroadcastViewSet(ListingViewSet):
    name = "broadcasts"
    icon = "mail"
    menu_label = _("群发消息")
    menu_order = 8002
    roles = MAY_BROADCAST
    listing = BroadcastListing

    def get_urlpatterns(self) -> list[URLPattern]:
        acts = {"confirm": Confirm, "discard": Discard, "retry": Retry}
        return [
            *super().get_urlpatterns(),
            path("new/", New.as_view(), name="new"),
            path("<row:pk>/", One.as_view(), name="one"),
            *(path(f"<row:pk>/{name}/", act.as_view(), name=name) for name, act in acts.items()),
        ]
