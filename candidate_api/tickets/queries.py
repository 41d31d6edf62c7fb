from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.queries import mine, seats_for_tickets
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Discipline
from candidate_api.results.queries import suspended, suspensions
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.queries import is_released
from candidate_api.tickets import paper, rules
from candidate_api.tickets.models import Pledge, Ticket
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto import signing
from portal.kernel.errors import Code, Problem
from portal.kernel.text import mask_name

_AT_ONCE = 100


@dataclass(frozen=True)
class TicketStatus:
    """How far the actor is from the ticket of one session: `taken` are the slots of the confirmed entries.

    `available`: it can be printed now. `released_at` None: the instant is not fixed yet. `suspension`: the 停考 that
    keeps the actor out of the session.
    """

    session: ExamSession
    taken: list[int]
    released: bool
    pledge: Pledge | None
    suspension: Discipline | None
    available: bool

    @property
    def why_stopped(self) -> str:
        """What the decision means for the session; empty without one."""
        if self.suspension is None:
            return ""
        words = {"starts": self.suspension.starts, "until": self.suspension.until}
        return (
            _("您自%(starts)s至%(until)s停考，其间的考试不能参加，没有准考证。如有疑问，请联系所属市招生考试院。")
            % words
        )

    @property
    def courses(self) -> int:
        return len(self.taken)

    @property
    def days(self) -> list[date]:
        """The days on which the actor has to come."""
        return sorted({self.session.slots[slot - 1].date for slot in self.taken})

    @property
    def released_at(self) -> datetime | None:
        return self.session.tickets_at

    @property
    def pledged(self) -> bool:
        return self.pledge is not None

    @property
    def pledged_at(self) -> datetime | None:
        return self.pledge.signed_at if self.pledge else None


def statuses(actor: Actor) -> list[TicketStatus]:
    """The sessions in which the actor has confirmed entries, newest first."""
    own = Registration.objects.filter(candidate__user_id=actor.user_id, state="confirmed")
    taken: dict[int, list[int]] = {}
    for session_id, slot in own.order_by("slot").values_list("session", "slot"):
        taken.setdefault(session_id, []).append(slot)
    sessions = ExamSession.objects.filter(pk__in=taken)
    pledges = {row.session_id: row for row in Pledge.objects.filter(candidate__user_id=actor.user_id)}
    seated = dict(mine(actor).order_by().values_list("session").annotate(n=Count("pk")))
    decisions = suspensions(actor.user_id)
    stopped = {s.pk: next((d for d in decisions if d.is_in_force(s.first_day)), None) for s in sessions}
    return [
        TicketStatus(
            session=session,
            taken=taken[session.pk],
            released=is_released(session),
            pledge=pledges.get(session.pk),
            suspension=stopped[session.pk],
            available=not stopped[session.pk]
            and session.pk in pledges
            and seated.get(session.pk) == len(taken[session.pk]),
        )
        for session in sorted(sessions, key=lambda row: row.code, reverse=True)
    ]


def status(actor: Actor, session_code: str) -> TicketStatus:
    """The same of one session; `not_found` where the actor has no confirmed entry in it."""
    for found in statuses(actor):
        if found.session.code == session_code:
            return found
    raise Problem(Code.NOT_FOUND, _("您在该考期没有报考成功的课程。"))


def unmade(most: int) -> Iterator[tuple[Pledge, list[Seat]]]:
    """Who has signed for a session that is arranged and not over, is under no 停考, sits in each of the entries and has
    no ticket yet, with the seats in order of the slots: the first `most` who signed."""
    same = {"candidate": OuterRef("candidate"), "session": OuterRef("session")}
    entries = Registration.objects.filter(**same, state="confirmed")
    seated = seats_for_tickets().filter(registration=OuterRef("pk"))
    ready = Pledge.objects.filter(
        Exists(entries),
        ~suspended("candidate", "session__first_day"),
        ~Exists(entries.filter(~Exists(seated))),
        ~Exists(Ticket.objects.filter(**same).exclude(file=None)),
        session__second_day__gte=clock.today(),
    )
    keys = list(ready.order_by("pk").values_list("pk", flat=True)[:most])
    for first in range(0, len(keys), _AT_ONCE):
        signed = Pledge.objects.select_related("candidate__user", "candidate__photo", "session").order_by("pk")
        some = list(signed.filter(pk__in=keys[first : first + _AT_ONCE]))
        rows = seats_for_tickets().filter(
            candidate__in=[pledge.candidate_id for pledge in some], session__in={pledge.session_id for pledge in some}
        )
        seats: dict[tuple[int, int], list[Seat]] = {}
        for seat in rows.order_by("slot"):
            seats.setdefault((seat.candidate_id, seat.session_id), []).append(seat)
        for pledge in some:
            yield pledge, seats.get((pledge.candidate_id, pledge.session_id), [])


@dataclass(frozen=True)
class Sitting:
    """One line of a ticket."""

    course: str
    course_name: str
    starts_at: datetime
    ends_at: datetime
    site: str
    room: str
    seat: str


@dataclass(frozen=True)
class Proof:
    """What a code proves. `title` is the paper's; `session` a ticket's alone; `signed`: our signature was on it.

    `current`: it is what would be printed now; None where the code alone was given, which cannot tell one print from
    another. `sittings` of a released ticket: what stands on it now, for the table on the paper to be held against.
    """

    kind: str
    code: str
    title: str
    session: str
    session_name: str
    name: str
    number: str
    issued_at: datetime | None
    signed: bool
    current: bool | None
    sittings: tuple[Sitting, ...] = ()


# What else can be checked: told by the nouns that print it. Each answers None for what is not its own.
Prover = Callable[[str, dict[str, Any] | None], Proof | None]
_provers: list[Prover] = []


def register(prover: Prover) -> None:
    """Plug in who knows of another kind of paper; from `apps.ready`, once."""
    if prover not in _provers:
        _provers.append(prover)


def proof(text: str) -> Proof:
    """What the printed code, or the signed token of the QR code, proves; `not_found` for one that is not ours."""
    payload = signing.verify(text) if "." in text else None
    if "." in text and payload is None:
        raise Problem(Code.NOT_FOUND, _("签名不符：这个二维码不是本系统签发的。"))
    for prover in (_ticket, *_provers):
        found = prover(text, payload)
        if found is not None:
            return found
    raise Problem(Code.NOT_FOUND, _("没有这个核验码，请核对后重新输入。"))


def _ticket(text: str, payload: dict[str, Any] | None) -> Proof | None:
    if payload is not None and payload.get("kind") != rules.KIND:
        return None
    code = str(payload["code"]) if payload else rules.plain_code(text)
    issued = Ticket.objects.exclude(file=None).select_related("candidate__user", "candidate__photo", "session")
    ticket = issued.filter(code=code).first()
    if ticket is None:
        return None
    of_it = {"candidate": ticket.candidate_id, "session": ticket.session_id}
    seats = list(seats_for_tickets().filter(**of_it).order_by("slot"))
    return Proof(
        kind=rules.KIND,
        code=rules.shown_code(ticket.code),
        title=_("准考证"),
        session=ticket.session.code,
        session_name=ticket.session.label,
        name=mask_name(ticket.candidate.user.name),
        number=(ticket.candidate.candidate_number or "")[-4:],
        issued_at=ticket.issued_at,
        signed=payload is not None,
        current=payload["print"] == _mark(ticket, seats) if payload else None,
        sittings=tuple(_sitting(seat) for seat in seats) if is_released(ticket.session) else (),
    )


def _mark(ticket: Ticket, seats: list[Seat]) -> str:
    """The mark of the print that would be made now; empty where none would be, since an entry has no seat."""
    of_it = {"candidate": ticket.candidate_id, "session": ticket.session_id}
    if not seats or Registration.objects.filter(**of_it, state="confirmed").count() != len(seats):
        return ""
    pledge = Pledge.objects.get(**of_it)
    facts = paper.facts(ticket.candidate, ticket.session, pledge, seats, ticket.code)
    return rules.print_mark(paper.digest(ticket.candidate, facts))


def _sitting(seat: Seat) -> Sitting:
    course, when = seat.registration.course, seat.sitting
    return Sitting(
        course=course.code,
        course_name=course.name,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        site=seat.room.site.name,
        room=seat.room.number,
        seat=f"{seat.seat_no:02d}",
    )
