"""Verbs: seats are taken and given back, a session's seats are counted, its releases follow the desk."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue import stamps
from candidate_api.sessions import closing
from candidate_api.sessions.models import ExamSession, Room, SeatPool
from candidate_api.sessions.rules import MAY_CLOSE, NUMBERS
from cms.windows.rules import Business
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem

_RELEASED = {Business.ADMISSION_TICKET: "tickets_at", Business.SCORES: "scores_at"}


def take(session_id: int, district_id: int, slot: int, n: int = 1) -> bool:
    """Take `n` seats in the caller's transaction; False, with nothing taken, where fewer are left.

    Seats are counted from the first one on, also where there is no limit: one that is set later knows what is taken.
    One conditional UPDATE, so that nobody can come between looking and taking; call it as late in the transaction as
    can be, since the row stays locked until the commit.
    """
    place = {"session_id": session_id, "district_id": district_id, "slot": slot}
    free = SeatPool.objects.filter(Q(capacity=None) | Q(taken__lte=F("capacity") - n), **place)
    if free.update(taken=F("taken") + n):
        return True
    # Full, or the first of this place. Where two are first at once, the second waits here for the other's commit.
    SeatPool.objects.bulk_create([SeatPool(**place)], ignore_conflicts=True)
    return bool(free.update(taken=F("taken") + n))


def give_back(session_id: int, district_id: int, slot: int, n: int = 1) -> None:
    """Give `n` taken seats back in the caller's transaction."""
    pool = SeatPool.objects.filter(session_id=session_id, district_id=district_id, slot=slot, taken__gte=n)
    pool.update(taken=F("taken") - n)


def open_seats(session_id: int, *, by: Actor) -> int:
    """Give every district as many seats in each slot as its rooms have, accessible ones aside, which do not take
    everybody; how many pools have a limit now.

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
            [SeatPool(session=session, district_id=place, slot=n) for place in sorted(seats) for n in NUMBERS],
            ignore_conflicts=True,
        )
        rows = SeatPool.objects.select_for_update(of=("self",), no_key=True).filter(session=session)
        pools = list(rows.order_by("district_id", "slot"))  # as everybody locks them who takes seats
        if any(pool.taken > seats.get(pool.district_id, 0) for pool in pools):
            raise Problem(Code.STATE_CONFLICT, _("已占用的考位多于考场座位数，请先增加考场。"))
        limited = [pool for pool in pools if pool.district_id in seats]
        for pool in limited:
            pool.capacity = seats[pool.district_id]
        SeatPool.objects.bulk_update(limited, ["capacity"])
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
