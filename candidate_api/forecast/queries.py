"""毕业预测 of a candidate, for one major or for several side by side: what is asked of the database, and how often."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, FilteredRelation, OuterRef, Q, Subquery, Value

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Major, PlanVersion, Substitution
from candidate_api.catalogue.queries import current_plans, facts, fill, plain_plan
from candidate_api.catalogue.rules import Swap, credited, still_open
from candidate_api.forecast import rules
from candidate_api.forecast.cautions import Dates, Situation, Warned, cautions
from candidate_api.forecast.rules import Discipline, Exchange, Forecast, Pass, exchanges, forecast
from candidate_api.forecast.solver import Horizon, Path, Unsolved, best_count, fastest_path
from candidate_api.forecast.timetable import Coming, coming, half_year
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from candidate_api.results.queries import disciplines as disciplines_of
from candidate_api.results.queries import passes_of, released, suspended
from candidate_api.results.states import Penalty, Status
from candidate_api.sessions.models import ExamSession, Offering
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business
from portal.kernel import clock


@dataclass(frozen=True)
class Outlook:
    """A candidate's forecast in one major. `forecast` is None where the plan cannot be reckoned with."""

    major: Major
    plan: PlanVersion
    forecast: Forecast | None
    path: Path
    horizon: Horizon
    exchanges: tuple[Exchange, ...]
    warnings: list[Warned]
    names: dict[str, str]


@dataclass(frozen=True)
class Needs:
    """How a candidate stands to courses, by code: entered for a session that is not over, passed as far as it has been
    told, and still open in the plan of their own major."""

    registered: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()


def needs(candidate: Candidate) -> Needs:
    """What to sit and what to read for, without a search. Five queries at most."""
    ahead = {"session__closed": False, "session__second_day__gte": clock.today()}  # what was sat is no longer to be sat
    entered = Registration.objects.filter(candidate=candidate, state__in=LIVE, **ahead)
    told = [
        rows.order_by().annotate(has_passed=Value(has_passed)).values_list("course__code", "has_passed")
        for rows, has_passed in ((entered, False), (passes_of(candidate.pk), True))
    ]
    courses = list(told[0].union(told[1]))
    passed = frozenset(code for code, has_passed in courses if has_passed)
    registered = frozenset(code for code, has_passed in courses if not has_passed) - passed
    plan = current_plans([candidate.major.code]).get(candidate.major.code) if candidate.major else None
    if plan is None:
        return Needs(registered, passed)
    done = credited(passed, _swaps({}, {}, ahead=False))
    return Needs(registered, passed, still_open(facts(plan), done) - registered)


def reckoned(candidate: Candidate, major: Major) -> Forecast | None:
    """How the candidate stands in that major today, without the way to its end; decisions that bind them are not
    looked at. None where there is no plan that can be reckoned with. Three queries."""
    plan = plain_plan(major.code)
    if plan is None:
        return None
    known = exchanges(_swaps({}, {}, ahead=False))
    passes = _passes(candidate, {})
    try:
        tally = best_count(plan, passes, known)
    except Unsolved:
        return None
    is_over = major.last_graduation is not None and major.last_graduation < clock.today()
    return forecast(plan, passes, known, tally, stopped=is_over)


@dataclass
class _Known:
    """What all majors share. `exchanges` are those of the coming sessions too: today's count asks for those that hold.
    `names` by course code grows with what is read."""

    exchanges: tuple[Exchange, ...]
    passes: list[Pass]
    sessions: tuple[Coming, ...]
    names: dict[str, str]


def outlooks(
    candidate: Candidate, majors: Sequence[Major], *, plans: Mapping[str, PlanVersion] | None = None
) -> dict[str, Outlook]:
    """By code, the outlook in each of the majors that has a plan. Eight queries, however many majors and scores; one
    less where the caller has the bare `plans` already."""
    if plans is None:
        plans = current_plans(major.code for major in majors)
    else:
        plans = {major.code: plans[major.code] for major in majors if major.code in plans}
        fill(plans.values())
    known = _known(candidate, plans.values())
    in_force = [Discipline(Penalty(d.penalty), d.starts, d.until) for d in disciplines_of(candidate.pk, clock.today())]
    return {
        major.code: _outlook(candidate, major, plans[major.code], known, in_force)
        for major in majors
        if major.code in plans
    }


def _outlook(
    candidate: Candidate, major: Major, version: PlanVersion, known: _Known, disciplines: Sequence[Discipline]
) -> Outlook:
    plan, today = facts(version), clock.today()
    dates = Dates(
        major.pk == candidate.major_id, major.no_new_from, major.last_exam, major.last_graduation, major.restriction
    )
    horizon = Horizon(known.sessions, major.last_exam, major.last_graduation, disciplines)
    now = half_year(today)
    held = rules.holding(known.exchanges, now)
    try:
        tally = best_count(plan, known.passes, held)
    except Unsolved:
        tally = None
    if tally is None:
        return Outlook(major, version, None, Path(), horizon, known.exchanges, [], known.names)
    stopped = bool(disciplines) or dates.graduation_is_over(today)
    found = forecast(plan, known.passes, held, tally, stopped=stopped)
    path = fastest_path(plan, known.passes, known.exchanges, horizon, remaining=found.remaining)
    passes = rules.best_passes(known.passes)
    early = rules.practice_without_theory(plan, rules.credited(passes, held), passes)
    at = Situation(dates, found, path, early, disciplines, candidate.education, today, now, known.names)
    return Outlook(major, version, found, path, horizon, known.exchanges, cautions(at), known.names)


def _known(candidate: Candidate, plans: Iterable[PlanVersion]) -> _Known:
    courses = {line.course for plan in plans for group in plan.groups.all() for line in group.lines.all()}
    codes, names = {course.pk: course.code for course in courses}, {course.code: course.name for course in courses}
    swaps = _swaps(codes, names, ahead=True)
    passes = _passes(candidate, names)
    sessions = _sessions(_entries(candidate, names), codes)
    return _Known(exchanges(swaps), passes, sessions, names)


def _swaps(codes: dict[int, str], names: dict[str, str], *, ahead: bool) -> list[Swap]:
    """The substitutions that hold in the present half-year, and with `ahead` those that will; their courses are added
    to both. One query."""
    session = half_year(clock.today())
    holding = Substitution.objects.filter(Q(valid_to="") | Q(valid_to__gte=session))
    if not ahead:
        holding = holding.filter(valid_from__lte=session)
    rows = holding.exclude(old=None).exclude(new=None)
    columns = ("old__pk", "old__code", "old__name", "new__pk", "new__code", "new__name")
    sides: dict[str, tuple[set[str], set[str]]] = {}
    found: dict[str, Swap] = {}
    terms = ("code", "mutual", "valid_from", "valid_to")
    for code, mutual, since, until, old_id, old, old_name, new_id, new, new_name in rows.values_list(*terms, *columns):
        held, given = sides.setdefault(code, (set(), set()))
        held.add(old)
        given.add(new)
        found[code] = Swap(frozenset(held), frozenset(given), mutual, since, until)
        names |= {old: old_name, new: new_name}
        codes |= {old_id: old, new_id: new}
    return list(found.values())


def _passes(candidate: Candidate, names: dict[str, str]) -> list[Pass]:
    """What the candidate has passed, as far as it has been told. One query."""
    rows = released().filter(candidate=candidate, status=Status.PASSED).select_related("course", "session")
    found = []
    for row in rows:
        names[row.course.code] = row.course.name
        session = row.session.code if row.session else ""
        found.append(Pass(row.course.code, row.source, session, row.course.category, row.score))
    return found


def _entries(candidate: Candidate, names: dict[str, str]) -> dict[str, dict[str, int]]:
    """By session, the courses that the candidate has entered, paid for and may sit, with their slots. One query."""
    found: dict[str, dict[str, int]] = {}
    rows = Registration.objects.filter(candidate=candidate, state="confirmed", session__closed=False)
    rows = rows.exclude(suspended("candidate", "session__first_day"))
    for session, code, name, slot in rows.values_list("session__code", "course__code", "course__name", "slot"):
        found.setdefault(session, {})[code] = slot
        names[code] = name
    return found


def _sessions(entries: dict[str, dict[str, int]], codes: dict[int, str]) -> tuple[Coming, ...]:
    """The coming sessions with those of the courses that they have. One query.

    A session without a window may be entered until it begins; one whose scores are out is over.
    """
    now, today = clock.now(), clock.today()
    since = f"{today.year - 2}"
    windows = BusinessWindow.objects.filter(business=Business.COURSE_REGISTRATION, session=OuterRef("code"))
    rows = (
        ExamSession.objects.filter(code__gte=since)
        .annotate(
            last_chance=Subquery(windows.order_by("-closes_at").values("closes_at")[:1]),
            timed=Exists(Offering.objects.filter(session=OuterRef("pk"))),
            wanted=FilteredRelation("offerings", condition=Q(offerings__course__in=list(codes))),
        )
        .order_by("code")
        .values_list(
            "code",
            "first_day",
            "max_courses",
            "scores_at",
            "closed",
            "timed",
            "last_chance",
            "wanted__course",
            "wanted__slot",
        )
    )
    found: dict[str, Coming] = {}
    past = set()
    for (code, first_day, most, scores_at, closed, timed, chance), offered in groupby(rows, key=lambda row: row[:7]):
        slots = {codes[course]: slot for *_, course, slot in offered if course is not None}
        is_open = first_day > today and (chance is None or chance >= now)
        found[code] = Coming(code, first_day, most, slots, entries.get(code, {}), is_open, assumed=not timed)
        if closed or (scores_at is not None and scores_at <= now):
            past.add(code)
    return coming(found.values(), half_year(today), frozenset(past))
