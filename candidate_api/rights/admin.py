"""注销申请 at the desk: who asked, and the decision."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Min
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.registry.admin.acts import AtCounter
from candidate_api.rights import actions, queries
from candidate_api.rights.models import ErasureRequest
from candidate_api.rights.states import ERASURE, MAY_DECIDE
from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, Instant, Listing, ListingViewSet, ReasonForm
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Words
from portal.kernel.text import mask_name


def _waiting(actor: Actor) -> Waiting:
    rows = queries.erasures(actor).filter(state="requested").order_by()
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("requested_at")))


plug(Queue("erasures", _("注销申请"), MAY_DECIDE, _waiting, "erasures:index"))


class ErasureFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=ERASURE.choices, widget=forms.RadioSelect)

    class Meta:
        model = ErasureRequest
        fields: ClassVar = ["state"]


# What the desk does with a request next.
_ACT = {"requested": "approve", "approved": "reopen"}


class ErasureListing(Listing):
    model = ErasureRequest
    filterset_class = ErasureFilters
    verbose_name_plural = _("注销申请")
    columns: ClassVar = [
        TitleColumn(
            "name",
            label=_("申请人"),
            accessor=lambda e: mask_name(e.user.name),
            get_url=lambda e: reverse(f"erasures:{_ACT[e.state]}", args=[e.pk]) if e.state in _ACT else None,
        ),
        Column("number", label=_("准考证号"), accessor=lambda e: e.user.candidate.candidate_number),
        Instant("requested_at", label=_("申请时间")),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("decided_by", label=_("处理人")),
        Instant("decided_at", label=_("处理时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.erasures(self.actor)


class DecisionForm(ReasonForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("处理意见")


class _Decide(ActView):
    roles = MAY_DECIDE
    form_class = DecisionForm
    template_name = "rights/decide.html"

    def find(self, pk: int) -> ErasureRequest:
        return queries.erasure(self.actor, pk)

    def back(self) -> str:
        return reverse("erasures:index")

    def facts(self) -> list[tuple[Words, str]]:
        request: ErasureRequest = self.thing
        return [
            (_("申请人"), mask_name(request.user.name)),
            (_("准考证号"), request.user.candidate.candidate_number or ""),
            (_("申请理由"), request.reason),
        ]


class Approve(_Decide):
    title = button = _("同意注销")
    explains = _(
        "账号将关闭，联系方式、地址和消息内容等立即删除，不能找回。考籍、成绩、缴费和审计记录依法保留，本人可以到现场申请恢复账号。"
    )
    grave = True

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.approve_erasure(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("账号已注销。"))
        return None


class Refuse(_Decide):
    title = button = _("不同意注销")
    explains = _("处理意见会发给申请人。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.refuse_erasure(self.thing.pk, given["reason"], by=self.actor)
        self.done(_("已退回申请。"))
        return None


class Reopen(AtCounter, _Decide):
    title = button = _("恢复账号")
    explains = _("须当面核验考生证件原件。原考籍和成绩恢复使用；考生用新手机号码找回密码，并重新填写联系方式。")

    def candidate_id(self) -> int:
        return int(self.thing.user.candidate.pk)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        if page := self.code_sent(given):
            return page
        actions.reopen_account(self.thing.pk, given["mobile"], given["code"], given["reason"], by=self.actor)
        self.done(_("账号已恢复。"))
        return None


class ErasureViewSet(ListingViewSet):
    name = "erasures"
    icon = "bin"
    menu_label = _("注销申请")
    menu_order = 140
    roles = MAY_DECIDE
    listing = ErasureListing

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<row:pk>/approve/", Approve.as_view(), name="approve"),
            path("<row:pk>/reopen/", Reopen.as_view(), name="reopen"),
            path("<row:pk>/refuse/", Refuse.as_view(), name="refuse"),
        ]
