from django.db.models import Count, F, QuerySet
from django.utils.translation import gettext as _

from candidate_api.arrangements.models import Seat
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem

# A seat counts as long as its entry is confirmed and still is where and when the seat is.
_VALID = {
    "registration__state": "confirmed",
    "registration__slot": F("slot"),
    "registration__session": F("session"),
    "registration__district": F("room__site__district"),
}


def is_released(session: ExamSession) -> bool:
    """Whether rooms, seats and tickets of the session may be seen now; the clock alone decides."""
    return session.tickets_at is not None and session.tickets_at <= clock.now()


def visible_to(actor: Actor) -> "QuerySet[Seat]":
    """The actor's own seats of sessions whose release instant has come, with everything that a list shows."""
    own = Seat.objects.filter(candidate__user_id=actor.user_id, session__tickets_at__lte=clock.now(), **_VALID)
    return own.select_related("session", "registration__course", "registration__district", "room__site")


def mine(actor: Actor, session: str = "") -> "QuerySet[Seat]":
    """The actor's released seats, of one session where it is named; newest session first, then by slot."""
    rows = visible_to(actor).order_by("-session__code", "slot")
    return rows.filter(session__code=session) if session else rows


def session_for_update(code: str) -> ExamSession:
    """The session, locked against another arrangement; entries may still be made meanwhile."""
    rows: QuerySet[ExamSession] = ExamSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.filter(code=code).first()
    if session is None:
        raise Problem(Code.NOT_FOUND, _("没有这个考期。"))
    return session


def sessions_to_complete() -> list[str]:
    """Codes of released sessions before their first day in which confirmed entries still wait for a seat."""
    seated = Seat.objects.values("registration")
    waiting_entries = Registration.objects.filter(state="confirmed").exclude(pk__in=seated)
    released = ExamSession.objects.filter(tickets_at__lte=clock.now(), first_day__gt=clock.today(), closed=False)
    return sorted(released.filter(pk__in=waiting_entries.values("session")).values_list("code", flat=True))


def outdated(session: ExamSession) -> "QuerySet[Seat]":
    """Seats of entries that ended, or that sit at another time or place than the seat does."""
    return Seat.objects.filter(session=session).exclude(**_VALID).order_by("pk")


def waiting(session: ExamSession) -> "QuerySet[Registration, tuple[str, str, int, int]]":
    """How many confirmed entries have no seat: (district's code, its name, slot, number), where there are any."""
    # NOT IN and no outer join, for the reason that statements.py gives.
    seated = Seat.objects.filter(session=session).values("registration")
    rows = Registration.objects.filter(session=session, state="confirmed").exclude(pk__in=seated)
    counted = rows.values("district__code", "district__name", "slot").annotate(short=Count("pk"))
    return counted.order_by("district__code", "slot").values_list("district__code", "district__name", "slot", "short")
