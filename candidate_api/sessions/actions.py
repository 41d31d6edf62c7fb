"""Verbs: seats are taken and given back, a session's seats are counted."""

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from candidate_api.sessions.models import ExamSession, Room, SeatPool
from candidate_api.sessions.rules import NUMBERS
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem


def take(session_id: int, district_id: int, slot: int, n: int = 1) -> bool:
    """Take `n` seats in the caller's transaction; False, with nothing taken, where fewer are left.

    A place without a pool has no limit. One conditional UPDATE, so that nobody can come between looking and taking;
    call it as late in the transaction as can be, since the row stays locked until the commit.
    """
    pool = SeatPool.objects.filter(session_id=session_id, district_id=district_id, slot=slot)
    if pool.filter(taken__lte=F("capacity") - n).update(taken=F("taken") + n):
        return True
    return not pool.exists()


def give_back(session_id: int, district_id: int, slot: int, n: int = 1) -> None:
    """Give `n` taken seats back in the caller's transaction. Where there is no pool there is nothing to give back."""
    pool = SeatPool.objects.filter(session_id=session_id, district_id=district_id, slot=slot, taken__gte=n)
    pool.update(taken=F("taken") - n)


def open_seats(session_id: int, *, by: Actor) -> int:
    """Give every district as many seats in each slot as its rooms have; how many pools there are now.

    May be repeated when rooms were added. Scheduled work and set-up alone may do it: raises `permission_denied` for
    people, and `state_conflict` where more seats are taken than would be left.
    """
    with transaction.atomic():
        session = ExamSession.objects.select_for_update(of=("self",)).get(pk=session_id)
        if not by.is_system:
            raise Problem(Code.PERMISSION_DENIED)
        seats = dict(Room.objects.values_list("site__district").annotate(Sum("seats")).order_by())
        taken = SeatPool.objects.select_for_update(of=("self",)).filter(session=session).order_by("pk")
        short = [pool for pool in taken if pool.taken > seats.get(pool.district_id, 0)]
        if short:
            raise Problem(Code.STATE_CONFLICT, _("已占用的考位多于考场座位数，请先增加考场。"))
        SeatPool.objects.bulk_create(
            [
                SeatPool(session=session, district_id=district_id, slot=slot, capacity=capacity)
                for district_id, capacity in sorted(seats.items())
                for slot in NUMBERS
            ],
            update_conflicts=True,
            unique_fields=["session", "district", "slot"],
            update_fields=["capacity"],
        )
        record("session.open_seats", session, by=by, districts=len(seats), seats=sum(seats.values()))
    return len(seats) * len(NUMBERS)
