"""What may be chosen together, and why not. Plain values, no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Code, FieldError, Problem, Words

ORDER_LIFE = timedelta(minutes=30)


class Blocked(StrEnum):
    """Why a course cannot be chosen; the first cause in this order is told."""

    NOT_OFFERED = "not_offered"
    PASSED = "passed"
    ALREADY_REGISTERED = "already_registered"
    CLASH = "clash"
    OVER_LIMIT = "over_limit"
    UNKNOWN_DISTRICT = "unknown_district"
    FULL = "full"


REASON: dict[Blocked, Words] = {
    Blocked.NOT_OFFERED: _("本次考试不开考这门课程。"),
    Blocked.PASSED: _("这门课程已经合格，不必再考。"),
    Blocked.ALREADY_REGISTERED: _("这门课程已经报考。"),
    Blocked.CLASH: _("与同一场次的另一门课程时间冲突。"),
    Blocked.OVER_LIMIT: _("超过每次考试最多可报考的门数。"),
    Blocked.UNKNOWN_DISTRICT: _("没有这个考区。"),
    Blocked.FULL: _("这个考区本场次的名额已满，请选择其他考区。"),
}


@dataclass(frozen=True)
class Wish:
    """One course that somebody wants to take: its code, its slot in the session (None where it is not offered)."""

    course: str
    slot: int | None
    district_known: bool = True


@dataclass(frozen=True)
class Held:
    """What the candidate has already: passed courses, and live entries as course → slot."""

    passed: frozenset[str]
    entries: dict[str, int]


def refusals(wishes: Sequence[Wish], held: Held, max_courses: int) -> dict[int, Blocked]:
    """By its place, the first cause of each wish that cannot be fulfilled; earlier wishes count against later ones."""
    found: dict[int, Blocked] = {}
    entries = dict(held.entries)
    for place, wish in enumerate(wishes):
        cause = _cause(wish, held.passed, entries, max_courses)
        if cause:
            found[place] = cause
        elif wish.slot is not None:
            entries[wish.course] = wish.slot
    return found


def _cause(wish: Wish, passed: frozenset[str], entries: dict[str, int], max_courses: int) -> Blocked | None:
    if wish.slot is None:
        return Blocked.NOT_OFFERED
    if wish.course in passed:
        return Blocked.PASSED
    if wish.course in entries:
        return Blocked.ALREADY_REGISTERED
    if wish.slot in entries.values():
        return Blocked.CLASH
    if len(entries) >= max_courses:
        return Blocked.OVER_LIMIT
    if not wish.district_known:
        return Blocked.UNKNOWN_DISTRICT
    return None


def order_expires_at(now: datetime, window_closes_at: datetime) -> datetime:
    """An unpaid order holds its seats for half an hour, never beyond the window's end."""
    return min(now + ORDER_LIFE, window_closes_at)


def refusal(refused: dict[int, Blocked]) -> Problem:
    """`entries_refused`, naming each entry by its place with its first cause."""
    errors = [FieldError(f"entries.{place}", cause, REASON[cause]) for place, cause in sorted(refused.items())]
    return Problem(Code.ENTRIES_REFUSED, errors[0].detail, errors=errors)
