"""Seats for entries: taken together or not at all, always in the same order."""

from collections.abc import Sequence
from typing import Any

from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import Blocked, refusal
from candidate_api.sessions.actions import Place, count_first, counted, give_back, take_each
from portal.kernel.prepared import Question, ask


def counted_for(rows: Sequence[Registration]) -> Question[set[Place]]:
    """Which of the entries' places have counters already."""
    return counted([_place(row) for row in rows])


def take_seats(
    rows: Sequence[Registration], known: set[Place] | None = None, *, after: Sequence[Question[Any]] = ()
) -> None:
    """Take a seat for each entry, or raise `entries_refused` naming those that found none; `after` is asked on the way,
    `known` is the answer of `counted_for`, where it was asked for already.

    Places are taken in one order in every transaction, so that two submissions never wait for each other in a circle.
    """
    if not rows:
        return
    in_order = sorted(enumerate(rows), key=lambda item: (item[1].district_id, item[1].slot))
    places = [_place(row) for _number, row in in_order]
    for place in sorted(set(places) - (ask(counted(places)) if known is None else known)):
        count_first(place)
    taken = take_each(places, after=after)
    full = {number: Blocked.FULL for (number, _row), found in zip(in_order, taken, strict=True) if not found}
    if full:
        raise refusal(full)


def _place(row: Registration) -> Place:
    return row.session_id, row.district_id, row.slot


def move_seat(row: Registration, old: Place) -> None:
    """A changed entry leaves its old place for the one it has now; as `take_seats`."""
    if old == _place(row):
        return
    if old[1:] < (row.district_id, row.slot):
        give_back(*old)
        take_seats([row])
    else:
        take_seats([row])
        give_back(*old)
