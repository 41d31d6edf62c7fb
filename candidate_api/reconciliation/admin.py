"""对账 at the desk: the differences and how each was settled, the bills, and what can be done."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Min
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.payments.states import Channel
from candidate_api.reconciliation import actions, queries
from candidate_api.reconciliation.models import Difference, Statement
from candidate_api.reconciliation.states import DIFFERENCE, MAY_HANDLE, MAY_READ, STATEMENT, Kind, Resolution
from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, Instant, Listing, ListingViewSet, ReasonForm
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.money import yuan


def _waiting(actor: Actor) -> Waiting:
    rows = queries.differences(actor).filter(state="open").order_by()
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("found_at")))


plug(Queue("differences", _("对账差异"), MAY_READ, _waiting, "reconciliation:index"))


def _money(name: str) -> Any:
    def shown(row: Any) -> str:
        fen = getattr(row, name)
        return "—" if fen is None else yuan(fen)

    return shown


class DifferenceFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=DIFFERENCE.choices, widget=forms.RadioSelect)
    kind = django_filters.ChoiceFilter(label=_("差异类型"), choices=Kind.choices, widget=forms.RadioSelect)
    channel = django_filters.ChoiceFilter(
        label=_("渠道"), field_name="statement__channel", choices=Channel.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Difference
        fields: ClassVar = ["state", "kind", "channel"]


class DifferenceListing(Listing):
    model = Difference
    filterset_class = DifferenceFilters
    template_name = "reconciliation/list.html"
    verbose_name_plural = _("对账差异")
    columns: ClassVar = [
        TitleColumn(
            "number",
            label=_("商户单号"),
            accessor="number",
            get_url=lambda d: reverse("reconciliation:handle", args=[d.pk]),
        ),
        Column("kind", label=_("差异类型"), accessor="get_kind_display"),
        Column("channel", label=_("渠道"), accessor=lambda d: d.statement.get_channel_display()),
        Column("day", label=_("账单日期"), accessor=lambda d: f"{d.statement.day}"),
        Column("theirs", label=_("账单金额"), accessor=_money("theirs_fen")),
        Column("ours", label=_("本系统金额"), accessor=_money("ours_fen")),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("handled_by", label=_("处理人")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.differences(self.actor)


class StatementFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=STATEMENT.choices, widget=forms.RadioSelect)
    channel = django_filters.ChoiceFilter(label=_("渠道"), choices=Channel.choices, widget=forms.RadioSelect)

    class Meta:
        model = Statement
        fields: ClassVar = ["state", "channel"]


class StatementListing(Listing):
    model = Statement
    filterset_class = StatementFilters
    default_ordering = "-day"
    verbose_name_plural = _("渠道账单")
    columns: ClassVar = [
        TitleColumn(
            "day",
            label=_("账单日期"),
            accessor=lambda s: f"{s.day}",
            get_url=lambda s: reverse("reconciliation:fetch", args=[s.pk]) if s.state == "due" else None,
        ),
        Column("channel", label=_("渠道"), accessor="get_channel_display"),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("payments", label=_("收款笔数")),
        Column("payments_fen", label=_("收款金额"), accessor=_money("payments_fen")),
        Column("refunds", label=_("退款笔数")),
        Column("refunds_fen", label=_("退款金额"), accessor=_money("refunds_fen")),
        Column("found", label=_("差异")),
        Column("open", label=_("待处理差异")),
        Column("last_error", label=_("最近错误")),
        Instant("matched_at", label=_("核对时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.statements(self.actor)


class HandleForm(ReasonForm):
    resolution = forms.ChoiceField(label=_("处理方式"), choices=Resolution.choices, widget=forms.RadioSelect)
    field_order = ("resolution", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("处理说明")


class Handle(ActView):
    """One difference: both sides, and how it was or is settled."""

    title = _("对账差异")
    button = _("登记处理结果")
    explains = _("登记只说明差异如何处理，不改动账目：补记、退款请先在订单上办理。处理人和时间一并记录。")
    roles = MAY_READ
    form_class = HandleForm

    def find(self, pk: int) -> Difference:
        found = queries.differences(self.actor).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("reconciliation:index")

    def page(self, form: Any, status: int = 200, **more: Any) -> HttpResponse:
        may = self.thing.state == "open" and self.actor.has_role(*MAY_HANDLE)
        return super().page(form if may else None, status, **more)

    def facts(self) -> list[tuple[Words, str]]:
        found = self.thing
        attempt = found.attempt or (found.refund and found.refund.attempt)
        facts: list[tuple[Words, str]] = [
            (_("差异类型"), found.get_kind_display()),
            (_("渠道"), found.statement.get_channel_display()),
            (_("账单日期"), str(found.statement.day)),
            (_("商户单号"), found.number),
            (_("账单金额"), _money("theirs_fen")(found)),
            (_("本系统金额"), _money("ours_fen")(found)),
            (_("订单编号"), attempt.order.number if attempt else ""),
            (_("支付现状"), attempt.get_state_display() if attempt else ""),
            (_("退款现状"), found.refund.get_state_display() if found.refund else ""),
            (_("状态"), found.get_state_display()),
        ]
        if found.state == "handled":
            facts += [
                (_("处理方式"), found.get_resolution_display()),
                (_("处理说明"), found.note),
                (_("处理人"), str(found.handled_by)),
            ]
        return facts

    def act(self, given: dict[str, Any]) -> None:
        actions.handle(self.thing.pk, given["resolution"], given["reason"], by=self.actor)
        self.done(_("处理结果已登记。"))


class Fetch(ActView):
    title = button = _("重新下载账单")
    explains = _("账单每天上午十点以后由系统下载并核对。下载失败的每十五分钟重试，也可以现在重试。")
    roles = MAY_HANDLE
    form_class = forms.Form

    def find(self, pk: int) -> Statement:
        found = queries.statements(self.actor).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("reconciliation:statements")

    def facts(self) -> list[tuple[Words, str]]:
        found = self.thing
        return [
            (_("渠道"), found.get_channel_display()),
            (_("账单日期"), str(found.day)),
            (_("次数"), str(found.tries)),
            (_("最近错误"), found.last_error),
        ]

    def act(self, given: dict[str, Any]) -> None:
        actions.fetch_again(self.thing.pk, by=self.actor)
        self.done(_("已安排下载。"))


class ReconciliationViewSet(ListingViewSet):
    name = "reconciliation"
    icon = "list-ul"
    menu_label = _("对账")
    menu_order = 150
    roles = MAY_READ
    listing = DifferenceListing

    def get_urlpatterns(self) -> list[URLPattern]:
        bills = {
            "roles": MAY_READ,
            "page_title": _("渠道账单"),
            "index_url_name": "reconciliation:statements",
            "index_results_url_name": "reconciliation:statements_results",
        }
        return [
            *super().get_urlpatterns(),
            path("<row:pk>/", Handle.as_view(), name="handle"),
            path("statements/", self.construct_view(StatementListing, **bills), name="statements"),
            path(
                "statements/results/",
                self.construct_view(StatementListing, results_only=True, **bills),
                name="statements_results",
            ),
            path("statements/<row:pk>/", Fetch.as_view(), name="fetch"),
        ]
