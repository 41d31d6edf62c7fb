"""Seats for entries: taken together or not at all, always in the same order."""

from collections.abc import Sequence

from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import Blocked, refusal
from candidate_api.sessions.actions import give_back, take


def take_seats(rows: Sequence[Registration]) -> None:
    """Take a seat for each entry, or raise `entries_refused` naming those that found none.

    Places are taken in one order in every transaction, so that two submissions never wait for each other in a circle.
    """
    in_order = sorted(enumerate(rows), key=lambda item: (item[1].district_id, item[1].slot))
    full = {place: Blocked.FULL for place, row in in_order if not take(row.session_id, row.district_id, row.slot)}
    if full:
        raise refusal(full)


def move_seat(row: Registration, old: tuple[int, int, int]) -> None:
    """A changed entry leaves its old place (session, district, slot) for the one it has now; as `take_seats`."""
    if old == (row.session_id, row.district_id, row.slot):
        return
    if old[1:] < (row.district_id, row.slot):
        give_back(*old)
        take_seats([row])
    else:
        take_seats([row])
        give_back(*old)
