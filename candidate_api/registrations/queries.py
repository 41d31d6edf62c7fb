from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.db.models import BigIntegerField, CharField, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import REASON, Blocked, Held, Wish, apart, refusals
from candidate_api.registrations.states import LIVE, REGISTRATION
from candidate_api.results.models import Discipline
from candidate_api.results.queries import passes, suspended, suspends, suspension
from candidate_api.sessions.models import ExamSession, Offering, SeatPool
from cms.windows.models import BusinessWindow
from cms.windows.queries import current, currently, opened
from cms.windows.rules import Business, WindowState, instant
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Given, Prepared, Question, each_of, numbered, together
from portal.kernel.states import Who

OWN, OTHER = "own", "other"


def visible_to(actor: Actor) -> "QuerySet[Registration]":
    """The actor's own entries, with everything that a list shows; `is_suspended`: a 停考 keeps the actor out of it."""
    own = Registration.objects.filter(candidate__user_id=actor.user_id)
    own = own.annotate(is_suspended=suspended("candidate", "session__first_day"))
    return own.select_related("course", "district", "session", "order", "offering", "candidate")


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


def awaiting_scores(actor: Actor) -> ExamSession | None:
    """The first session that the actor has entered whose scores are not out yet; None where none is waited for."""
    own = Registration.objects.filter(candidate__user_id=actor.user_id, state="confirmed", session=OuterRef("pk"))
    rows = ExamSession.objects.filter(Q(scores_at=None) | Q(scores_at__gt=clock.now()), Exists(own), closed=False)
    return rows.order_by("code").first()


def of_order(order: Order) -> "QuerySet[Registration]":
    """The entries that a locked order pays for, locked too: all but those that their candidate cancelled."""
    rows = Registration.objects.filter(order=order).exclude(state="cancelled").select_related("session")
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")


def refundable(user_id: int) -> "QuerySet[Registration]":
    """The confirmed entries of sessions whose scores are not out: what an application may ask money back for."""
    rows = Registration.objects.filter(candidate__user_id=user_id, state="confirmed", session__closed=False)
    told = Q(session__scores_at__lte=clock.now())
    return rows.exclude(told).select_related("course", "session", "order").order_by("session__code", "slot")


def shown_with(orders: Iterable[Order]) -> "QuerySet[Registration]":
    """What the orders are for: their entries, without those that were cancelled out of an order that went on.

    A cancelled order still shows all that it was for.
    """
    rows = Registration.objects.filter(~Q(state="cancelled") | Q(order__state="cancelled"), order__in=orders)
    return rows.select_related("course", "district", "session", "order").order_by("slot", "pk")


def held(candidate: Candidate, session: ExamSession) -> Held:
    """What the candidate has passed, and holds in this session (by course code → slot)."""
    return _as_held(*together(passes(candidate.pk), _HELD.asks(list, candidate=candidate.pk, session=session.pk)))


def _as_held(passed: frozenset[str], rows: list[tuple[str, int, str]]) -> Held:
    entries = {course: slot for course, slot, _district in rows}
    return Held(passed, entries, tuple((slot, district) for _course, slot, district in rows))


def _held(candidate: Given, session: Given) -> "QuerySet[Registration, tuple[str, int, str]]":
    rows = Registration.objects.filter(candidate=candidate, session=session, state__in=LIVE)
    return rows.order_by("slot").values_list("course__code", "slot", "district__name")


_HELD = Prepared(lambda: _held(Given("candidate", BigIntegerField()), Given("session", BigIntegerField())))


def offers(session: str, courses: Sequence[str]) -> Question[dict[str, Offering]]:
    """By course, what the session sets of these courses, with course and session."""

    def read(rows: list[Offering]) -> dict[str, Offering]:
        return {row.course.code: row for row in rows}

    return _offered(len(courses)).asks(read, session=session, **numbered("course", courses))


@cache
def _offered(number: int) -> Prepared:
    """For so many courses."""

    def build() -> "QuerySet[Offering]":
        courses = each_of("course", number, CharField())
        held_then = Offering.objects.filter(session__code=Given("session", CharField()), cancelled_at=None)
        return held_then.filter(course__code__in=courses).select_related("course", "session").order_by()

    return Prepared(build)


def districts(codes: Collection[str]) -> Question[dict[str, District]]:
    """Those of them that there are, by code."""

    def read(rows: list[District]) -> dict[str, District]:
        return {row.code: row for row in rows}

    return _districts(len(codes)).asks(read, **numbered("code", sorted(codes)))


@cache
def _districts(number: int) -> Prepared:
    """For so many codes."""
    return Prepared(lambda: District.objects.filter(code__in=each_of("code", number, CharField())).order_by())


@dataclass(frozen=True)
class Warned:
    """What is allowed, and probably not meant."""

    code: str
    detail: str


def warnings(
    candidate: Candidate, session: ExamSession, entries: Iterable[tuple[str, str]] = (), *, without: int | None = None
) -> list[Warned]:
    """What the candidate should be told about their live entries in the session, together with `entries` (course
    code, district code) that they are about to add; `without` is the entry that these replace."""
    wished = list(entries)
    live = Registration.objects.filter(candidate=candidate, session=session, state__in=LIVE).exclude(pk=without)
    places = list(live.order_by("slot").values_list("slot", "district__name"))
    if wished:
        offered = Offering.objects.filter(session=session, course__code__in=[course for course, _d in wished])
        slots = dict(offered.values_list("course__code", "slot"))
        names = dict(District.objects.values_list("code", "name"))
        places += [(slots[c], names[d]) for c, d in wished if c in slots and d in names]
    return warned(session, places)


def warned(session: ExamSession, places: Iterable[tuple[int, str]]) -> list[Warned]:
    """What to tell somebody who is to sit at these places of the session (slot, name of the district)."""
    sittings = session.slots
    days = apart((sittings[slot - 1].date, district) for slot, district in places)
    sentence = _("%(month)d月%(day)d日的课程分在不同考区：%(districts)s。同一天可能赶不到，一般应当选同一个考区。")
    return [
        Warned("districts_apart", sentence % {"month": d.month, "day": d.day, "districts": "、".join(districts)})
        for d, districts in days.items()
    ]


def allowed_actions(registration: Registration, *, window_open: bool) -> list[str]:
    """What the candidate may do with an entry of `visible_to` now; under 停考 it can only be given up."""
    found = REGISTRATION.allowed(registration.state, Who.CANDIDATE) if window_open else []
    return [verb for verb in found if verb != "change"] if registration.is_suspended else found


def open_sessions(user_id: int | None, codes: Iterable[str]) -> set[str]:
    """Which of these sessions this person may register for now."""
    now, business = clock.now(), Business.COURSE_REGISTRATION
    windows = {code: current(business, session=code, user_id=user_id) for code in set(codes)}
    return {code for code, window in windows.items() if window and window.state_at(now) is WindowState.OPEN}


def require_admission(candidate: Candidate, session: ExamSession, seen: BusinessWindow | None = None) -> BusinessWindow:
    """The open window of the session, for a candidate who may register; `seen` is it, where a page has it already.

    Raises Problem: `onboarding_incomplete` without a 准考证号 of ours, `suspended`, `window_closed`,
    `contact_unconfirmed`.
    """
    _require_enrolled(candidate)
    require_not_suspended(candidate, session)
    is_seen_open = seen is not None and seen.state_at(clock.now()) is WindowState.OPEN
    window = seen if seen is not None and is_seen_open else require_window(session, candidate.user_id)
    _require_contact(candidate, session)
    return window


def admission(candidate: Candidate, session: ExamSession) -> tuple[BusinessWindow, Held]:
    """The window of `require_admission`, which says what it raises, and what the candidate has: asked together."""
    _require_enrolled(candidate)
    suspended, window, *have = together(
        suspends(candidate.pk, clock.today(), session.first_day),
        currently(Business.COURSE_REGISTRATION, session.code, candidate.user_id),
        passes(candidate.pk),
        _HELD.asks(list, candidate=candidate.pk, session=session.pk),
    )
    refuse_suspended(suspended)
    open_now = opened_of(session, window)
    _require_contact(candidate, session)
    return open_now, _as_held(*have)


def _require_enrolled(candidate: Candidate) -> None:
    if candidate.state == "transferred":
        raise Problem(Code.ONBOARDING_INCOMPLETE, _("您的考籍已转至外省，不能在广西办理业务。"))
    if candidate.state != "enrolled":
        raise Problem(Code.ONBOARDING_INCOMPLETE, REASON[Blocked.ONBOARDING_INCOMPLETE])


def _require_contact(candidate: Candidate, session: ExamSession) -> None:
    if candidate.contact_confirmed_for != session.code:
        raise Problem(Code.CONTACT_UNCONFIRMED, REASON[Blocked.CONTACT_UNCONFIRMED])


def require_not_suspended(candidate: Candidate, session: ExamSession) -> None:
    """Raises Problem `suspended`, with the dates, for whom a 停考 binds today or on the session's first day."""
    refuse_suspended(suspension(candidate.pk, clock.today(), session.first_day))


def refuse_suspended(found: Discipline | None) -> None:
    """Raises `suspended` for what `suspension` found."""
    if found is not None:
        words = {"starts": found.starts, "until": found.until}
        detail = _("您自%(starts)s至%(until)s停考，其间不能报考。如有疑问，请联系所属市招生考试院。") % words
        raise Problem(Code.SUSPENDED, detail, starts=str(found.starts), until=str(found.until))


def require_window(session: ExamSession, user_id: int) -> BusinessWindow:
    """The window of the session, open to this person. Raises Problem `window_closed`: not announced, opens at, or
    closed since."""
    return opened_of(session, current(Business.COURSE_REGISTRATION, session=session.code, user_id=user_id))


def opened_of(session: ExamSession, window: BusinessWindow | None) -> BusinessWindow:
    """The window, where it is open; raises as `require_window` for what `current` found."""
    try:
        return opened(Business.COURSE_REGISTRATION, window, clock.now())
    except Problem as closed:
        starts_at = session.slots[0].starts_at
        if closed.extra["opens_at"] is not None or clock.now() < starts_at:
            raise
        words = {"session": session.label, "time": instant(starts_at)}
        detail = _("%(session)s已于%(time)s开考，课程报考及缴费已经截止。") % words
        raise Problem(Code.WINDOW_CLOSED, detail, **closed.extra) from closed


def barrier(candidate: Candidate, session: ExamSession, seen: BusinessWindow | None = None) -> Problem | None:
    """Why the candidate cannot register for anything of the session now: the refusal that `submit` would raise."""
    try:
        require_admission(candidate, session, seen)
    except Problem as problem:
        return problem
    return None


@dataclass(frozen=True)
class Option:
    """One course of the session as a candidate sees it: may it be chosen now, and if not, why, in words too.

    `limited_districts` are the districts with a limit in its slot, each with the seats left.
    """

    offering: Offering
    blocked: Blocked | None
    reason: str
    limited_districts: list[dict[str, object]]


def options(
    candidate: Candidate,
    session: ExamSession,
    closed: Problem | None,
    *,
    scope: str = OWN,
    major: str = "",
    q: str = "",
) -> list[Option]:
    """The courses offered in the session: those of the candidate's own major, or the others, each with why not.

    `closed` is the `barrier` of this candidate and session: it holds for each of them.
    """
    held_then = Offering.objects.filter(session=session, cancelled_at=None)
    rows = held_then.select_related("course").order_by("slot", "course__code")
    # Without a major nothing is one's own.
    own = Q(course__plan_lines__group__plan__major_id=candidate.major_id or 0)
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
    full = _full_slots(seats)
    found = []
    for row in rows.select_related("session"):
        if closed:
            blocked, reason = Blocked(closed.code.value), str(closed.detail)
        else:
            blocked = refusals([Wish(row.course.code, row.slot)], have, session.max_courses).get(0)
            reason = str(REASON[blocked]) if blocked else ""
            if not blocked and row.slot in full:
                blocked, reason = Blocked.FULL, _("本场次各考区的名额都已满。")
        found.append(Option(row, blocked, reason, seats.get(row.slot, [])))
    return found


def _full_slots(seats: dict[int, list[dict[str, object]]]) -> set[int]:
    """The slots in which no district has a seat left; one without a limit always has."""
    spent = {slot for slot, places in seats.items() if not any(place["seats_left"] for place in places)}
    if not spent:
        return spent
    everywhere = District.objects.count()
    return {slot for slot in spent if len(seats[slot]) == everywhere}


def _seats_left(session: ExamSession) -> dict[int, list[dict[str, object]]]:
    """By slot, the districts for which the office has set a limit, with what is left of it."""
    found: dict[int, list[dict[str, object]]] = {}
    pools = SeatPool.objects.filter(session=session, capacity__isnull=False).order_by("district__code")
    places = pools.values_list("district__code", "slot").annotate(left=Sum(F("capacity") - F("taken")))
    for district, slot, left in places:
        found.setdefault(slot, []).append({"district": district, "seats_left": left})
    return found
