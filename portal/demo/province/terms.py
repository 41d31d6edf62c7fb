"""The sessions that there is something to tell of: what was offered, when one could register, which seats are left."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from candidate_api.catalogue.models import PlanCourse
from candidate_api.sessions.actions import take_many
from candidate_api.sessions.models import ExamSession, Offering, SeatPool
from cms.windows.actions import create_window
from cms.windows.models import BusinessWindow
from cms.windows.queries import current
from cms.windows.rules import Business
from portal.demo.windows import announce
from portal.kernel import clock
from portal.kernel.actor import Actor

BUSINESS = Business.COURSE_REGISTRATION
# Whatever is over must have been over for a while: an order lives half an hour, a refund arrives within minutes.
SETTLED = timedelta(minutes=50)


@dataclass
class Term:
    """One session. `until` is the last instant for histories that are over; `by_major` what each plan finds there."""

    session: ExamSession
    opens_at: datetime
    closes_at: datetime
    until: datetime
    is_open: bool
    released: bool
    offered: list[Offering]
    by_major: dict[int, list[Offering]]
    fees: dict[int, int]  # fen, by offering

    @property
    def has_begun(self) -> bool:
        return self.opens_at < self.until


def terms(now: datetime, *, by: Actor) -> list[Term]:
    """Every session with a timetable, oldest first. Where nobody has announced when to register, that is done now."""
    offered: dict[int, list[Offering]] = {}
    for row in Offering.objects.select_related("session", "course").order_by("session__code", "slot", "course__code"):
        offered.setdefault(row.session_id, []).append(row)
    plans: dict[int, set[int]] = {}
    lines = PlanCourse.objects.filter(group__plan__is_current=True)
    for major_id, course_id in lines.values_list("group__plan__major_id", "course_id"):
        plans.setdefault(major_id, set()).add(course_id)
    return [_term(rows, plans, now, by=by) for rows in offered.values()]


def _term(rows: list[Offering], plans: dict[int, set[int]], now: datetime, *, by: Actor) -> Term:
    session = rows[0].session
    window = _window(session, now, by=by)
    return Term(
        session=session,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        until=min(window.closes_at, now - SETTLED),
        is_open=window.opens_at <= now - SETTLED and now < window.closes_at,
        released=session.scores_at is not None and session.scores_at <= now,
        offered=rows,
        by_major={major: [row for row in rows if row.course_id in courses] for major, courses in plans.items()},
        fees={row.pk: row.fee_fen for row in rows},
    )


def _window(session: ExamSession, now: datetime, *, by: Actor) -> BusinessWindow:
    if current(BUSINESS, session=session.code, user_id=None) is None:
        if session.first_day > clock.local(now).date():
            announce(clock.local(now).date(), session)
        else:
            opens_at = clock.at(session.first_day - timedelta(days=125), 9)
            create_window(
                business=BUSINESS,
                phase="apply",
                session=session.code,
                opens_at=opens_at,
                closes_at=clock.at(session.first_day - timedelta(days=112), 18),
                by=by,
            )
    window = current(BUSINESS, session=session.code, user_id=None)
    assert window is not None  # noqa: S101 -- announced above
    return window


Place = tuple[int, int, int]  # session, district, slot


class Seats:
    """What is left of the limited places, and what a batch takes of any."""

    def __init__(self) -> None:
        limited = SeatPool.objects.filter(capacity__isnull=False)
        places = limited.order_by().values_list("session_id", "district_id", "slot")
        left = places.annotate(left=Sum(F("capacity") - F("taken")))
        self._left = {(session, district, slot): free for session, district, slot, free in left}
        self.taken: Counter[Place] = Counter()

    def take(self, place: Place) -> bool:
        if place in self._left:
            if not self._left[place]:
                return False
            self._left[place] -= 1
        self.taken[place] += 1
        return True


class SeatsGoneError(Exception):
    """Others were quicker."""


def keep(taken: Counter[Place]) -> None:
    """Count the seats as taken, in the caller's transaction, which must not go on where they are no longer free."""
    if short := take_many(taken):
        raise SeatsGoneError(f"not so many seats left at {short}")
