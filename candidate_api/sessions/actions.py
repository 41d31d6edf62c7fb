"""Verbs: seats are taken and given back, a session's seats are counted, its releases follow the desk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, reduce
from operator import or_
from secrets import randbelow
from typing import Any

from django.db import transaction
from django.db.models import F, IntegerField, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue import stamps
from candidate_api.sessions import closing
from candidate_api.sessions.models import ExamSession, Room, SeatPool
from candidate_api.sessions.rules import BUCKETS, MAY_CLOSE, NUMBERS, shares
from cms.windows.rules import Business
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared, PreparedUpdate, Question, Sql, ask, together

Place = tuple[int, int, int]
_PLACE = ("session_id", "district_id", "slot")
_RELEASED = {Business.ADMISSION_TICKET: "tickets_at", Business.SCORES: "scores_at"}


def take(session_id: int, district_id: int, slot: int) -> bool:
    """Take a seat in the caller's transaction; False, with nothing taken, where none is left.

    Seats are counted from the first one on, also where there is no limit: one that is set later knows what is taken.
    One conditional UPDATE of one bucket, so that nobody can come between looking and taking; call it as late in the
    transaction as can be, since the bucket stays locked until the commit.
    """
    place = (session_id, district_id, slot)
    if place not in ask(counted([place])):
        count_first(place)
    return take_each([place])[0]


def take_each(places: Sequence[Place], *, after: Sequence[Question[Any]] = ()) -> list[bool]:
    """`take` at each of these places, which are counted and in order; what is asked in `after` goes along before it.

    At first nobody waits: a bucket that somebody else has in hand is passed over. Where that leads to nothing, all is
    let go, also buckets that were locked and found full, before anybody is waited for. So whoever waits holds nothing
    but seats of earlier places, and nobody waits in a circle.
    """
    taken = together(*after, _MARK, *(_TAKE.asks(**_at(place)) for place in places))[len(after) + 1 :]
    if all(taken):
        return [True] * len(places)
    ask(_BACK_TO_MARK)
    return [_patiently(_FREE, 1, place) for place in places]


def give_back(session_id: int, district_id: int, slot: int) -> None:
    """Give a taken seat back in the caller's transaction, to whichever bucket: the sum is what counts."""
    place = (session_id, district_id, slot)
    if not together(_MARK, _GIVE_BACK.asks(**_at(place)))[1]:
        ask(_BACK_TO_MARK)
        _patiently(_USED, -1, place)


def _at(place: Place) -> dict[str, int]:
    """Everybody begins at another bucket, so that they fill up evenly."""
    return {**dict(zip(_PLACE, place, strict=True)), "turn": randbelow(BUCKETS)}


def _move(allowed: Q, taken: Any) -> PreparedUpdate:
    """One more or one less, of the first bucket in turn that allows it and that nobody else has in hand."""

    def build() -> "QuerySet[SeatPool]":
        place = {name: Given(name, IntegerField()) for name in _PLACE}
        turn = (F("bucket") + Given("turn", IntegerField())) % BUCKETS
        rows = SeatPool.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        return SeatPool.objects.filter(pk=Subquery(rows.filter(allowed, **place).order_by(turn).values("pk")[:1]))

    return PreparedUpdate(build, taken=taken)


_FREE, _USED = Q(capacity=None) | Q(taken__lt=F("capacity")), Q(taken__gt=0)
_TAKE, _GIVE_BACK = _move(_FREE, F("taken") + 1), _move(_USED, F("taken") - 1)
_MARK: Question[None] = Question(Sql("SAVEPOINT seats"), [], lambda _cursor: None)
_BACK_TO_MARK: Question[None] = Question(Sql("ROLLBACK TO SAVEPOINT seats"), [], lambda _cursor: None)


def _patiently(allowed: Q, more: int, place: Place) -> bool:
    """One more or one less of a bucket that allows it, waiting for whoever has it in hand: bucket after bucket, until
    none is left that does. PostgreSQL keeps a row locked that it waited for and passes over; the savepoint lets it go.
    """
    rows = SeatPool.objects.filter(allowed, **dict(zip(_PLACE, place, strict=True)))
    while found := list(rows.order_by("bucket").values_list("pk", flat=True)):
        for key in found:
            before = transaction.savepoint()
            if SeatPool.objects.filter(allowed, pk=key).update(taken=F("taken") + more):
                return True
            transaction.savepoint_rollback(before)
    return False


def take_many(wanted: Mapping[Place, int]) -> list[Place]:
    """Take so many seats at each place in the caller's transaction, of as many buckets as it needs, for histories that
    are brought in; the places where fewer are left: where there are any, nothing is taken anywhere.

    Where a place has no limit its first bucket counts them all: the sum is what counts.
    """
    made = set(SeatPool.objects.filter(bucket=0).order_by().values_list(*_PLACE))
    _make_buckets([place for place in sorted(wanted) if place not in made])
    asked = {f"{name}__in": {place[part] for place in wanted} for part, name in enumerate(_PLACE)}
    rows = SeatPool.objects.select_for_update(of=("self",), no_key=True).filter(**asked).order_by(*_PLACE, "bucket")
    left, changed = dict(wanted), []
    for bucket in rows:
        place = (bucket.session_id, bucket.district_id, bucket.slot)
        more = (
            left.get(place, 0) if bucket.capacity is None else min(left.get(place, 0), bucket.capacity - bucket.taken)
        )
        if more:
            bucket.taken, left[place] = bucket.taken + more, left[place] - more
            changed.append(bucket)
    if not any(left.values()):
        SeatPool.objects.bulk_update(changed, ["taken"], batch_size=200)
    return [place for place, missing in left.items() if missing]


def counted(places: Sequence[Place]) -> Question[set[Place]]:
    """Which of these places have buckets already."""
    given = {f"{name}{n}": key for n, place in enumerate(places) for name, key in zip(_PLACE, place, strict=True)}
    return _counted(len(places)).asks(set, **given)


@cache
def _counted(number: int) -> Prepared:
    """For so many places."""

    def build() -> "QuerySet[SeatPool, Place]":
        each = (Q(**{name: Given(f"{name}{n}", IntegerField()) for name in _PLACE}) for n in range(number))
        return SeatPool.objects.filter(reduce(or_, each), bucket=0).order_by().values_list(*_PLACE)

    return Prepared(build)


def count_first(place: Place) -> None:
    """Make the buckets of a place that has none. Call it before any seat of the transaction is taken: where two are the
    first of a place at once, the second waits here for the other's commit.

    Whoever makes buckets makes all of them, so that nobody adds one without a limit to those that have one.
    """
    if not SeatPool.objects.filter(**dict(zip(_PLACE, place, strict=True))).exists():
        _make_buckets([place])


def _make_buckets(places: Iterable[Place]) -> None:
    rows = [SeatPool(**dict(zip(_PLACE, place, strict=True)), bucket=n) for place in places for n in range(BUCKETS)]
    SeatPool.objects.bulk_create(rows, ignore_conflicts=True)


def open_seats(session_id: int, *, by: Actor) -> int:
    """Give every district as many seats in each slot as its rooms have, accessible ones aside, which do not take
    everybody; how many places have a limit now.

    At any time, and again when rooms were added: what is taken is counted already. Scheduled work and set-up alone may
    do it: raises `permission_denied` for people, and `state_conflict` where more seats are taken than would be left.
    """
    with transaction.atomic():
        # Not against who registers: their rows refer to the session, and they hold the pools that are asked for below.
        session = ExamSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session_id)
        if not by.is_system:
            raise Problem(Code.PERMISSION_DENIED)
        rooms = Room.objects.filter(accessible=False)
        seats = dict(rooms.values_list("site__district").annotate(Sum("seats")).order_by())
        SeatPool.objects.bulk_create(
            [
                SeatPool(session=session, district_id=district, slot=n, bucket=bucket)
                for district in sorted(seats)
                for n in NUMBERS
                for bucket in range(BUCKETS)
            ],
            ignore_conflicts=True,
        )
        rows = SeatPool.objects.select_for_update(of=("self",), no_key=True).filter(session=session)
        places: dict[tuple[int, int], list[SeatPool]] = {}
        for pool in rows.order_by("district_id", "slot", "bucket"):  # as everybody locks them who takes seats
            places.setdefault((pool.district_id, pool.slot), []).append(pool)
        if any(sum(pool.taken for pool in pools) > seats.get(place[0], 0) for place, pools in places.items()):
            raise Problem(Code.STATE_CONFLICT, _("已占用的考位多于考场座位数，请先增加考场。"))
        limited = {place: pools for place, pools in places.items() if place[0] in seats}
        for (district, _slot), pools in limited.items():
            for pool, share in zip(pools, shares(seats[district], [pool.taken for pool in pools]), strict=True):
                pool.capacity = share
        SeatPool.objects.bulk_update([pool for pools in limited.values() for pool in pools], ["capacity"])
        record("session.open_seats", session, by=by, districts=len(seats), seats=sum(seats.values()))
    return len(limited)


def close_session(code: str, reason: str, *, by: Actor) -> ExamSession:
    """Shut the books of a session that has been held: nothing of it changes any more. Shut already is fine.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` before its last day is over, or with everything
    that is not finished yet (`closing.hindrances`).
    """
    with transaction.atomic():
        rows = ExamSession.objects.select_for_update(of=("self",), no_key=True)
        session: ExamSession | None = rows.filter(code=code).first()
        if session is None:
            raise Problem(Code.NOT_FOUND, _("没有这个考期。"))
        if not by.has_role_at_top(*MAY_CLOSE):
            raise Problem(Code.PERMISSION_DENIED)
        if session.closed:
            return session
        if clock.today() <= session.second_day:
            raise Problem(Code.STATE_CONFLICT, _("考试还没有结束，不能关账。"))
        if left := closing.hindrances(code):
            raise Problem(Code.STATE_CONFLICT, " ".join(str(sentence) for sentence in left))
        session.closed = True
        session.save(update_fields=["closed"])
        stamps.touch()
        record("session.close", session, by=by, note=reason, session=code)
    return session


def follow_release(business: str, session_code: str, at: datetime | None) -> None:
    """A release was set or moved at the desk (`cms.windows.releases`): its session has the same instant, in the same
    transaction. A window that is taken away (`at` None) takes back what has not been released yet, nothing else."""
    column = _RELEASED.get(Business(business))
    if column is None:
        return
    session = ExamSession.objects.filter(code=session_code)
    if at is None:
        session = session.exclude(**{f"{column}__lte": clock.now()})
    if session.update(**{column: at}):
        stamps.touch()
