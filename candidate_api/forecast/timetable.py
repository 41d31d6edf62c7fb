"""Coming sessions with their timetable: as it is announced, and after that as it usually is. Plain values.

A session that is not announced yet is taken to be like the last known one of the same half-year: the same courses in
the same slots, as many courses at most. That is an assumption, and every answer that uses it says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

HALVES = (4, 10)  # months of the two sessions of a year (domain 1.1)
HORIZON = 20  # sessions to look ahead: ten years


@dataclass(frozen=True)
class Coming:
    """A session as the path sees it. `slots`: course → slot; `entered`: the candidate's own entries, likewise.

    `assumed`: its timetable is not announced, but that of `like`. `is_open`: something may still be entered.
    """

    code: str
    first_day: date
    max_courses: int
    slots: Mapping[str, int] = field(default_factory=dict)
    entered: Mapping[str, int] = field(default_factory=dict)
    is_open: bool = True
    assumed: bool = False
    like: str = ""


def half_year(day: date) -> str:
    """The code of the session in whose half-year the day is."""
    return f"{day.year}-{HALVES[day.month > 6]:02d}"


def is_half_year(code: str) -> bool:
    """Whether it is the code of a session that comes every year: no other tells what is usual, or when the next is."""
    return int(code[5:]) in HALVES


def following(code: str) -> str:
    year, month = int(code[:4]), int(code[5:])
    return f"{year}-{HALVES[1]:02d}" if month == HALVES[0] else f"{year + 1}-{HALVES[0]:02d}"


def coming(known: Iterable[Coming], now: str, past: frozenset[str] = frozenset()) -> tuple[Coming, ...]:
    """The sessions to plan with, `HORIZON` of them: the known that are not `past`, then assumed ones.

    `now` is the session of the present half-year. What was announced for the past shows how a half-year usually is.
    A session that belongs to no half-year, as could once be kept, is not reckoned with.
    """
    by_code = {s.code: s for s in sorted(known, key=lambda session: session.code) if is_half_year(s.code)}
    usual = {int(code[5:]): session for code, session in by_code.items() if not session.assumed}
    ahead = [_as_usual(session, usual) for code, session in by_code.items() if code not in past]
    code = max([now, *by_code])
    while usual and len(ahead) < HORIZON:
        code = following(code)
        if pattern := usual.get(int(code[5:])):
            day = _same_day(pattern.first_day, int(code[:4]))
            session = Coming(code, day, pattern.max_courses, assumed=True)
            ahead.append(_as_usual(session, usual))
    return tuple(ahead)


def _as_usual(session: Coming, usual: Mapping[int, Coming]) -> Coming:
    pattern = usual.get(int(session.code[5:]))
    if not session.assumed or pattern is None:
        return session
    return replace(session, slots=pattern.slots, like=pattern.code)


def _same_day(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, 28))


@dataclass(frozen=True)
class Sitting:
    """When a course may next be sat."""

    course: str
    session: Coming
    slot: int


def next_sitting(sessions: Sequence[Coming], course: str) -> Sitting | None:
    """The next session that has the course and may still be entered; None where none is known."""
    for session in sessions:
        if session.is_open and course in session.slots:
            return Sitting(course, session, session.slots[course])
    return None
