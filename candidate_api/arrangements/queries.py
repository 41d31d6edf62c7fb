from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from candidate_api.accommodations.models import Accommodation
from candidate_api.arrangements import rules
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.arrangements.states import MAY_ARRANGE
from candidate_api.candidates.states import Category
from candidate_api.catalogue.models import District
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room, Site
from candidate_api.sessions.rules import NUMBERS
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

_SESSIONS = 12  # on the desk's first page, six years
_A_CITY = 2  # steps of its office's path: /45/450100/


# -- the candidate ----------------------------------------------------------------------------------------------------
def visible_to(actor: Actor) -> "QuerySet[Seat]":
    """The actor's own seats of published sessions whose release instant has come, with everything that a list shows."""
    return seats_for_tickets().filter(candidate__user_id=actor.user_id, session__tickets_at__lte=clock.now())


def seats_for_tickets() -> "QuerySet[Seat]":
    """Everybody's seats of published arrangements with everything that a list or a ticket shows, also before the
    release instant: for the job that makes tickets ahead, and for nobody's eyes."""
    valid = Seat.objects.filter(session__arrangement__state="published", **_VALID)
    return valid.select_related("session", "registration__course", "registration__district", "room__site")


def mine(actor: Actor, session: str = "") -> "QuerySet[Seat]":
    """The actor's released seats, of one session where it is named; newest session first, then by slot."""
    rows = visible_to(actor).order_by("-session__code", "slot")
    return rows.filter(session__code=session) if session else rows


def being_seated(actor: Actor) -> "QuerySet[Registration]":
    """The actor's confirmed entries of released sessions that are not over which have no seat, or none that counts."""
    own = Registration.objects.filter(candidate__user_id=actor.user_id, state="confirmed")
    released = own.filter(session__tickets_at__lte=clock.now(), session__second_day__gte=clock.today())
    seated = Seat.objects.filter(registration=OuterRef("pk"), **_VALID, session__arrangement__state="published")
    waiting = released.filter(~Exists(seated)).select_related("session", "course", "district")
    return waiting.order_by("-session__code", "slot")


# -- for verbs --------------------------------------------------------------------------------------------------------
def session_for_update(code: str) -> ExamSession:
    """The session, locked against every other verb about its seats; entries may still be made meanwhile."""
    rows: QuerySet[ExamSession] = ExamSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.filter(code=code).first()
    if session is None:
        raise Problem(Code.NOT_FOUND, _("没有这个考期。"))
    return session


def of_session(session: ExamSession) -> Arrangement | None:
    """The arrangement of the session; read again, once the session is locked."""
    return Arrangement.objects.select_related("session", "requested_by", "published_by").filter(session=session).first()


def is_published(session: ExamSession) -> bool:
    return Arrangement.objects.filter(session=session, state="published").exists()


def rooms_for_update(district_id: int) -> "QuerySet[Room]":
    """The rooms of the district in the order in which they are filled, locked against changes of their size."""
    rows = Room.objects.select_for_update(of=("self",), no_key=True).filter(site__district=district_id)
    return rows.select_related("site").order_by("site__code", "number")


def queued() -> list[str]:
    """Codes of sessions that wait for a worker, or whose worker has gone; the one that has waited longest first."""
    free = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    rows = Arrangement.objects.filter(free, state="queued").order_by("requested_at")
    return list(rows.values_list("session__code", flat=True))


def held(arrangement: Arrangement, token: UUID) -> bool:
    """Whether the worker of that token still has it; the caller has locked the session."""
    return Arrangement.objects.filter(pk=arrangement.pk, token=token, state="queued").exists()


def sessions_to_complete() -> list[str]:
    """Codes of published sessions before their first day in which confirmed entries wait for a seat: they have none, or
    one that is at another time or place than they are now."""
    coming = ExamSession.objects.filter(arrangement__state="published", first_day__gt=clock.today(), closed=False)
    return [
        session.code
        for session in coming.order_by("code")
        if _unseated(session).exists() or outdated(session).filter(registration__state="confirmed").exists()
    ]


def outdated(session: ExamSession) -> "QuerySet[Seat]":
    """Seats of entries that ended, or that sit at another time or place than the seat does."""
    return Seat.objects.filter(session=session).exclude(**_VALID).order_by("pk")


def _unseated(session: ExamSession) -> "QuerySet[Registration]":
    # NOT IN and no outer join, for the reason that statements.py gives.
    seated = Seat.objects.filter(session=session).values("registration")
    rows = Registration.objects.filter(session=session, state="confirmed").exclude(pk__in=seated)
    granted = Accommodation.objects.filter(session=session, candidate=OuterRef("candidate"))
    return rows.annotate(accommodated=Exists(granted))


def waiting(session: ExamSession, seed: str) -> dict[tuple[int, int], list[rules.Waiting]]:
    """Confirmed entries without a seat, by (district's key, slot)."""
    columns = ("pk", "candidate_id", "course_id", "slot", "candidate__category", "accommodated")
    found = defaultdict(list)
    rows = _unseated(session).values_list("district_id", "candidate__candidate_number", *columns)
    for district, number, pk, candidate, course, slot, category, accommodated in rows:
        lot = rules.lot(seed, slot, number)
        one = rules.Waiting(pk, candidate, course, slot, category, accommodated, lot)
        found[district, slot].append(one)
    return dict(found)


def needs(session: ExamSession) -> list[rules.Need]:
    """How many confirmed entries have no seat, where there are any."""
    rows = _unseated(session).annotate(social=Q(candidate__category=Category.SOCIAL)).order_by()
    counted = rows.values_list("district_id", "slot", "social", "accommodated").annotate(number=Count("pk"))
    return [rules.Need(*row) for row in counted]


def capacity() -> dict[tuple[int, rules.Pool], int]:
    """How many seats the rooms of each district have, by pool."""
    rows = Room.objects.order_by().values_list("site__district", "site__kind", "accessible").annotate(Sum("seats"))
    return {(district, rules.Pool(kind, accessible)): seats for district, kind, accessible, seats in rows}


def hall(session: ExamSession, rooms: "QuerySet[Room]", slot: int) -> rules.Hall:
    """Who sits where in these rooms in one slot of the session."""
    seated = Seat.objects.filter(session=session, slot=slot, room__in=[room.pk for room in rooms])
    courses = seated.values_list("room_id", "seat_no", "registration__course_id")
    return rules.Hall(
        [rules.Chairs(room.pk, pool_of(room), room.seats) for room in rooms],
        {(room, number): course for room, number, course in courses},
    )


def pool_of(room: Room) -> rules.Pool:
    return rules.Pool(room.site.kind, room.accessible)


def on_chair(session: ExamSession, slot: int, room: Room, seat_no: int) -> Seat | None:
    """Who sits there, with what a move has to know of them."""
    rows = Seat.objects.filter(session=session, slot=slot, room=room, seat_no=seat_no)
    return rows.select_related("candidate__user", "registration__course", "room__site").first()


def is_accommodated(session: ExamSession, candidate_id: int) -> bool:
    """Whether the candidate has been granted 合理便利 for the session."""
    return Accommodation.objects.filter(session=session, candidate=candidate_id).exists()


def district_names(keys: set[int]) -> dict[int, tuple[str, str]]:
    """Code and name of these districts."""
    rows = District.objects.filter(pk__in=keys).values_list("pk", "code", "name")
    return {pk: (code, name) for pk, code, name in rows}


# -- the desk ---------------------------------------------------------------------------------------------------------
def may_arrange(actor: Actor) -> bool:
    """Whether the actor decides about a session as a whole."""
    return actor.is_system or actor.has_role_at_top(*MAY_ARRANGE)


def districts_of(actor: Actor) -> "QuerySet[District]":
    """The districts whose seats the actor sees: all for the province, a city's own."""
    rows = District.objects.order_by("code")
    if may_arrange(actor):
        return rows
    return rows.filter(code__in=_cities(actor))


def sites_of(actor: Actor) -> "QuerySet[Site]":
    """The sites of these districts."""
    return Site.objects.filter(district__in=districts_of(actor)).select_related("district")


def seats_of(actor: Actor) -> "QuerySet[Seat]":
    """The seats, in rooms of these sites, that count."""
    rows = Seat.objects.filter(room__site__in=sites_of(actor), **_VALID)
    return rows.select_related("session", "candidate__user", "registration__course", "room__site__district")


def changes_of(actor: Actor, session: ExamSession) -> "QuerySet[SeatChange]":
    """What was amended in rooms of these sites, newest first."""
    sites = sites_of(actor)
    rows = SeatChange.objects.filter(
        Q(from_room__site__in=sites) | Q(to_room__site__in=sites), arrangement__session=session
    )
    related = ("registration__candidate__user", "registration__course", "from_room__site", "to_room__site", "by")
    return rows.select_related(*related).order_by("-pk")


def may_see(actor: Actor) -> bool:
    """Whether the actor works with seats at all: for the province or for a city."""
    return may_arrange(actor) or bool(_cities(actor))


def _cities(actor: Actor) -> list[str]:
    """Codes of the cities for whose offices the actor works; a school's stands beside them and has letters."""
    places = [path.strip("/").split("/") for path in actor.offices_as(*MAY_ARRANGE)]
    return [place[1] for place in places if len(place) == _A_CITY and place[1].isdigit()]


def sessions() -> "QuerySet[ExamSession]":
    """The latest sessions with their arrangement, newest first."""
    related = ("arrangement__requested_by", "arrangement__published_by")
    return ExamSession.objects.select_related(*related).order_by("-first_day")[:_SESSIONS]


def session(pk: int) -> ExamSession:
    """One session; raises `not_found`."""
    found: ExamSession | None = ExamSession.objects.filter(pk=pk).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def site(actor: Actor, pk: int) -> Site:
    """One of the actor's sites; `not_found` for the others."""
    found = sites_of(actor).filter(pk=pk).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def room(actor: Actor, pk: int) -> Room:
    """A room of one of the actor's sites; `not_found` for the others."""
    found: Room | None = Room.objects.filter(site__in=sites_of(actor), pk=pk).select_related("site").first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def table(actor: Actor, session: ExamSession) -> list[dict[str, Any]]:
    """Each site of the actor's with its rooms, seats and how many sit there in each slot. Two queries."""
    seated: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Seat.objects.filter(session=session).order_by().values_list("room__site", "slot").annotate(n=Count("pk"))
    for place, slot, number in rows:
        seated[place][slot] = number
    sites = sites_of(actor).annotate(rooms_n=Count("rooms"), seats_n=Sum("rooms__seats"))
    return [
        {"site": found, "rooms": found.rooms_n, "seats": found.seats_n or 0, "slots": _by_slot(seated[found.pk])}
        for found in sites.order_by("district__code", "code")
    ]


def rooms(session: ExamSession, site: Site) -> list[dict[str, Any]]:
    """Each room of the site and how many sit there in each slot. Two queries."""
    seated: dict[int, dict[int, int]] = defaultdict(dict)
    rows = Seat.objects.filter(session=session, room__site=site).order_by().values_list("room", "slot")
    for place, slot, number in rows.annotate(n=Count("pk")):
        seated[place][slot] = number
    return [{"room": found, "slots": _by_slot(seated[found.pk])} for found in site.rooms.order_by("number")]


def _by_slot(seated: dict[int, int]) -> list[tuple[int, int]]:
    return [(number, seated.get(number, 0)) for number in NUMBERS]


def to_publish(actor: Actor) -> dict[str, Any]:
    """How many arrangements wait for the actor's word, and since when the first: one's own wait for somebody else."""
    rows = Arrangement.objects.filter(state="drafted").exclude(requested_by=actor.user_id).order_by()
    rows = rows if may_arrange(actor) else rows.none()
    return rows.aggregate(count=Count("pk"), oldest=Min("drawn_at"))


def misplaced(session: ExamSession) -> int:
    """How many who have been granted 合理便利 do not sit in an accessible room, and the other way round."""
    granted = Accommodation.objects.filter(session=session, candidate=OuterRef("candidate"))
    rows = Seat.objects.filter(session=session).annotate(granted=Exists(granted))
    return rows.exclude(room__accessible=F("granted")).count()
