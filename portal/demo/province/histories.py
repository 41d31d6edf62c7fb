"""What they did: registered, paid or did not, sat, passed or did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from candidate_api.candidates.models import Candidate
from candidate_api.results.models import Score
from candidate_api.results.states import PASS_MARK, Status
from candidate_api.sessions.models import Offering
from portal.demo.province.ledger import EXPIRY, Entry, Purchase, after
from portal.demo.province.people import Draw, Person, Places
from portal.demo.province.store import Store
from portal.demo.province.terms import Seats, Term
from portal.kernel.actor import Actor

# Of those who could take part in a session, so many of a hundred do.
TAKE_PART = 62
_COURSES = Draw({1: 24, 2: 30, 3: 27, 4: 19})
_FATES_THEN = Draw({"paid": 880, "expired": 60, "cancelled": 30, "late": 15, "twice": 15})
_FATES_NOW = Draw({"paid": 840, "expired": 60, "cancelled": 40, "twice": 15, "waiting": 45})
_LIVE = {"paid", "twice", "waiting"}


@dataclass
class Life:
    """One enrolled candidate and what they have so far."""

    person: Person
    candidate: Candidate
    by: Actor
    enrolled_at: datetime
    passed: set[int]


class Chronicle:
    """Tells the histories of a batch into a store; seats are taken as they are told."""

    def __init__(self, store: Store, seats: Seats, places: Places, random: Random, now: datetime) -> None:
        self.store, self.seats, self.places, self.random, self.now = store, seats, places, random, now

    def tell(self, life: Life, terms: list[Term]) -> None:
        for term in terms:
            begins = max(term.opens_at, life.enrolled_at + timedelta(minutes=10))
            if begins < term.until and self.random.randrange(100) < TAKE_PART:
                self._session(life, term, begins)

    def _session(self, life: Life, term: Term, begins: datetime) -> None:
        fate = (_FATES_NOW if term.is_open else _FATES_THEN)(self.random)
        entries = list(self._choose(life, term, seated=fate in _LIVE))
        if not entries:
            return
        at = after(begins, self.random.random() * (term.until - begins).total_seconds())
        if fate == "waiting":
            at = self.now - timedelta(seconds=self.random.randrange(30, 900))
        elif fate == "late":  # begun in the last minutes, paid when the window had closed
            at = max(begins, term.until - timedelta(seconds=self.random.randrange(300, 1200)))
        purchase = Purchase(self.store, self.random, life.by, life.candidate.id, term, entries, at)
        getattr(self, f"_{fate}")(purchase, at)
        if fate in _LIVE and term.released:
            self._scores(life, term, entries)

    def _choose(self, life: Life, term: Term, *, seated: bool) -> Iterator[Entry]:
        """Courses of the own plan, one a slot; each takes its seat where seats are counted."""
        found = term.by_major.get(life.person.major.id, [])
        offered = found if found and self.random.random() > 0.02 else term.offered
        wanted = min(_COURSES(self.random), term.session.max_courses)
        district = life.person.district if self.random.random() < 0.96 else self.places.district(self.random)
        slots: set[int] = set()
        for offering in self.random.sample(offered, len(offered)):
            if len(slots) == wanted:
                return
            if offering.slot in slots or offering.course_id in life.passed:
                continue
            if seated and not self.seats.take((term.session.id, district.id, offering.slot)):
                continue
            slots.add(offering.slot)
            yield Entry(offering, district)

    # -- what becomes of an order -------------------------------------------------------------------------------
    def _paid(self, purchase: Purchase, at: datetime) -> None:
        attempt = purchase.start(after(at, 20))
        purchase.confirm(attempt, purchase.take_money(attempt, after(at, self.random.randrange(45, 280))))

    def _twice(self, purchase: Purchase, at: datetime) -> None:
        """The first way to pay was left, closed, and turned out paid after the second was."""
        first = purchase.start(after(at, 20))
        purchase.close(first, after(at, 60), purchase.by)
        second = purchase.start(after(at, 61))
        purchase.confirm(second, purchase.take_money(second, after(at, 120)))
        purchase.send_back(first, "duplicate", purchase.take_money(first, after(at, 240)))

    def _expired(self, purchase: Purchase, _at: datetime) -> None:
        purchase.end("expire", after(purchase.order.expires_at, 30), EXPIRY)

    def _late(self, purchase: Purchase, at: datetime) -> None:
        attempt = purchase.start(after(at, 20))
        ended = after(purchase.order.expires_at, 30)
        purchase.close(attempt, ended, EXPIRY)
        purchase.end("expire", ended, EXPIRY)
        purchase.send_back(attempt, "late", purchase.take_money(attempt, after(ended, 90)))

    def _cancelled(self, purchase: Purchase, at: datetime) -> None:
        if self.random.random() < 0.5:
            attempt = purchase.start(after(at, 20))
            purchase.close(attempt, after(at, 200), purchase.by)
        purchase.end("cancel", after(at, 201), purchase.by)

    def _waiting(self, _purchase: Purchase, _at: datetime) -> None:
        """Nothing has come of it yet."""

    # -- the day itself -----------------------------------------------------------------------------------------
    def _scores(self, life: Life, term: Term, entries: list[Entry]) -> None:
        released = term.session.scores_at
        assert released is not None  # noqa: S101 -- they are released
        for item in entries:
            status, score = self._mark(life, item.offering)
            if status == Status.PASSED:
                life.passed.add(item.offering.course_id)
            self.store.row(
                Score,
                candidate_id=life.candidate.id,
                session_id=term.session.id,
                course_id=item.offering.course_id,
                score=score,
                status=status,
                recorded_at=released - timedelta(days=3),
            )

    def _mark(self, life: Life, offering: Offering) -> tuple[str, int | None]:
        """One in six stays away; of the others a little more than half pass, fewer in mathematics."""
        chance = self.random.random()
        if chance < 0.17:
            return Status.ABSENT, None
        if chance < 0.172:
            return Status.CANCELLED, 0
        mean = 55 if "数学" in offering.course.name or "代数" in offering.course.name else 62  # data, no label
        score = min(max(round(self.random.gauss(mean + life.person.ability, 11)), 3), 97)
        return (Status.PASSED if score >= PASS_MARK else Status.FAILED), score
