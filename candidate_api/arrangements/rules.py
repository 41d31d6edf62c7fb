"""Who may sit where, whether seats suffice, and where somebody who comes late sits. Plain values, no database.

Two kinds of rooms and two kinds of sites make four pools. Who has been granted 合理便利 sits in accessible rooms,
nobody else does. College sites take everybody but social candidates, who sit at city sites alone (domain 4.6).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

COLLEGE, CITY = "college", "city"  # codes of candidate_api.sessions.models.Site.Kind
SOCIAL = "social"  # of candidate_api.candidates.states.Category
LARGEST_SEED = 64


@dataclass(frozen=True)
class Pool:
    """Rooms that are filled in turn: those of one kind of site, accessible or not."""

    kind: str
    accessible: bool


# In this order: accessible rooms first, and of each college sites before city sites, so that these keep room for
# social candidates.
POOLS = tuple(Pool(kind, accessible) for accessible in (True, False) for kind in (COLLEGE, CITY))


def may_sit(pool: Pool, *, category: str, accommodated: bool) -> bool:
    """Whether a candidate of that category, with or without 合理便利, may sit in rooms of the pool."""
    return pool.accessible == accommodated and (pool.kind == CITY or category != SOCIAL)


# -- are there enough -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Need:
    """So many entries of one district and slot (the district by its key) ask for a seat."""

    district: int
    slot: int
    social: bool
    accommodated: bool
    number: int


@dataclass(frozen=True)
class Shortage:
    """So many seats are missing in one district and slot."""

    district: int
    slot: int
    accessible: bool
    short: int


def shortages(needs: Iterable[Need], seats: Mapping[tuple[int, Pool], int]) -> list[Shortage]:
    """Where the seats of a district (`seats` by district and pool) do not suffice for those who may sit on them."""
    asked: dict[tuple[int, int, bool], dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
    for need in needs:
        asked[need.district, need.slot, need.accommodated][need.social] += need.number
    found = []
    for (district, slot, accommodated), number in sorted(asked.items()):
        college, city = (seats.get((district, Pool(kind, accommodated)), 0) for kind in (COLLEGE, CITY))
        short = number[True] + max(0, number[False] - college) - city
        if short > 0:
            found.append(Shortage(district, slot, accommodated, short))
    return found


# -- who comes late ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Waiting:
    """A confirmed entry without a seat; `lot` decides whose turn it is."""

    registration: int
    candidate: int
    course: int
    slot: int
    category: str
    accommodated: bool
    lot: str


@dataclass(frozen=True)
class Chairs:
    """The seats of a room, 1 to `seats`."""

    room: int
    pool: Pool
    seats: int


@dataclass
class Hall:
    """One slot of a district: its rooms in the order in which they are filled, and which course sits where."""

    rooms: list[Chairs]
    courses: dict[tuple[int, int], int] = field(default_factory=dict)

    def free(self, pool: Pool) -> Iterator[tuple[int, int]]:
        """Room and seat number of every empty chair of the pool."""
        for room in self.rooms:
            if room.pool == pool:
                yield from ((room.room, n) for n in range(1, room.seats + 1) if (room.room, n) not in self.courses)

    def clashes(self, place: tuple[int, int], course: int) -> bool:
        """Whether somebody beside that chair takes the same course."""
        room, number = place
        return course in (self.courses.get((room, number - 1)), self.courses.get((room, number + 1)))


def lot(seed: str, slot: int, number: str) -> str:
    """What decides the turn of one 准考证号 in one slot; anybody who knows the seed can draw again."""
    return hashlib.md5(f"{seed}:{slot}:{number}".encode(), usedforsecurity=False).hexdigest()


def seat_late(waiting: Iterable[Waiting], hall: Hall) -> dict[int, tuple[int, int]]:
    """Room and seat number by entry, for those who wait in one slot of a district; nobody who sits there moves.

    Each takes the first chair of theirs that has no neighbour of the same course, or else the first one. Whoever finds
    none is left out. `hall` holds everybody afterwards.
    """
    found: dict[int, tuple[int, int]] = {}
    chairs = {pool: list(hall.free(pool)) for pool in POOLS}
    for one in sorted(waiting, key=lambda w: (w.lot, w.registration)):
        for pool in POOLS:
            if not chairs[pool] or not may_sit(pool, category=one.category, accommodated=one.accommodated):
                continue
            apart = (n for n, place in enumerate(chairs[pool]) if not hall.clashes(place, one.course))
            place = chairs[pool].pop(next(apart, 0))
            hall.courses[place] = one.course
            found[one.registration] = place
            break
    return found
