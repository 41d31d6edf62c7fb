from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, DateField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from candidate_api.candidates.models import Candidate, FormerDocument
from candidate_api.candidates.queries import visible_to as seen_by
from candidate_api.catalogue.models import PlanCourse
from candidate_api.results.models import Discipline, Score
from candidate_api.results.states import MAY_READ, SAT, VALID, Penalty, Source, Status
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.prepared import Given, Prepared, Question, ask

# A line of 成绩查询, as columns.
LINE = (
    *("session__code", "session__scores_at", "course__code", "course__name", "credits"),
    *("score", "grade", "status", "source", "origin", "origin_session"),
)


def released(at: datetime | Given | None = None) -> "QuerySet[Score]":
    """Scores whose release instant has come at `at` (now); others do not exist for anybody outside the office."""
    return Score.objects.filter(Q(session=None) | Q(session__scores_at__lte=at or clock.now()))


def visible_to(actor: Actor) -> "QuerySet[Score]":
    """The actor's own released scores, newest session first, transferred ones last, with the `credits` of the course.

    Credits are the plan's: those of the candidate's own major, else of any current plan that has the course.
    """
    return _own(actor.user_id or 0, clock.now())


def lines_of(actor: Actor) -> list[dict[str, Any]]:
    """`visible_to` as dictionaries of `LINE`: one query that is built once, for the morning of a release.

    All of them, since nobody has more than a plan and its detours make.
    """
    return _LINES.all(user=actor.user_id or 0, at=clock.now())


def _own(user: int | Given, at: datetime | Given) -> "QuerySet[Score]":
    lines = PlanCourse.objects.filter(course=OuterRef("course"), group__plan__is_current=True).order_by("pk")
    own_plan = lines.filter(group__plan__major=OuterRef("candidate__major")).values("credits")[:1]
    own = (
        released(at)
        .filter(candidate__user_id=user)
        .annotate(credits=Coalesce(Subquery(own_plan), Subquery(lines.values("credits")[:1]), 0))
    )
    return own.select_related("course", "session").order_by(F("session__code").desc(nulls_last=True), "course__code")


_LINES = Prepared(lambda: _own(Given("user", BigIntegerField()), Given("at", DateTimeField())).values(*LINE))


def passes_of(candidate_id: int | Given, at: Given | None = None) -> "QuerySet[Score]":
    """What the candidate has passed, as far as they have been told."""
    return released(at).filter(candidate_id=candidate_id, status=Status.PASSED)


def passed_course_codes(candidate_id: int) -> frozenset[str]:
    """The codes of the courses that the candidate has passed, as far as they have been told."""
    return ask(passes(candidate_id))


def passes(candidate_id: int) -> Question[frozenset[str]]:
    """The question of `passed_course_codes`, for who asks other things with it."""
    return _PASSED.asks(lambda rows: frozenset(code for (code,) in rows), candidate=candidate_id, at=clock.now())


_PASSED = Prepared(
    lambda: passes_of(Given("candidate", BigIntegerField()), Given("at", DateTimeField())).values_list("course__code")
)


def has_passed(candidate_id: int) -> bool:
    """Whether the candidate has passed a course, as far as they have been told."""
    return released().filter(candidate_id=candidate_id, status=Status.PASSED).exists()


def passed_among(candidate_ids: Collection[int]) -> frozenset[int]:
    """Which of these candidates have passed a course, as far as they have been told."""
    rows = released().filter(candidate__in=candidate_ids, status=Status.PASSED)
    return frozenset(rows.values_list("candidate_id", flat=True))


def beside_cheating() -> "QuerySet[Score]":
    """Valid marks of a session in which their candidate has 作弊 (domain 6.3): there are none."""
    sat = Score.objects.filter(source__in=SAT)
    same = sat.filter(candidate=OuterRef("candidate"), session=OuterRef("session"), status=Status.VOID)
    return sat.filter(Exists(same), status__in=VALID)


def for_update(score_id: int) -> Score:
    """A score, locked until the transaction ends, for a change that is decided already."""
    return Score.objects.select_for_update(of=("self",), no_key=True).get(pk=score_id)


def transferred(actor: Actor) -> "QuerySet[Score]":
    """转入成绩: what the actor brought from other provinces."""
    return visible_to(actor).filter(source=Source.TRANSFER)


# -- what binds -------------------------------------------------------------------------------------------------------
def disciplines(candidate_id: int, day: date) -> list[Discipline]:
    """The decisions that are in force on `day` or later, the longest first."""
    rows = Discipline.objects.filter(candidate_id=candidate_id, until__gte=day)
    return list(rows.order_by("-until"))


def suspension(candidate_id: int, day: date, exam_day: date) -> Discipline | None:
    """The 停考 that keeps somebody from registering on `day` for an exam that begins on `exam_day`; the longest."""
    return ask(suspends(candidate_id, day, exam_day))


def suspensions(user_id: int | None) -> list[Discipline]:
    """Every 停考 of somebody, the longest first.

    Who is under one on a session's first day sits nothing of it, whatever was registered before the decision: no
    ticket, no place on the path.
    """
    return list(_stops().filter(candidate__user_id=user_id).order_by("-until"))


def suspended(candidate: str, exam_day: str) -> Exists:
    """Of rows with these columns, whether the person is under 停考 on that day."""
    return Exists(
        _stops().filter(candidate=OuterRef(candidate), starts__lte=OuterRef(exam_day), until__gte=OuterRef(exam_day))
    )


def _stops() -> "QuerySet[Discipline]":
    return Discipline.objects.filter(penalty=Penalty.SUSPENDED)


def suspends(candidate_id: int, day: date, exam_day: date) -> Question[Discipline | None]:
    """The question of `suspension`, for who asks other things with it."""
    return _SUSPENSIONS.asks(lambda rows: rows[0] if rows else None, candidate=candidate_id, day=day, exam=exam_day)


def _suspensions(candidate_id: Given, day: Given, exam_day: Given) -> "QuerySet[Discipline]":
    rows = _stops().filter(candidate_id=candidate_id)
    bound = Q(starts__lte=day, until__gte=day) | Q(starts__lte=exam_day, until__gte=exam_day)
    return rows.filter(bound).order_by("-until")


_SUSPENSIONS = Prepared(
    lambda: _suspensions(Given("candidate", BigIntegerField()), Given("day", DateField()), Given("exam", DateField()))
)


# -- at the desk ------------------------------------------------------------------------------------------------------
def scores_seen_by(actor: Actor, *roles: str) -> "QuerySet[Score]":
    """The scores of the candidates that staff see for the offices where they hold one of `roles`; before the release
    those alone who keep the archive of the province."""
    rows = Score.objects.filter(candidate__in=seen_by(actor, *roles).values("pk"))
    if not any(path.count("/") == 2 for path in actor.offices_as("archive")):
        rows = rows.filter(Q(session=None) | Q(session__scores_at__lte=clock.now()))
    return rows.select_related("candidate__user", "course", "session").order_by("-pk")


def disciplines_seen_by(actor: Actor, *roles: str) -> "QuerySet[Discipline]":
    """The decisions on the candidates that staff see for the offices where they hold one of `roles`."""
    rows = Discipline.objects.filter(candidate__in=seen_by(actor, *roles).values("pk"))
    return rows.select_related("candidate__user").order_by("-pk")


def found_by_number(actor: Actor, number: str) -> Candidate | None:
    """Whose whole ID number, 准考证号 or else former ID number this is, among those that the actor sees."""
    former = FormerDocument.objects.filter(blind_lookup(FormerDocument, "id_number_index", number))
    now = blind_lookup(Candidate, "id_number_index", number) | Q(candidate_number=number)
    rows = seen_by(actor, *MAY_READ).select_related("user", "district", "major").order_by("pk")
    if not number:
        return None
    return rows.filter(now).first() or rows.filter(pk__in=former.values("candidate")).first()
