"""考试取消 at the desk: propose, decide by another person, look how far the refunds are, try again what failed."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.cancellations import actions, queries
from candidate_api.cancellations.models import Cancellation
from candidate_api.cancellations.states import CANCELLATION, MAY_DECIDE, MAY_READ
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Code, Problem
from portal.kernel.money import yuan

_SHOWN = 50  # of those that failed


def _proposed(actor: Actor) -> Waiting:
    rows = Cancellation.objects.filter(state="proposed").exclude(proposed_by=actor.user_id)
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("created_at")))


plug(Queue("cancellations", _("考试取消待批准"), MAY_DECIDE, _proposed, "cancellations:index", late_days=1))


def _course(row: Cancellation) -> str:
    return f"{row.offering.course.code} {row.offering.course.name}" if row.offering else str(_("整个考期"))


class Cancellations(Listing):
    model = Cancellation
    template_name = "cancellations/list.html"
    verbose_name_plural = _("考试取消")
    columns: ClassVar = [
        TitleColumn(
            "course",
            label=_("课程"),
            accessor=_course,
            get_url=lambda row: reverse("cancellations:one", args=[row.pk]),
        ),
        Column("session", label=_("考期"), accessor="session.name"),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("proposed_by", label=_("提出人"), accessor="proposed_by.name"),
        Column("progress", label=_("已退费/应退费"), accessor=lambda row: f"{row.done}/{row.total}"),
        Column("failed", label=_("未办理")),
        Instant("created_at", label=_("提出时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        context["may_propose"] = self.actor.has_role_at_top(*MAY_DECIDE)
        return context


class ProposeForm(forms.Form):
    session = forms.ChoiceField(label=_("考期"))
    course = forms.CharField(
        label=_("课程代码"), max_length=5, required=False, help_text=_("留空取消整个考期的全部课程。")
    )
    reason = forms.CharField(
        label=_("取消的原因"), max_length=120, help_text=_("会告诉考生，例如：因台风停考。请勿填写个人信息。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sessions = ExamSession.objects.filter(closed=False)
        self.fields["session"].choices = [(session.code, session.name) for session in sessions]  # type: ignore[attr-defined]


class Decider(ForRoles, View):
    """Whoever may propose and decide: of the province."""

    roles = MAY_DECIDE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            raise PermissionDenied from problem

    def crumbs(self, title: Any) -> list[dict[str, Any]]:
        return [{"url": reverse("cancellations:index"), "label": _("考试取消")}, {"url": "", "label": title}]


class Propose(Decider):
    """What is to be cancelled, and why; nothing happens until another person approves."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(ProposeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ProposeForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = actions.propose(given["session"], given["course"].strip(), given["reason"], by=self.actor)
            except Problem as problem:
                if problem.code == Code.PERMISSION_DENIED:
                    raise
                for error in problem.errors:
                    form.add_error(error.field if error.field in form.fields else None, str(error.detail))
                if not problem.errors:
                    form.add_error(None, str(problem.detail))
            else:
                messages.success(request, str(_("已提出，须由另一人批准。")))
                return redirect("cancellations:one", made.pk)
        return self.page(form, status=422 if form.errors else 200)

    def page(self, form: ProposeForm, status: int = 200) -> HttpResponse:
        if not self.actor.has_role_at_top(*MAY_DECIDE):
            raise PermissionDenied
        context = {
            "header_title": _("提出考试取消"),
            "breadcrumbs_items": self.crumbs(_("提出")),
            "explains": _("批准后考生不能再选择，已缴费的全部自动原路退费并通知本人，不能撤销。"),
            "button": _("提出"),
            "grave": True,
            "form": form,
            "back": reverse("cancellations:index"),
        }
        return render(self.request, "kernel/act.html", context, status=status)


class One(Decider):
    """How far it is; POST decides, or tries again what failed."""

    roles = MAY_READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        act = {"approve": actions.approve, "decline": actions.decline, "retry": actions.retry}.get(
            request.POST.get("act", "")
        )
        if act is None:
            raise Problem(Code.NOT_FOUND)
        try:
            act(pk, by=self.actor)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND or not self.actor.has_role_at_top(*MAY_DECIDE):
                raise
            return self.page(pk, str(problem.detail), status=problem.status)
        return redirect("cancellations:one", pk)

    def page(self, pk: int, problem: str = "", status: int = 200) -> HttpResponse:
        found = queries.visible_to(self.actor).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        extent = queries.extent(found)
        mine = found.proposed_by_id == self.actor.user_id
        may = self.actor.has_role_at_top(*MAY_DECIDE)
        context = {
            "header_title": _("考试取消"),
            "breadcrumbs_items": self.crumbs(_course(found)),
            "found": found,
            "course": _course(found),
            "state": CANCELLATION.states[found.state].label,
            "extent": extent,
            "fees": yuan(extent.fees_fen),
            "left": found.total - found.done - found.failed,
            "failed": found.entries.exclude(code="").select_related("registration__order")[:_SHOWN],
            "may_decide": may and not mine and found.state == "proposed",
            "waits_for_another": mine and found.state == "proposed",
            "may_retry": may and bool(found.failed),
            "problem": problem,
        }
        return render(self.request, "cancellations/one.html", context, status=status)


class CancellationViewSet(ListingViewSet):
    name = "cancellations"
    icon = "cross"
    menu_label = _("考试取消")
    menu_order = 146
    roles = MAY_READ
    listing = Cancellations

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("propose/", Propose.as_view(), name="propose"),
            path("<row:pk>/", One.as_view(), name="one"),
        ]
