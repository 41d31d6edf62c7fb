"""报考: choose, cancel, change. All entries of a submission are taken or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates import queries as candidates
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order
from candidate_api.registrations import messages, queries
from candidate_api.registrations.fulfilment import end, line
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import (
    PAID_FOR_GOOD,
    PAID_MEANWHILE,
    Blocked,
    Wish,
    order_expires_at,
    refusal,
    refusals,
)
from candidate_api.registrations.seats import counted_for, move_seat, take_seats
from candidate_api.registrations.states import REGISTRATION
from candidate_api.sessions.models import ExamSession
from candidate_api.sessions.queries import is_released
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import entry as audit_entry
from portal.kernel.audit.actions import record
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.language import for_the_record
from portal.kernel.messages.actions import say
from portal.kernel.prepared import ask, inserts, together
from portal.kernel.states import Who
from portal.kernel.work import wake

KIND = "registration"
LINK = "/business/my-registrations/"


@dataclass(frozen=True)
class Submitted:
    """What was taken, and what the candidate should be told about it together with what they had before."""

    order: Order
    entries: list[Registration]
    warnings: list[queries.Warned]


def submit(session_code: str, entries: Sequence[tuple[str, str]], *, by: Actor) -> Submitted:
    """提交课程报考: take `entries` (course code, district code) in one order that waits for its payment.

    Raises Problem: `onboarding_incomplete` without a 准考证号, `window_closed`, `contact_unconfirmed` for this session,
    `entries_refused` with the first cause of each refused entry. The database repeats the rules: a course once, a slot
    once, seats within capacity.
    """
    if not entries:
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("entries", "required", _("请至少选择一门课程。"))])
    with transaction.atomic():
        candidate, offerings, districts = together(
            candidates.locks(by),
            queries.offers(session_code, [course for course, _district in entries]),
            queries.districts({district for _course, district in entries}),
        )
        session = next((o.session for o in offerings.values()), None) or _session(session_code)
        window, held = queries.admission(candidate, session)
        wishes = [
            Wish(course, offerings[course].slot if course in offerings else None, district in districts)
            for course, district in entries
        ]
        refused = refusals(wishes, held, session.max_courses)
        if refused:
            raise refusal(refused)
        now = clock.now()
        chosen = [(offerings[course], districts[district]) for course, district in entries]
        order = payments.open_order(
            payer=candidate.user,
            kind=KIND,
            subject=session.code,
            title=_title(session),
            amount_fen=sum(offering.fee_fen for offering, _d in chosen),
            expires_at=order_expires_at(now, window.ends_at),
            by=by,
            log=(log := []),
        )
        rows = [
            Registration(
                candidate=candidate,
                session=session,
                offering=offering,
                course=offering.course,
                slot=offering.slot,
                district=district,
                order=order,
                fee_fen=offering.fee_fen,
                created_at=now,
            )
            for offering, district in chosen
        ]
        is_written, counted = together(inserts(rows, unless_there=True), counted_for(rows))
        if not is_written:  # another request of the same person was first
            raise refusal(dict.fromkeys(range(len(rows)), Blocked.ALREADY_REGISTERED))
        log += [
            audit_entry(
                "registrations.submit",
                row,
                by=by,
                to_state=row.state,
                order=order.number,
                course=row.course.code,
                district=row.district.code,
            )
            for row in rows
        ]
        take_seats(rows, counted, after=[inserts(log)])  # last: a counter's row is locked for as short as can be
    places = [*held.places, *((row.slot, row.district.name) for row in rows)]
    return Submitted(order, rows, queries.warned(session, sorted(places)))


@for_the_record()
def _title(session: ExamSession) -> str:
    return _("%(session)s 课程报考") % {"session": session.name}


def _session(code: str) -> ExamSession:
    session: ExamSession | None = ExamSession.objects.filter(code=code).first()
    if session is None:
        raise Problem(Code.VALIDATION_FAILED, errors=[FieldError("session", "unknown_session", _("没有这个考期。"))])
    return session


def cancel(registration_id: int, *, by: Actor) -> Registration:
    """取消报考 of one entry before its order is paid. The order goes on with the others, or ends with the last.

    Raises Problem: `not_found`, `already_paid`, `state_conflict`, `order_closed`, `payment_in_progress`.
    """
    row = queries.one(by, registration_id)
    if row.state == "confirmed":
        raise Problem(Code.ALREADY_PAID, PAID_FOR_GOOD)
    REGISTRATION.check(row.state, "cancel", Who.CANDIDATE)
    with payments.when_paid(PAID_FOR_GOOD):
        # The amount will change: what is open at the channel for the old amount is closed there first.
        payments.stop_paying(row.order.number, by=by)
        if not _withdraw(registration_id, row.order.number, by=by):
            payments.cancel_order(row.order.number, by=by)
    return queries.one(by, registration_id)


@transaction.atomic
def _withdraw(registration_id: int, order_number: str, *, by: Actor) -> bool:
    """Take one entry out of its order; False, with nothing changed, where it is the order's last."""
    order = payments.lock_to_amend(order_number, by=by)
    row = queries.for_update(by, registration_id)
    REGISTRATION.check(row.state, "cancel", Who.CANDIDATE)
    if not order.registrations.filter(state="pending").exclude(pk=row.pk).exists():
        return False
    end(row, "cancel", by=by)
    payments.change_amount(order, -row.fee_fen, by=by)
    return True


def change(registration_id: int, *, course: str = "", district: str = "", by: Actor) -> Registration:
    """修改课程或者考区 within the window; once paid, only for a course of the same fee.

    Raises Problem: `not_found`, `window_closed`, `suspended`, `state_conflict`, `entries_refused`,
    `payment_in_progress`.
    """
    seen = queries.one(by, registration_id)
    queries.require_window(seen.session, seen.candidate.user_id)
    if seen.state == "pending" and course:
        with payments.when_paid(PAID_MEANWHILE):
            payments.stop_paying(seen.order.number, by=by)
    with payments.when_paid(PAID_MEANWHILE), transaction.atomic():
        queries.require_window(seen.session, seen.candidate.user_id)
        candidate = candidates.for_update(by)
        queries.require_not_suspended(candidate, seen.session)
        if seen.state == "pending":
            payments.lock_to_amend(seen.order.number, by=by)
        row = queries.for_update(by, registration_id)
        REGISTRATION.check(row.state, "change", Who.CANDIDATE)
        offering = ask(queries.offers(row.session.code, [course])).get(course) if course else row.offering
        place = ask(queries.districts([district])).get(district) if district else row.district
        held = queries.held(candidate, row.session)
        held.entries.pop(row.course.code)
        wish = Wish(course or row.course.code, offering.slot if offering else None, place is not None)
        refused = refusals([wish], held, row.session.max_courses)
        if refused or offering is None or place is None:
            raise refusal(refused)
        difference = offering.fee_fen - row.fee_fen
        if row.state == "confirmed" and difference:
            raise Problem(Code.STATE_CONFLICT, _("已缴费的课程只能更换为收费相同的课程。"))
        before = {"course": row.course.code, "district": row.district.code}
        old = line(row).title
        old_place = (row.session_id, row.district_id, row.slot)
        row.offering, row.course, row.slot = offering, offering.course, offering.slot
        row.district, row.fee_fen = place, offering.fee_fen
        row.save()
        if difference:
            payments.change_amount(row.order, difference, by=by)
        after = {"course": row.course.code, "district": row.district.code}
        entry = record("registrations.change", row, by=by, before=before, after=after)
        move_seat(row, old_place)
        if row.state == "confirmed" and after != before:
            _tell(row, old, entry)
            if is_released(row.session) and old_place != (row.session_id, place.pk, row.slot):
                wake("arrangements.seat_late_entrants")  # where they sit now is wanted at once, as after a late payment
    return row


def _tell(row: Registration, old: str, entry: AuditEntry) -> None:
    """Of a change that was paid for: that it was made, and that a ticket which may be printed already is void."""
    template = messages.CHANGED_AFTER_RELEASE if is_released(row.session) else messages.CHANGED
    values = {"session": row.session.name, "before": old, "after": line(row).title}
    say(f"registrations.change:{entry.pk}", template, values, to=row.candidate.user, link=LINK)
