"""The page where one is decided: the form left, the papers right; and what it asks for while it is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages

from portal.kernel import clock
from portal.kernel.admin import ForRoles, toned
from portal.kernel.downloads import private_file
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.rules import Foretold, Remark, Verdict
from review.applications.states import MAY_DECIDE, MAY_SEE
from review.desk.queries import calendar, left
from review.desk.states import TONES
from review.offices.models import Office
from review.offices.states import OfficeKind
from review.types.kinds import applicants, kind_of
from review.types.rules import shown, shown_rows

REMARKS = 3  # as many as the page asks for at once
WITH_WORDS = ("approve", "return_", "reject", "ask")


@dataclass(frozen=True)
class Typed:
    """What a reviewer has typed for a decision: shown again until it has been made, whatever came between.

    `verb` is the decision; each of `remarks` is what it is about, a canned reason and words of one's own.
    """

    verb: str
    remarks: Sequence[tuple[str, str, str]]
    days: str
    note: str
    canned: str
    office: str
    outcome: str
    value: str

    @classmethod
    def of(cls, given: QueryDict) -> "Typed":
        asked = given.get("for") or given.get("verb", "").removeprefix("preview_")
        verb = asked if asked in WITH_WORDS else ""
        columns = [given.getlist(name) for name in ("target", "reason", "text")] if verb == "return_" else []
        rows = [(target, reason, text) for target, reason, text in zip_longest(*columns, fillvalue="")]
        words = {name: given.get(name, "") if verb else "" for name in ("days", "note", "canned")}
        choices = {name: given.get(name, "") if verb else "" for name in ("office", "outcome", "value")}
        return cls(verb, rows, **words, **choices)

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """The remarks as the page asks for them."""
        return [*self.remarks, *[("", "", "")] * (REMARKS - len(self.remarks))]

    @property
    def told(self) -> list[Remark]:
        """The remarks as the candidate reads them: the canned reason, then one's own words."""
        said = [Remark(target, reason.strip() + text.strip()) for target, reason, text in self.remarks]
        return [remark for remark in said if remark.text]

    @property
    def reason(self) -> str:
        """The note as the candidate reads it."""
        return self.canned.strip() + self.note.strip()

    @property
    def has_words(self) -> bool:
        return bool(self.told or self.reason)


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
        verb, typed = request.POST.get("verb", ""), Typed.of(request.POST)
        try:
            foretold = self._decide(verb, pk, typed)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise
            sentences = [str(error.detail) for error in problem.errors] or [str(problem.detail)]
            return self._page(sentences, status=problem.status)
        if foretold is not None or (verb in ("claim", "take_over") and typed.has_words):
            return self._page(foretold=foretold)
        if verb in ("claim", "take_over"):
            return HttpResponseRedirect(reverse("applications:case", args=[pk]))
        messages.success(request, _now("已处理。"))
        if request.POST.get("then") == "next":
            found = actions.claim_next(by=self.actor)
            if found is not None:
                return HttpResponseRedirect(reverse("applications:case", args=[found.pk]))
        return HttpResponseRedirect(reverse("applications:index"))

    def _decide(self, verb: str, pk: int, typed: Typed) -> Foretold | None:
        """Call the verb; what the candidate would read of it, where that alone was asked for."""
        actor = self.actor
        revision = _number(self.request.POST.get("revision", ""))
        days = _number(typed.days) if typed.days else None
        match verb:
            case "claim":
                actions.claim(pk, by=actor)
            case "take_over":
                actions.take_over(pk, by=actor)
            case "let_go":
                actions.let_go(pk, by=actor)
            case "approve":
                verdicts = _verdicts(self.request)
                actions.approve(pk, revision, typed.note, typed.outcome, verdicts, typed.value, by=actor)
            case "release":
                actions.release(pk, by=actor)
            case "return_":
                actions.return_(pk, revision, typed.told, days, by=actor)
            case "preview_return_":
                return actions.foretell_return(pk, revision, typed.told, days, by=actor)
            case "reject":
                actions.reject(pk, revision, typed.reason, by=actor)
            case "preview_reject":
                return actions.foretell_reject(pk, revision, typed.reason, by=actor)
            case "ask":
                actions.ask(pk, revision, typed.office, typed.note, by=actor)
            case _:
                raise Problem(Code.NOT_FOUND)
        return None

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

    def _page(
        self, problems: list[str] | None = None, status: int = 200, foretold: Foretold | None = None
    ) -> HttpResponse:
        application = actions.look(self.kwargs["pk"], by=self.actor)
        configuration, answers = application.configuration, application.answers
        options, changed = queries.options(application), {d.key: d for d in queries.changed(application)}
        papers = list(application.papers.select_related("file"))
        deciders = self.actor.offices_as(*MAY_DECIDE)
        decides = application.office is not None and application.office.path.startswith(tuple(deciders))
        held_by_other = application.is_claimed_by_another(self.actor.user_id, clock.now())
        is_mine = (
            application.claimed_by_id == self.actor.user_id and not held_by_other and bool(application.claimed_by_id)
        )
        allowed = application.allowed_to(Who.STAFF) if decides else []
        asked = [question for question in configuration.questions if question.is_asked(answers)]
        targets = [(target.key, target.label) for target in (*asked, *configuration.materials)]
        typed = Typed.of(self.request.POST)
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
            "offices": _by_level(application) if "ask" in allowed else (),
            "holder": application.claimed_by if held_by_other else None,
            "is_mine": is_mine,
            "left": _left(application),
            "typed": typed,
            # Words that no form of this page shows: they are kept beside it.
            "kept": typed.has_words and (held_by_other or "approve" not in allowed),
            "foretold": foretold,
        }
        return render(self.request, "review/desk/case.html", context, status=status)


def _left(application: Application) -> str:
    found = left(application, calendar([application]))
    return toned(found.words, TONES[found.due]) if found else ""


def _by_level(application: Application) -> list[tuple[str, list[Office]]]:
    """The other offices, by level: of over a hundred nobody finds one in a single list."""
    others = Office.objects.exclude(pk=application.office_id).order_by("path")
    order = OfficeKind.values
    rows = sorted(others, key=lambda office: order.index(office.kind))
    return [(OfficeKind(kind).label, list(group)) for kind, group in groupby(rows, lambda office: office.kind)]


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
