"""缴费管理 at the desk: what went wrong and can be tried again, the refunds, the channels."""

from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.payments import actions, queries
from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.states import MAY_READ, MAY_RETRY, MAY_SWITCH, REFUND, Channel, Reason
from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, ForRoles, Instant, Listing, ListingViewSet
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.money import yuan

_ONE_LINE = "w-whitespace-nowrap"
TROUBLES = {
    "unresolved": _("款项已到账，尚未办结"),
    "silent": _("支付时间已过，渠道没有答复"),
    "mismatch": _("渠道消息与本系统不符"),
}


def _troubles(actor: Actor) -> Waiting:
    rows = queries.troubles(actor).order_by()
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("created_at")))


def _failed(actor: Actor) -> Waiting:
    rows = queries.refunds(actor).filter(state="failed").order_by()
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("created_at")))


plug(
    Queue("payment-troubles", _("缴费异常"), MAY_READ, _troubles, "payments:index", late_days=1),
    Queue("failed-refunds", _("退款失败"), MAY_READ, _failed, "payments:refunds", late_days=1),
)


def _amount(row: Any) -> str:
    return yuan(row.amount_fen)


class TroubleFilters(WagtailFilterSet):
    channel = django_filters.ChoiceFilter(label=_("渠道"), choices=Channel.choices, widget=forms.RadioSelect)

    class Meta:
        model = PaymentAttempt
        fields: ClassVar = ["channel"]


class TroubleListing(Listing):
    model = PaymentAttempt
    filterset_class: Any = TroubleFilters
    template_name = "payments/list.html"
    verbose_name_plural = _("缴费异常")
    columns: ClassVar = [
        TitleColumn(
            "out_trade_no",
            label=_("商户订单号"),
            accessor="out_trade_no",
            get_url=lambda a: reverse("payments:look-again", args=[a.pk]),
        ),
        Column("trouble", label=_("情况"), accessor=lambda a: TROUBLES[a.trouble]),
        Column("channel", label=_("渠道"), accessor="get_channel_display", classname=_ONE_LINE),
        Column("amount", label=_("金额"), accessor=_amount),
        Column("state", label=_("支付状态"), accessor="get_state_display", classname=_ONE_LINE),
        Column("order", label=_("订单状态"), accessor=lambda a: a.order.get_state_display(), classname=_ONE_LINE),
        Instant("created_at", label=_("发起时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.troubles(self.actor)


class RefundFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=REFUND.choices, widget=forms.RadioSelect)
    reason = django_filters.ChoiceFilter(label=_("原因"), choices=Reason.choices, widget=forms.RadioSelect)
    channel = django_filters.ChoiceFilter(
        label=_("渠道"), field_name="attempt__channel", choices=Channel.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Refund
        fields: ClassVar = ["state", "reason", "channel"]


class RefundListing(Listing):
    model = Refund
    filterset_class = RefundFilters
    verbose_name_plural = _("退款")
    columns: ClassVar = [
        TitleColumn(
            "out_refund_no",
            label=_("商户退款单号"),
            accessor="out_refund_no",
            get_url=lambda r: reverse("payments:retry-refund", args=[r.pk]) if r.state == "failed" else None,
        ),
        Column("channel", label=_("渠道"), accessor=lambda r: r.attempt.get_channel_display(), classname=_ONE_LINE),
        Column("amount", label=_("金额"), accessor=_amount),
        Column("reason", label=_("原因"), accessor="get_reason_display"),
        Column("state", label=_("状态"), accessor="get_state_display", classname=_ONE_LINE),
        Column("attempts", label=_("次数")),
        Column("last_error", label=_("最近错误")),
        Instant("created_at", label=_("申请时间")),
        Instant("refunded_at", label=_("退款时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.refunds(self.actor)


class LookAgain(ActView):
    title = _("缴费异常")
    button = _("向渠道查询并办理")
    explains = _("立即向支付渠道查询这笔支付：已到账的办理报考或者退款，已关闭的关闭。结果以渠道的签名答复为准。")
    roles = MAY_RETRY
    form_class = forms.Form

    def find(self, pk: int) -> PaymentAttempt:
        found = queries.troubles(self.actor).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("payments:index")

    def facts(self) -> list[tuple[Words, str]]:
        found = self.thing
        return [
            (_("商户订单号"), found.out_trade_no),
            (_("情况"), str(TROUBLES[found.trouble])),
            (_("渠道"), found.get_channel_display()),
            (_("金额"), _amount(found)),
            (_("支付状态"), found.get_state_display()),
            (_("订单编号"), found.order.number),
            (_("订单状态"), found.order.get_state_display()),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.look_again(self.thing.pk, by=self.actor)
        self.done(_("已向渠道查询。"))


class RetryRefund(ActView):
    title = button = _("重新退款")
    explains = _("以同一退款单号重新提交，不会重复退款。请先查明渠道拒绝的原因。")
    roles = MAY_RETRY
    form_class = forms.Form

    def find(self, pk: int) -> Refund:
        found = queries.refunds(self.actor).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("payments:refunds")

    def facts(self) -> list[tuple[Words, str]]:
        found = self.thing
        return [
            (_("商户退款单号"), found.out_refund_no),
            (_("订单编号"), found.attempt.order.number),
            (_("金额"), _amount(found)),
            (_("原因"), found.get_reason_display()),
            (_("状态"), found.get_state_display()),
            (_("最近错误"), found.last_error),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.retry_refund(self.thing.pk, by=self.actor)
        self.done(_("已重新提交退款。"))


class Channels(ForRoles, View):
    """Which channels are offered, and the way to the switch of each."""

    roles = MAY_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        offered = queries.offered_channels()
        rows = [
            {"channel": channel, "offered": channel in offered, "url": reverse("payments:switch", args=[number])}
            for number, channel in enumerate(queries.channels())
        ]
        context = {
            "header_title": _("支付渠道"),
            "breadcrumbs_items": [
                {"url": reverse("payments:index"), "label": _("缴费管理")},
                {"url": "", "label": _("支付渠道")},
            ],
            "rows": rows,
            "may_switch": self.actor.has_role_at_top(*MAY_SWITCH),
        }
        return render(request, "payments/channels.html", context)


@dataclass(frozen=True)
class Offer:
    """A channel, and whether payers may choose it now."""

    channel: Channel
    offered: bool

    def __str__(self) -> str:
        return str(self.channel.label)


class Switch(ActView):
    roles = MAY_SWITCH
    grave = True

    def find(self, pk: int) -> Offer:
        known = queries.channels()
        if pk >= len(known):
            raise Problem(Code.NOT_FOUND)
        found = Offer(known[pk], known[pk] in queries.offered_channels())
        self.title = self.button = _("停用渠道") if found.offered else _("启用渠道")
        self.explains = (
            _("停用后考生不能再选择这种支付方式；已发起的支付照常到账。")
            if found.offered
            else _("启用后考生可以选择这种支付方式。")
        )
        return found

    def back(self) -> str:
        return reverse("payments:channels")

    def act(self, given: dict[str, Any]) -> None:
        actions.switch_channel(self.thing.channel.value, not self.thing.offered, given["reason"], by=self.actor)
        self.done(_("渠道已停用。") if self.thing.offered else _("渠道已启用。"))


class PaymentsViewSet(ListingViewSet):
    name = "payments"
    icon = "warning"
    menu_label = _("缴费管理")
    menu_order = 145
    roles = MAY_READ
    listing = TroubleListing

    def get_urlpatterns(self) -> list[URLPattern]:
        back = {
            "roles": MAY_READ,
            "page_title": _("退款"),
            "index_url_name": "payments:refunds",
            "index_results_url_name": "payments:refunds_results",
        }
        return [
            *super().get_urlpatterns(),
            path("<row:pk>/look-again/", LookAgain.as_view(), name="look-again"),
            path("refunds/", self.construct_view(RefundListing, **back), name="refunds"),
            path(
                "refunds/results/",
                self.construct_view(RefundListing, results_only=True, **back),
                name="refunds_results",
            ),
            path("refunds/<row:pk>/retry/", RetryRefund.as_view(), name="retry-refund"),
            path("channels/", Channels.as_view(), name="channels"),
            path("channels/<row:pk>/", Switch.as_view(), name="switch"),
        ]
