from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import REASON, Blocked, Held, Wish, refusals
from candidate_api.registrations.states import LIVE, REGISTRATION
from candidate_api.results.queries import passed_course_codes
from candidate_api.sessions.models import ExamSession, Offering, SeatPool
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who

OWN, OTHER = "own", "other"


def visible_to(actor: Actor) -> "QuerySet[Registration]":
    """The actor's own entries, with everything that a list shows."""
    own = Registration.objects.filter(candidate__user_id=actor.user_id)
    return own.select_related("course", "district", "session", "order", "offering")


def mine(actor: Actor, session: str = "") -> "QuerySet[Registration]":
    """The actor's entries, of one session where it is named; live ones first, by slot."""
    rows = visible_to(actor).order_by("-session__code", "slot", "-pk")
    return rows.filter(session__code=session) if session else rows


def one(actor: Actor, registration_id: int) -> Registration:
    """One entry of the actor's own; `not_found` for anybody else's."""
    row = visible_to(actor).filter(pk=registration_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这条报考记录。"))
    return row


def for_update(actor: Actor, registration_id: int) -> Registration:
    """One entry of the actor's own, locked; `not_found` for anybody else's."""
    rows = Registration.objects.select_for_update(of=("self",), no_key=True).select_related("session", "candidate")
    row = rows.filter(pk=registration_id, candidate__user_id=actor.user_id).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这条报考记录。"))
    return row


def of_order(order: Order) -> "QuerySet[Registration]":
    """The entries that a locked order pays for, locked too: all but those that their candidate cancelled."""
    rows = Registration.objects.filter(order=order).exclude(state="cancelled")
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def held(candidate: Candidate, session: ExamSession) -> Held:
    """What the candidate has passed, and holds in this session (by course code → slot)."""
    entries = Registration.objects.filter(candidate=candidate, session=session, state__in=LIVE)
    return Held(passed_course_codes(candidate.pk), dict(entries.values_list("course__code", "slot")))


def allowed_actions(registration: Registration, *, window_open: bool) -> list[str]:
    """What the candidate may do with an entry now."""
    return REGISTRATION.allowed(registration.state, Who.CANDIDATE) if window_open else []


@dataclass(frozen=True)
class Option:
    """One course of the session as a candidate sees it: may it be chosen now, and if not, why.

    `limited_districts` are the districts with a limit in its slot, each with the seats left.
    """

    offering: Offering
    blocked: Blocked | None
    limited_districts: list[dict[str, object]]

    @property
    def reason(self) -> str:
        return str(REASON[self.blocked]) if self.blocked else ""


def options(
    candidate: Candidate, session: ExamSession, *, scope: str = OWN, major: str = "", q: str = ""
) -> list[Option]:
    """The courses offered in the session: those of the candidate's own major, or the others, each with why not."""
    rows = Offering.objects.filter(session=session).select_related("course").order_by("slot", "course__code")
    own = Q(course__plan_lines__group__plan__major_id=candidate.major_id)
    if major:
        rows = rows.filter(course__plan_lines__group__plan__major__code=major).distinct()
    elif scope == OWN:
        rows = rows.filter(own).distinct()
    else:
        rows = rows.exclude(pk__in=Offering.objects.filter(own, session=session).values("pk"))
    if q:
        rows = rows.filter(Q(course__name__icontains=q) | Q(course__code__startswith=q))
    have = held(candidate, session)
    seats = _seats_left(session)
    return [
        Option(
            row,
            refusals([Wish(row.course.code, row.slot)], have, session.max_courses).get(0),
            seats.get(row.slot, []),
        )
        for row in rows.select_related("session")
    ]


def _seats_left(session: ExamSession) -> dict[int, list[dict[str, object]]]:
    """By slot, the districts for which the office has set a limit, with what is left of it."""
    found: dict[int, list[dict[str, object]]] = {}
    pools = SeatPool.objects.filter(session=session).order_by("district__code")
    for district, slot, capacity, taken in pools.values_list("district__code", "slot", "capacity", "taken"):
        found.setdefault(slot, []).append({"district": district, "seats_left": capacity - taken})
    return found
