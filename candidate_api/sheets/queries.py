from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from candidate_api.arrangements import queries as arrangements
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.results.queries import suspended
from candidate_api.sessions.models import ExamSession, Site
from candidate_api.sheets.models import Sheet
from candidate_api.sheets.rules import Sitter
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile

_CHANGED = SeatChange.objects.filter(
    Q(from_room__site=OuterRef("site")) | Q(to_room__site=OuterRef("site")),
    arrangement=OuterRef("arrangement"),
    slot=OuterRef("slot"),
    version__gt=OuterRef("version"),
)


def visible_to(actor: Actor) -> "QuerySet[Sheet]":
    """The sheets of the actor's sites, the newest of a kind first; `outdated` where something has changed since."""
    rows = Sheet.objects.filter(site__in=arrangements.sites_of(actor)).annotate(outdated=Exists(_CHANGED))
    return rows.select_related("arrangement__session", "site", "requested_by").order_by("slot", "kind", "-pk")


def one(actor: Actor, sheet_id: int) -> Sheet:
    """One of them; `not_found` for the others."""
    row = visible_to(actor).filter(pk=sheet_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return row


def for_update(actor: Actor, sheet_id: int) -> Sheet:
    """One of them, locked; `not_found` for the others."""
    one(actor, sheet_id)
    return Sheet.objects.select_for_update(of=("self",), no_key=True).get(pk=sheet_id)


def published(session_code: str) -> Arrangement:
    """The published arrangement of the session; `not_found` where there is none."""
    found = Arrangement.objects.filter(session__code=session_code, state="published").select_related("session").first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def places(actor: Actor, session: ExamSession, site: Site | None) -> list[tuple[int, int]]:
    """Site's key and slot wherever somebody sits at the actor's sites, or at the one that is named."""
    seats = Seat.objects.filter(session=session, room__site__in=arrangements.sites_of(actor))
    if site is not None:
        seats = seats.filter(room__site=site)
    return list(seats.order_by("room__site", "slot").values_list("room__site", "slot").distinct())


def wanted_already(arrangement: Arrangement) -> set[tuple[int, int, str]]:
    """Site, slot and kind of the sheets that wait, or are made of what still holds and have their file."""
    rows = Sheet.objects.filter(arrangement=arrangement).annotate(outdated=Exists(_CHANGED))
    rows = rows.filter(Q(state__in=["queued", "failed"]) | Q(state="made", outdated=False, file__isnull=False))
    return set(rows.values_list("site", "slot", "kind"))


def progress(actor: Actor, session: ExamSession) -> list[tuple[Site, int, int, int, int]]:
    """Each of the actor's sites with its sheets: made and as things are, outdated, waiting, failed. Two queries."""
    own = visible_to(actor).filter(arrangement__session=session).order_by()
    rows = own.values_list("site", "state", "outdated").annotate(n=Count("pk"))
    found: dict[int, list[int]] = {}
    for site, state, outdated, number in rows:
        counts = found.setdefault(site, [0, 0, 0, 0])
        counts[{"made": int(outdated), "queued": 2, "failed": 3}[state]] += number
    sites = arrangements.sites_of(actor).order_by("district__code", "code")
    return [(site, *found.get(site.pk, [0, 0, 0, 0])) for site in sites]  # type: ignore[misc]


# -- making -----------------------------------------------------------------------------------------------------------
def next_for_update() -> Sheet | None:
    """The sheet that has waited longest, or whose worker has gone; locked, and skipped by others."""
    rows = Sheet.objects.select_for_update(of=("self",), skip_locked=True)
    free = Q(leased_until=None) | Q(leased_until__lte=clock.now())
    rows = rows.select_related("arrangement__session", "site__district", "requested_by")
    return rows.filter(free, state="queued").order_by("pk").first()


def held_for_update(sheet_id: int, token: UUID | None) -> Sheet | None:
    """The sheet again, locked, if the worker of that token still has it."""
    rows = Sheet.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=sheet_id, token=token, state="queued").first()


def version_for_update(session_code: str) -> int:
    """The version that holds; nobody is moved until the transaction ends."""
    session = arrangements.session_for_update(session_code)
    return Arrangement.objects.values_list("version", flat=True).get(session=session)


def sitters(sheet: Sheet) -> "QuerySet[Seat]":
    """Who sits at the sheet's site in its slot."""
    rows = Seat.objects.filter(session=sheet.arrangement.session_id, slot=sheet.slot, room__site=sheet.site)
    rows = rows.filter(registration__state="confirmed", registration__slot=F("slot"))
    rows = rows.annotate(suspended=suspended("candidate", "session__first_day"))
    return rows.select_related("room", "candidate__user", "candidate__photo", "registration__course")


def as_sitters(seats: "QuerySet[Seat]") -> Iterator[tuple[Sitter, PrivateFile | None]]:
    """What the papers tell of each, with the photo."""
    for seat in seats:
        who, course = seat.candidate, seat.registration.course
        name = f"p{who.pk}" if who.photo else ""
        number = who.candidate_number or ""
        yield (
            Sitter(
                seat.room.number,
                seat.room.accessible,
                seat.seat_no,
                who.user.name,
                number,
                course.code,
                course.name,
                name,
                seat.suspended,
            ),
            who.photo,
        )
