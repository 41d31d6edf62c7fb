"""业务查询: scores, the timetable, majors with their plans, textbooks."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import of
from candidate_api.catalogue import queries as catalogue
from candidate_api.catalogue.models import Major, School
from candidate_api.catalogue.states import Level, MajorStatus
from candidate_api.forecast.queries import Needs, needs
from candidate_api.registrations.queries import awaiting_scores
from candidate_api.results import queries as results
from candidate_api.results.models import Score
from candidate_api.results.states import EXPLAINED, Status
from candidate_api.sessions import queries as sessions
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.rules import SLOTS, Sitting
from home.doors import private
from home.filters import FilterForm, WordsField, choice
from home.problems import page
from portal.kernel.edges import actor_of
from portal.kernel.keeping import keeps

_PAGE = 50
_TONES = {"passed": "success", "failed": "neutral", "absent": "neutral", "withheld": "warning"}
_PASSED, _OTHER = "passed", "other"
MINE = "mine"


def _own(request: HttpRequest) -> Candidate | None:
    """The record of who looks, if it is a candidate who does."""
    signed_in = request.user.is_authenticated and request.user.is_candidate
    return of(actor_of(request, "web")) if signed_in else None


# -- scores -----------------------------------------------------------------------------------------------------------
class ScoreFilter(FilterForm):
    session = choice(gettext_lazy("考期"))
    status = choice(gettext_lazy("成绩状态"))


@private
@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """成绩查询: what has been released, by session; scores without a session (transferred, exempted) last."""
    actor = actor_of(request, "web")
    known = list(results.visible_to(actor))
    form = ScoreFilter(request.GET)
    named = {row.session.code: row.session.label for row in known if row.session}
    form.choose("session", sorted(named.items(), reverse=True), _("全部考期"))
    form.choose("status", [(_PASSED, _("合格")), (_OTHER, _("其他"))], _("全部成绩"))
    chosen = form.read()
    rows = [row for row in known if chosen is not None and _is_chosen(row, chosen)]
    groups = [
        {"session": session, "rows": [_told(row) for row in found]}
        for session, found in groupby(rows, key=lambda row: row.session)
    ]
    passed = {row.course_id: row for row in known if row.status == Status.PASSED}
    context = {
        "groups": groups,
        "any": bool(known),
        "passed": bool(passed),
        "courses": sum(row.course.is_one for row in passed.values()),
        "practice": sum(row.course.is_practice and not row.course.is_one for row in passed.values()),
        "credits": sum(row.credits for row in passed.values()),
        "waiting": awaiting_scores(actor),
        "back": reverse("home:business"),
    }
    return page(request, "home/queries/scores.html", context, form=form, status=form.status)


def _told(row: Score) -> dict[str, Any]:
    tone, why = _TONES.get(row.status, "danger"), EXPLAINED.get(Status(row.status), "")
    return {"score": row, "tone": tone, "why": why}


def _is_chosen(row: Any, chosen: dict[str, str]) -> bool:
    if chosen["session"] and (row.session is None or row.session.code != chosen["session"]):
        return False
    return not chosen["status"] or (row.status == Status.PASSED) == (chosen["status"] == _PASSED)


@private
@require_safe
def transferred_scores(request: HttpRequest) -> HttpResponse:
    """转入成绩查询: what was passed in other provinces and counts here."""
    rows = list(results.transferred(actor_of(request, "web")))
    return page(request, "home/queries/transferred.html", {"rows": rows, "back": reverse("home:business")})


# -- the timetable ----------------------------------------------------------------------------------------------------
class PlanFilter(FilterForm):
    session = choice(gettext_lazy("考期"))
    major = choice(gettext_lazy("专业"))
    slot = choice(gettext_lazy("场次"))
    q = WordsField(gettext_lazy("课程名称或代码"))


@require_safe
@keeps("read")
def plan(request: HttpRequest) -> HttpResponse:
    """考试计划: which course sits when, in one session; one's own major first, ready to be printed."""
    known, own = list(sessions.sessions()), _own(request)
    usual = sessions.next_of(known)
    session_code = {"session": usual.code} if usual else {}
    form = PlanFilter(request.GET, session_code, major=own.major.code if own and own.major else "")
    form.choose("session", [(s.code, s.label) for s in known], None if known else "")
    form.choose("major", _majors_first(own), _("全部专业"))
    form.choose("slot", [(str(slot.number), slot.label) for slot in SLOTS], _("全部场次"))
    chosen = form.read()
    session = next((s for s in known if chosen and s.code == chosen["session"]), None)
    rows: list[Any] = []
    if chosen and session:
        slot = int(chosen["slot"]) if chosen["slot"] else None
        rows = list(sessions.offerings(session.code, major=chosen["major"], slot=slot, q=chosen["q"]))
    marks = needs(own) if own and rows else Needs()
    shown = [(row, _mark(row.course.code, marks)) for row in rows]
    days = [(sitting, [one for one in shown if one[0].slot == sitting.number]) for sitting in _sittings(session)]
    context = {
        "chosen": session,
        "major": dict(form.fields["major"].choices).get(chosen["major"]) if chosen and chosen["major"] else "",
        "narrowed": bool(chosen and (chosen["q"] or chosen["slot"] or chosen["major"])),
        "days": [(sitting, found) for sitting, found in days if found],
        "back": reverse("home:business"),
    }
    return page(request, "home/queries/plan.html", context, form=form, status=form.status)


def _sittings(session: ExamSession | None) -> list[Sitting]:
    return session.slots if session else []


def _majors_first(own: Candidate | None) -> list[tuple[str, str]]:
    """Every major to choose from, one's own at the top."""
    mine = own.major if own else None
    found = sorted(Major.objects.all(), key=lambda major: (major != mine, major.code))
    return [(m.code, f"{m.name}（{_('我的专业') if m == mine else m.code}）") for m in found]


def _mark(course: str, marks: Needs) -> tuple[str, str]:
    """How the reader stands to a course: a tag's words and its tone."""
    if course in marks.registered:
        return _("已报考"), "info"
    if course in marks.passed:
        return _("已合格"), "success"
    return (_("还需要"), "warning") if course in marks.missing else ("", "")


# -- majors -----------------------------------------------------------------------------------------------------------
class MajorFilter(FilterForm):
    q = WordsField(gettext_lazy("专业名称或代码"))
    level = choice(gettext_lazy("层次"))
    school = choice(gettext_lazy("主考学校"))
    status = choice(gettext_lazy("开考状态"))


@require_safe
def majors(request: HttpRequest) -> HttpResponse:
    """专业查询: one's own major first, then what was asked for."""
    form, own = MajorFilter(request.GET), _own(request)
    form.choose("level", Level.choices, _("全部层次"))
    form.choose("school", list(School.objects.values_list("code", "name")), _("全部学校"))
    form.choose("status", MajorStatus.choices, _("全部状态"))
    chosen = form.read()
    found: Any = Major.objects.none() if chosen is None else catalogue.majors(**chosen)
    context = {
        "page_obj": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "own": own.major if own else None,
        "back": reverse("home:business"),
    }
    return page(request, "home/queries/majors.html", context, form=form, status=form.status)


@require_safe
def major(request: HttpRequest, code: str) -> HttpResponse:
    """One major: its host, its dates, its plan."""
    found = Major.objects.select_related("school").prefetch_related("co_schools").filter(code=code).first()
    if found is None:
        raise Http404
    own = _own(request)
    context = {
        "major": found,
        "plan": catalogue.plan_of(found),
        "is_own": own is not None and own.major == found,
        "back": reverse("home:majors"),
    }
    return page(request, "home/queries/major.html", context)


# -- textbooks --------------------------------------------------------------------------------------------------------
class TextbookFilter(FilterForm):
    scope = choice(gettext_lazy("范围"))
    session = choice(gettext_lazy("适用考期"))
    q = WordsField(gettext_lazy("课程、书名或主编"))


@require_safe
def textbooks(request: HttpRequest) -> HttpResponse:
    """教材查询: for whoever is signed in, what they have registered for and what they still need."""
    own, known = _own(request), list(sessions.sessions())
    usual = sessions.next_of(known)
    defaults = {"scope": MINE, "session": usual.code if usual else ""} if own else {}
    form = TextbookFilter(request.GET, **defaults)
    form.choose("scope", [(MINE, _("我报考的和还需要的"))] if own else [], _("全部课程"))
    form.choose("session", [(s.code, s.label) for s in known], _("全部考期"))
    chosen = form.read()
    marks = needs(own) if own and chosen is not None else Needs()
    found: Any = Major.objects.none()
    if chosen is not None:
        found = catalogue.textbooks(q=chosen["q"], session=chosen["session"])
        found = _mine_first(found, marks, only=chosen["scope"] == MINE)
    books = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": books,
        "books": [(book, _mark(book.course.code, marks)) for book in books],
        "mine": bool(chosen and chosen["scope"] == MINE),
        "without_major": own is not None and own.major is None,
        "back": reverse("home:business"),
    }
    return page(request, "home/queries/textbooks.html", context, form=form, status=form.status)


def _mine_first(books: Any, marks: Needs, *, only: bool) -> Any:
    """What is registered for, then what is still needed; with `only`, nothing else."""
    wanted: Sequence[str] = sorted(marks.registered | marks.missing)
    rank = Case(
        When(course__code__in=sorted(marks.registered), then=Value(0)),
        When(course__code__in=sorted(marks.missing), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    if only:
        books = books.filter(course__code__in=wanted)
    return books.order_by(rank, "course__code", "title", "valid_from")
