"""A healthy house has no findings; whatever is planted is found, under its code and on its row."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import F

from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate
from candidate_api.invariants.actions import check, look
from candidate_api.invariants.tests.conftest import Province, scratch
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.sessions.models import SeatPool
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from tests.tampering import append_only_lifted

pytestmark = pytest.mark.django_db


def test_what_the_verbs_made_is_healthy(province: Province) -> None:
    states = {model.__name__: set(model.objects.values_list("state", flat=True)) for model in (Order, Registration)}
    assert states == {
        "Order": {"paid", "expired", "cancelled", "pending"},
        "Registration": {"confirmed", "expired", "cancelled", "pending"},
    }
    assert dict(Refund.objects.values_list("reason", "state")) == {"late": "queued", "granted": "succeeded"}
    assert Seat.objects.count() == 3
    assert [str(finding) for finding in check()] == []
    assert [checked.invariant.code for checked in look()] == [f"I{n}" for n in range(1, 11)]
    assert all(checked.rows > 0 for checked in look())


def test_an_empty_house_is_healthy() -> None:
    assert check() == []


def copy_of(row: Any, **values: Any) -> Any:
    """The row once more, past every verb."""
    kept = type(row).objects.get(pk=row.pk)
    row.pk = row.id = None
    row._state.adding = True
    for name, value in values.items():
        row.__dict__[name] = value
    row.save(force_insert=True)
    return kept


def _found() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in check():
        found.setdefault(finding.code, set()).update(finding.objects)
    return found


# -- what the database lets pass --------------------------------------------------------------------------------
def entry(p: Province) -> Any:
    return Registration.objects.filter(pk=p.confirmed[0].pk)


def order(p: Province) -> Any:
    return Order.objects.filter(pk=p.order.pk)


def attempt(p: Province) -> Any:
    return PaymentAttempt.objects.filter(pk=p.attempt.pk)


def enrolled() -> Any:
    return Candidate.objects.filter(state="enrolled")


def forget_events(p: Province) -> None:
    with append_only_lifted(PaymentEvent):
        PaymentEvent.objects.filter(attempt=p.attempt)._raw_delete(using="default")


def forget_window(p: Province) -> None:
    BusinessWindow.objects.update(closes_at=F("opens_at") + timedelta(seconds=1))


def unresolved(p: Province) -> None:
    attempt(p).update(resolved_at=None, paid_at=clock.now() - timedelta(hours=2))


def audit(p: Province, subject: Any, from_state: str, to_state: str) -> None:
    row = AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).latest("pk")
    copy_of(row, from_state=from_state, to_state=to_state)


def refund_more(p: Province) -> None:
    Refund.objects.filter(reason="granted").update(amount_fen=F("amount_fen") + 7_000_000)


PLANTED: dict[str, tuple[str, str, Callable[[Province], Any]]] = {
    "fee changed after payment": ("I1", "user", lambda p: entry(p).update(fee_fen=1)),
    "captured more": ("I1", "user", lambda p: attempt(p).update(amount_fen=F("amount_fen") + 1)),
    "automatic refund changed": ("I1", "user", lambda p: Refund.objects.filter(reason="late").update(amount_fen=1)),
    "pending entry of a closed order": ("I2", "registration", lambda p: p.waiting_becomes(state="cancelled")),
    "pending order of another amount": ("I2", "order", lambda p: p.waiting_becomes(amount_fen=1)),
    "refunded beyond": ("I3", "paymentattempt", refund_more),
    "refund counter off": ("I3", "paymentattempt", lambda p: attempt(p).update(refunded_fen=1)),
    "refund at no time": ("I3", "refund", lambda p: Refund.objects.filter(reason="granted").update(refunded_at=None)),
    "confirmed, order not paid": (
        "I4",
        "registration",
        lambda p: order(p).update(state="expired", settled_by=None, paid_at=None),
    ),
    "confirmed by another's order": ("I4", "registration", lambda p: entry(p).update(order=p.waiting)),
    "paid order, entry not confirmed": ("I4", "registration", lambda p: entry(p).update(state="expired")),
    "settled by an attempt of another order": ("I4", "order", lambda p: attempt(p).update(order=p.waiting)),
    "paid less than captured": ("I4", "order", lambda p: order(p).update(amount_fen=1)),
    "entry beside its offering": ("I5", "registration", lambda p: entry(p).update(slot=3)),
    "counter of seats off": ("I5", "seatpool", lambda p: SeatPool.objects.filter(slot=1).update(taken=9)),
    "entry not counted": ("I5", "registration", lambda p: SeatPool.objects.filter(slot=1).delete()),
    "seat of another": ("I5", "seat", lambda p: p.a_seat().update(candidate=p.second)),
    "seat without a chair": ("I5", "seat", lambda p: p.a_seat().update(seat_no=99)),
    "unknown state of an entry": ("I6", "registration", lambda p: entry(p).update(state="given")),
    "unknown state of a candidate": (
        "I6",
        "candidate",
        lambda p: enrolled().update(state="x"),
    ),
    "move without a record": ("I6", "candidate", lambda p: p.forget_enrolment()),
    "record of a move that does not exist": ("I6", "auditentry", lambda p: audit(p, p.order, "paid", "cancelled")),
    "entered twice": ("I6", "order", lambda p: audit(p, p.order, "pending", "paid")),
    "unresolved for hours": ("I7", "paymentattempt", unresolved),
    "resolved to nothing": (
        "I7",
        "paymentattempt",
        lambda p: order(p).update(state="expired", settled_by=None, paid_at=None),
    ),
    "paid on nobody's word": ("I8", "paymentattempt", forget_events),
    "registered after the window": ("I9", "registration", forget_window),
    "failed with enough": ("I10", "score", lambda p: Score.objects.update(status="failed")),
    "absent with a mark": ("I10", "score", lambda p: Score.objects.update(status="absent")),
    "score of a course that was not held": ("I10", "score", lambda p: p.score_of_another_course()),
    "score without an entry": ("I10", "score", lambda p: Score.objects.update(candidate=p.second)),
}


def test_what_is_planted_is_found(province: Province) -> None:
    for name, (code, noun, plant) in PLANTED.items():
        with scratch():
            plant(province)
            found = _found()
            assert any(key.split(":")[0].endswith(f".{noun}") for key in found.get(code, ())), (name, found)
    assert check() == []


# -- what the database refuses: the rule is lifted first --------------------------------------------------------
def entry_twice(p: Province) -> None:
    copy_of(entry(p).get())


REFUSED: dict[str, tuple[str, list[tuple[Any, str]], Callable[[Province], Any]]] = {
    "a course twice": (
        "I2",
        [(Registration, "registration_course_once"), (Registration, "registration_slot_once")],
        entry_twice,
    ),
    "a slot twice": (
        "I5",
        [(Registration, "registration_course_once"), (Registration, "registration_slot_once")],
        entry_twice,
    ),
    "two live attempts": (
        "I2",
        [(PaymentAttempt, "attempt_one_live_per_order")],
        lambda p: [p.live_attempt(n) for n in (1, 2)],
    ),
    "refunded more than captured": (
        "I3",
        [(PaymentAttempt, "attempt_refunds_within_captured")],
        lambda p: attempt(p).update(refunded_fen=F("amount_fen") + 1),
    ),
    "paid and settled by nothing": (
        "I4",
        [(Order, "order_paid_is_settled")],
        lambda p: order(p).update(settled_by=None),
    ),
    "settled by what did not succeed": (
        "I4",
        [(PaymentAttempt, "attempt_success_is_recorded")],
        lambda p: attempt(p).update(state="closed"),
    ),
    "overfull": (
        "I5",
        [(SeatPool, "seat_pool_never_overfull")],
        lambda p: SeatPool.objects.filter(slot=1, taken__gt=0).update(capacity=0),
    ),
    "unknown state of an order": ("I6", [(Order, "order_state_known")], lambda p: p.waiting_becomes(state="given")),
    "passed without enough": (
        "I10",
        [(Score, "score_passed_from_60")],
        lambda p: Score.objects.update(score=59),
    ),
    "more than a hundred": ("I10", [(Score, "score_to_100")], lambda p: Score.objects.update(score=101)),
}


def _refused(plant: Callable[[Province], Any], province: Province) -> bool:
    try:
        with transaction.atomic():
            plant(province)
    except IntegrityError:
        return True
    return False


def test_what_the_database_refuses_would_be_found(province: Province) -> None:
    for name, (code, rules, plant) in REFUSED.items():
        assert _refused(plant, province), name
        with scratch(*rules):
            plant(province)
            assert code in _found(), name
    assert check() == []


@pytest.mark.postgresql  # SQLite keeps these two inside the table's definition
def test_a_chair_or_a_person_twice_would_be_found(province: Province) -> None:
    one, other = Seat.objects.filter(slot__in=[1, 2]).order_by("slot")
    chair = {"slot": 1, "room": one.room, "seat_no": one.seat_no, "candidate": province.second}
    for rule, changed in (("seat_taken_once", chair), ("seat_one_per_person_and_slot", {"slot": 1, "seat_no": 30})):
        with scratch((Seat, rule)):
            Seat.objects.filter(pk=other.pk).update(**changed)
            assert "I5" in _found(), rule


# -- the command ------------------------------------------------------------------------------------------------
def test_the_command_counts_and_is_content(province: Province) -> None:
    out = io.StringIO()
    call_command("check_invariants", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 10
    assert all(line.endswith("不符 0 处") for line in lines)
    assert f"查 {Registration.objects.count()} 行" in lines[8]


def test_the_command_fails_with_the_findings_and_names_nobody(province: Province) -> None:
    entry(province).update(fee_fen=1)
    before = list(Registration.objects.order_by("pk").values())
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("check_invariants", stdout=out, stderr=err)
    assert refused.value.returncode == 1
    assert f"kernel.user:{province.first.user_id}" in err.getvalue()
    for personal in (province.first.user.name, province.first.id_number, province.first.user.mobile):
        assert personal not in out.getvalue() + err.getvalue()
    assert list(Registration.objects.order_by("pk").values()) == before, "it repairs nothing"
