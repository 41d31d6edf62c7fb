"""Whether the room is open, and where somebody stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from candidate_api.waiting.models import WaitingPlace, WaitingRoom
from candidate_api.waiting.rules import AWAY_AFTER, Mode, ask_again, estimate
from portal.kernel import clock
from portal.kernel.actor import Actor

# How long a process believes what it last read of the room.
FRESH = timedelta(seconds=1)


class _Known:
    """The room and whether it is open, as this process has last read it: each write journey asks."""

    def __init__(self) -> None:
        self.read: tuple[datetime, WaitingRoom, bool] | None = None

    def empty(self) -> None:
        self.read = None

    def look(self, now: datetime) -> tuple[WaitingRoom, bool]:
        """The room, and whether there is a line before it."""
        read = self.read
        if read is None or abs(now - read[0]) >= FRESH:
            found = room()
            read = self.read = now, found, is_open(found, now)
        return read[1], read[2]


known = _Known()


def changed() -> None:
    """The room has changed in this transaction: nobody here goes by what was read before."""
    known.empty()
    transaction.on_commit(known.empty)


def room() -> WaitingRoom:
    """The room; as it is at first where nobody has ever changed it."""
    now = clock.now()
    return WaitingRoom.objects.first() or WaitingRoom(counted_at=now, changed_at=now)


def for_update(*, patient: bool = True) -> WaitingRoom | None:
    """The room, locked; None where not `patient` and somebody else has it just now, or nobody ever opened it."""
    rows = WaitingRoom.objects.select_for_update(of=("self",), no_key=True, skip_locked=not patient)
    found: WaitingRoom | None = rows.first()
    return found


def is_open(found: WaitingRoom, now: datetime) -> bool:
    """Whether there is a line. One that opened by itself stays while anybody waits in it."""
    if found.mode != Mode.AUTO:
        return found.mode == Mode.ON
    return found.open_until is not None and (found.open_until > now or line(found, now).exists())


def line(found: WaitingRoom, now: datetime) -> "QuerySet[WaitingPlace]":
    """Who waits and still asks, in the order of their arrival."""
    return WaitingPlace.objects.filter(opening=found.opening, admitted_at=None, seen_at__gt=now - AWAY_AFTER).order_by(
        "pk"
    )


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: no line at all, before the line without a place, in the line (`position` 1 is the next),
    or let in until `until`."""

    is_open: bool
    may_enter: bool = True
    position: int | None = None
    wait: timedelta = timedelta(0)
    until: datetime | None = None

    @property
    def seconds(self) -> int:
        return int(self.wait.total_seconds())

    @property
    def ask_again(self) -> int:
        """Seconds after which to look again; 0 where there is nothing to wait for."""
        return 0 if self.may_enter else int(ask_again(self.wait).total_seconds())


NO_LINE = Standing(is_open=False)


def standing(place: WaitingPlace, found: WaitingRoom) -> Standing:
    """Where the owner of the place stands. A position only ever goes down: nobody is put before anybody."""
    if place.until is not None:
        return Standing(is_open=True, until=place.until)
    ahead = WaitingPlace.objects.filter(opening=place.opening, admitted_at=None, pk__lt=place.pk).count()
    return Standing(True, may_enter=False, position=ahead + 1, wait=estimate(ahead + 1, found.per_minute))


def place_of(actor: Actor, found: WaitingRoom, now: datetime) -> WaitingPlace | None:
    """The actor's place in this opening, if its entry is not over."""
    rows = WaitingPlace.objects.filter(Q(until=None) | Q(until__gt=now), opening=found.opening, user_id=actor.user_id)
    return rows.first()


def look(actor: Actor) -> Standing:
    """Where the actor stands, without taking a place."""
    now = clock.now()
    found, opened = known.look(now)
    if not opened:
        return NO_LINE
    place = place_of(actor, found, now)
    if place is None:
        return Standing(True, may_enter=False, wait=estimate(line(found, now).count() + 1, found.per_minute))
    return standing(place, found)


@dataclass(frozen=True)
class Now:
    """The line in numbers: who waits and still asks, who has gone away, who was let in within the last minute, and
    how long the last one will wait."""

    is_open: bool
    waiting: int
    away: int
    admitted: int
    wait: timedelta

    @property
    def minutes(self) -> int:
        return -(-int(self.wait.total_seconds()) // 60)


def now() -> tuple[WaitingRoom, Now]:
    """The room and its line, for the desk: read anew."""
    found, at = room(), clock.now()
    places = WaitingPlace.objects.filter(opening=found.opening)
    counted = places.aggregate(
        waiting=Count("pk", filter=Q(admitted_at=None, seen_at__gt=at - AWAY_AFTER)),
        away=Count("pk", filter=Q(admitted_at=None, seen_at__lte=at - AWAY_AFTER)),
        admitted=Count("pk", filter=Q(admitted_at__gt=at - timedelta(minutes=1))),
    )
    opened = is_open(found, at)
    return found, Now(opened, **counted, wait=estimate(counted["waiting"], found.per_minute))
