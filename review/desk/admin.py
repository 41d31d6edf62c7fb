"""业务审核: the queue, the next one, and the page where one is decided: the form left, the papers right."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn

from portal.kernel import clock
from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet
from portal.kernel.dashboard import panels
from portal.kernel.dashboard.panels import plug
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who
from portal.kernel.text import mask_name
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.rules import Remark, Verdict
from review.applications.states import MAY_DECIDE, MAY_SEE
from review.desk.filters import QueueFilters
from review.desk.listing import Export, FiguresView, Filters
from review.desk.queries import saved_filters
from review.offices.models import Office
from review.types.kinds import applicants, kind_of
from review.types.rules import shown, shown_rows
from review.types.states import StepActor


def time_left(application: Application) -> str:
    """剩2天 / 今天到期 / 已超期1天, in words and not by colour alone; empty where no office has to act."""
    if application.turn != StepActor.OFFICE or application.due_at is None:
        return ""
    # A deadline is the end of a day: 24:00 is the next day's 00:00.
    days = (clock.local(application.due_at).date() - clock.today()).days - 1
    if application.due_at <= clock.now():
        return _now("已超期%(days)d天") % {"days": max(-days, 1)}
    return _now("剩%(days)d天") % {"days": days} if days > 0 else _now("今天到期")


def holder(application: Application) -> str:
    """Who has it in hand now."""
    is_held = application.claimed_until is not None and application.claimed_until > clock.now()
    return str(application.claimed_by.name) if is_held and application.claimed_by else ""


class Queue(Listing):
    model = Application
    filterset_class = QueueFilters
    template_name = "review/desk/queue.html"
    verbose_name_plural = _("业务申请")
    default_ordering = None
    columns: ClassVar = [
        TitleColumn("number", label=_("编号"), get_url=lambda a: reverse("applications:case", args=[a.pk])),
        Column("type", label=_("业务"), accessor="type.title"),
        Column("applicant", label=_("申请人"), accessor=lambda a: mask_name(a.applicant.name)),
        Column("state", label=_("状态"), accessor="state_label"),
        Column("office", label=_("受理机构"), accessor=lambda a: str(a.office or "")),
        Column("left", label=_("时限"), accessor=time_left),
        Instant("submitted_at", label=_("提交时间")),
        Column("claimed", label=_("审核人"), accessor=holder),
    ]

    def get_base_queryset(self) -> Any:
        return queries.listed(self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        may = self.actor.has_role(*MAY_DECIDE)
        return context | {
            "may_decide": may,
            "counts": queries.waiting(self.actor) if may else None,
            "filters": saved_filters(self.actor),
            "query": self.request.GET.urlencode(),
        }


plug(
    panels.Queue(
        "applications",
        _("待审核的业务申请"),
        roles=MAY_DECIDE,
        look=lambda actor: panels.Waiting(**queries.waiting(actor)),
        link="applications:index",
    )
)


class Next(ForRoles, View):
    """领取下一件."""

    roles = MAY_DECIDE

    def post(self, request: HttpRequest) -> HttpResponse:
        found = actions.claim_next(request.POST.get("type", ""), by=self.actor)
        if found is None:
            messages.success(request, _now("没有等待审核的申请。"))
            return HttpResponseRedirect(reverse("applications:index"))
        return HttpResponseRedirect(reverse("applications:case", args=[found.pk]))


class _OfCase(ForRoles, View):
    roles = MAY_SEE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            raise PermissionDenied from problem


class Case(_OfCase):
    """One application: what was asked for, what has changed, what is known, what was decided; and the decision."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        verb = request.POST.get("verb", "")
        try:
            self._decide(verb, pk, request)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise
            sentences = [str(error.detail) for error in problem.errors] or [str(problem.detail)]
            return self._page(sentences, status=problem.status)
        if verb in ("claim", "take_over"):
            return HttpResponseRedirect(reverse("applications:case", args=[pk]))
        messages.success(request, _now("已处理。"))
        if request.POST.get("then") == "next":
            found = actions.claim_next(by=self.actor)
            if found is not None:
                return HttpResponseRedirect(reverse("applications:case", args=[found.pk]))
        return HttpResponseRedirect(reverse("applications:index"))

    def _decide(self, verb: str, pk: int, request: HttpRequest) -> None:
        given, actor = request.POST, self.actor
        revision = _number(given.get("revision", ""))
        match verb:
            case "claim":
                actions.claim(pk, by=actor)
            case "take_over":
                actions.take_over(pk, by=actor)
            case "let_go":
                actions.let_go(pk, by=actor)
            case "approve":
                verdicts = _verdicts(request)
                outcome, value = given.get("outcome", ""), given.get("value", "")
                actions.approve(pk, revision, given.get("note", ""), outcome, verdicts, value, by=actor)
            case "release":
                actions.release(pk, by=actor)
            case "return_":
                days = given.get("days", "")
                actions.return_(pk, revision, _remarks(request), _number(days) if days else None, by=actor)
            case "reject":
                actions.reject(pk, revision, given.get("note", ""), by=actor)
            case "ask":
                actions.ask(pk, revision, given.get("office", ""), given.get("note", ""), by=actor)
            case _:
                raise Problem(Code.NOT_FOUND)

    def _lines(self, application: Application, options: Any) -> list[tuple[str, bool, str]]:
        """The rows to decide one by one, with what was decided so far, or typed."""
        step = application.step
        question = application.configuration.question(step.lines) if step and step.lines else None
        if question is None:
            return []
        rows, said = shown_rows(question, application.answers, options), application.verdicts
        typed = _verdicts(self.request)
        known = [(v.passed, v.note) for v in typed] or [tuple(v) for v in said] or [(True, "")] * len(rows)
        return [(row, *verdict) for row, verdict in zip(rows, known, strict=False)]

    def _page(self, problems: list[str] | None = None, status: int = 200) -> HttpResponse:
        application = queries.one(self.actor, self.kwargs["pk"])
        configuration, answers = application.configuration, application.answers
        options, changed = queries.options(application), {d.key: d for d in queries.changed(application)}
        papers = list(application.papers.select_related("file"))
        now = clock.now()
        deciders = self.actor.offices_as(*MAY_DECIDE)
        decides = application.office is not None and application.office.path.startswith(tuple(deciders))
        held_by_other = application.is_claimed_by_another(self.actor.user_id, now)
        is_mine = (
            application.claimed_by_id == self.actor.user_id and not held_by_other and bool(application.claimed_by_id)
        )
        allowed = application.allowed_to(Who.STAFF) if decides else []
        asked = [question for question in configuration.questions if question.is_asked(answers)]
        targets = [(target.key, target.label) for target in (*asked, *configuration.materials)]
        context = {
            "header_title": configuration.title,
            "header_icon": "tasks",
            "breadcrumbs_items": [
                {"url": reverse("applications:index"), "label": _("业务审核")},
                {"url": "", "label": f"{configuration.title} {application.number}"},
            ],
            "application": application,
            "configuration": configuration,
            "problems": problems or [],
            "rows": [(q, shown(q, answers, options), changed.get(q.key)) for q in asked],
            "papers": [(m, [p for p in papers if p.key == m.key], changed.get(m.key)) for m in configuration.materials],
            "facts": applicants.facts(application.applicant) + kind_of(application.type.kind).facts(application),
            "earlier": queries.visible_to(self.actor)
            .filter(applicant=application.applicant)
            .exclude(pk=application.pk)
            .select_related("type")
            .order_by("-pk")[:5],
            "events": application.events.all(),
            "allowed": allowed,
            "step": application.step,
            "register": kind_of(application.type.kind).prints and application.round > 0,
            "asks_value": kind_of(application.type.kind).asks_value,
            "lines": self._lines(application, options),
            "targets": targets,
            "offices": Office.objects.exclude(pk=application.office_id) if "ask" in allowed else (),
            "holder": application.claimed_by if held_by_other else None,
            "is_mine": is_mine,
            "left": time_left(application),
            "typed": self.request.POST,
        }
        return render(self.request, "review/desk/case.html", context, status=status)


def _number(text: str) -> int:
    """What was typed, or -1 where it is no number that could be meant."""
    return int(text) if text.isdecimal() and len(text) <= 9 else -1


def _verdicts(request: HttpRequest) -> list[Verdict]:
    """`verdict-0`, `verdict-1` …: `yes`, or `no` with its `verdict-note-0`."""
    given = request.POST
    found: list[Verdict] = []
    while f"verdict-{len(found)}" in given:
        number = len(found)
        passed = given[f"verdict-{number}"] == "yes"
        found.append(Verdict(passed, "" if passed else given.get(f"verdict-note-{number}", "")))
    return found


def _remarks(request: HttpRequest) -> list[Remark]:
    pairs = zip(request.POST.getlist("target"), request.POST.getlist("text"), strict=False)
    return [Remark(target, text.strip()) for target, text in pairs if text.strip()]


class Heartbeat(_OfCase):
    """An open page keeps its application in hand."""

    roles = MAY_DECIDE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.claim(pk, by=self.actor)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise
            return JsonResponse({"held": False, "why": str(problem.detail)})
        return JsonResponse({"held": True})


class PaperView(_OfCase):
    """A paper, shown in the page; who looked is written down."""

    def get(self, request: HttpRequest, pk: int, material_id: int) -> HttpResponseBase:
        file = actions.open_paper(pk, material_id, by=self.actor)
        return private_file(file.read(), file.content_type, file.name)


class RegisterView(_OfCase):
    """登记表 or 申请表 as the candidate has it; who looked is written down."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if applicants.form is None:
            raise Http404
        file = applicants.form(pk, self.actor)
        return private_file(file.read(), file.content_type, file.name)


class ApplicationViewSet(ListingViewSet):
    name = "applications"
    icon = "tasks"
    menu_label = _("业务审核")
    menu_order = 110
    roles = MAY_SEE
    listing = Queue

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("figures/", FiguresView.as_view(), name="figures"),
            path("export/", Export.as_view(), name="export"),
            path("filters/", Filters.as_view(), name="filters"),
            path("next/", Next.as_view(), name="next"),
            path("<row:pk>/", Case.as_view(), name="case"),
            path("<row:pk>/register.pdf", RegisterView.as_view(), name="register"),
            path("<row:pk>/heartbeat/", Heartbeat.as_view(), name="heartbeat"),
            path("<row:pk>/papers/<row:material_id>/", PaperView.as_view(), name="paper"),
        ]
