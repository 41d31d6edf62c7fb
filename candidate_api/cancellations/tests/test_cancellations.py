"""考试取消: two persons, then every paid entry goes back once, however often and by whomever it is run."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from candidate_api.cancellations import actions, queries
from candidate_api.cancellations.models import Cancellation, CancelledEntry
from candidate_api.cancellations.tests.scene import (
    COURSE,
    NANNING,
    OTHER,
    REASON,
    SESSION,
    SYSTEM,
    THIRD,
    cancelled,
    pay,
    person,
    registered,
    staff,
    states,
)
from candidate_api.invariants.actions import check
from candidate_api.payments import actions as payments
from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.registrations.actions import submit
from candidate_api.registrations.queries import options
from candidate_api.sessions.models import ExamSession, Offering, SeatPool
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference", "window")]


@pytest.fixture
def window(reference: None) -> None:
    life.open_window(SESSION)


def refused(code: Code, verb: Any, *given: Any, by: Actor) -> None:
    before = list(Cancellation.objects.order_by("pk").values()), list(Offering.objects.exclude(cancelled_at=None))
    with pytest.raises(Problem) as problem:
        verb(*given, by=by)
    assert problem.value.code == code
    after = list(Cancellation.objects.order_by("pk").values()), list(Offering.objects.exclude(cancelled_at=None))
    assert after == before


def test_a_course_is_cancelled_and_everybody_gets_their_fee_back(twin: Twin) -> None:
    one, other = person(), person()
    pay(twin, registered(one, COURSE, OTHER))
    pay(twin, registered(other, COURSE))
    found = cancelled()
    assert queries.extent(found) == queries.Extent(2, 8000, 0)

    assert actions.refund_due(by=SYSTEM) == 2
    assert states(one) == {COURSE: "refunded", OTHER: "confirmed"}
    assert states(other) == {COURSE: "refunded"}
    assert [(r.amount_fen, r.reason, r.state) for r in Refund.objects.order_by("pk")] == [
        (4000, "cancelled", "queued"),
        (4000, "cancelled", "queued"),
    ]
    assert not SeatPool.objects.filter(district__code=NANNING, slot=1, taken__gt=0).exists()
    told = Message.objects.filter(template="cancellations.exam_cancelled", channel="sms")
    assert told.count() == 2

    payments.run_refunds(by=SYSTEM)
    assert not Refund.objects.filter(state="queued").exists()
    assert check() == []


def test_running_it_twice_refunds_once(twin: Twin) -> None:
    one = person()
    pay(twin, registered(one, COURSE))
    cancelled()
    assert [actions.refund_due(by=SYSTEM) for _ in range(3)] == [1, 0, 0]
    assert Refund.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CancelledEntry.objects.create(
            cancellation=Cancellation.objects.get(), registration_id=CancelledEntry.objects.get().registration_id
        )


def test_who_pays_afterwards_is_refunded_as_well(twin: Twin) -> None:
    late = person()
    order = registered(late, COURSE, OTHER)
    cancelled()
    assert actions.refund_due(by=SYSTEM) == 0
    assert states(late) == {COURSE: "pending", OTHER: "pending"}
    pay(twin, order)
    assert actions.refund_due(by=SYSTEM) == 1
    assert states(late) == {COURSE: "refunded", OTHER: "confirmed"}
    assert check() == []


def test_nobody_can_choose_it_any_more() -> None:
    one = person()
    session = ExamSession.objects.get(code=SESSION)
    before = {o.offering.course.code for o in options(one, session, None)}
    cancelled()
    assert {o.offering.course.code for o in options(one, session, None)} == before - {COURSE}
    with pytest.raises(Problem) as problem:
        submit(SESSION, [(COURSE, NANNING)], by=life.actor(one))
    assert [(e.field, e.code) for e in problem.value.errors] == [("entries.0", "not_offered")]


def test_a_whole_session(twin: Twin) -> None:
    one = person()
    pay(twin, registered(one, COURSE, OTHER, THIRD))
    cancelled("")
    assert not Offering.objects.filter(session__code=SESSION, cancelled_at=None).exists()
    assert Offering.objects.exclude(session__code=SESSION).filter(cancelled_at__isnull=False).count() == 0
    assert actions.refund_due(by=SYSTEM) == 3
    assert set(states(one).values()) == {"refunded"}
    attempt = PaymentAttempt.objects.get()
    assert attempt.refunded_fen == attempt.amount_fen
    refused(Code.STATE_CONFLICT, actions.propose, SESSION, COURSE, REASON, by=staff())


def test_what_cannot_be_refunded_is_kept_with_its_reason_and_tried_again(twin: Twin) -> None:
    one, other = person(), person()
    pay(twin, registered(one, COURSE))
    pay(twin, registered(other, COURSE))
    spoiled = PaymentAttempt.objects.earliest("pk")
    PaymentAttempt.objects.filter(pk=spoiled.pk).update(refunded_fen=spoiled.amount_fen)
    found = cancelled()
    assert actions.refund_due(by=SYSTEM) == 1
    [failed] = found.entries.exclude(code="")
    assert (failed.registration.candidate, failed.code) == (one, "state_conflict")
    assert states(one) == {COURSE: "confirmed"}
    assert not Message.objects.filter(template="cancellations.exam_cancelled", recipient=one.user).exists()
    assert queries.hindrances(SESSION) == ["考试取消的退费还有1科次没有办完。"]

    refused(Code.PERMISSION_DENIED, actions.retry, found.pk, by=staff("auditor"))
    PaymentAttempt.objects.filter(pk=spoiled.pk).update(refunded_fen=0)
    assert actions.retry(found.pk, by=staff()) == 1
    assert actions.refund_due(by=SYSTEM) == 1
    assert states(one) == {COURSE: "refunded"}
    assert queries.hindrances(SESSION) == []
    refused(Code.STATE_CONFLICT, actions.retry, found.pk, by=staff())


def test_two_persons_decide(twin: Twin) -> None:
    one = person()
    pay(twin, registered(one, COURSE))
    first, second = staff(), staff("administrator")
    made = actions.propose(SESSION, COURSE, REASON, by=first)
    assert actions.refund_due(by=SYSTEM) == 0
    assert queries.hindrances(SESSION) == ["有1项考试取消等待批准。"]
    refused(Code.PERMISSION_DENIED, actions.approve, made.pk, by=first)
    for stranger in (staff("auditor"), staff("archive"), staff("finance", "450100"), life.actor(one)):
        refused(Code.PERMISSION_DENIED, actions.approve, made.pk, by=stranger)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cancellation.objects.filter(pk=made.pk).update(decided_by=made.proposed_by_id)

    actions.approve(made.pk, by=second)
    assert list(AuditEntry.objects.filter(verb__startswith="cancellations.").values_list("verb", "actor_id")) == [
        ("cancellations.approve", second.user_id),
        ("cancellations.propose", first.user_id),
    ]
    refused(Code.STATE_CONFLICT, actions.approve, made.pk, by=staff())


def test_what_is_declined_changes_nothing_and_may_be_proposed_again(twin: Twin) -> None:
    one = person()
    pay(twin, registered(one, COURSE))
    made = actions.propose(SESSION, COURSE, REASON, by=staff())
    refused(Code.STATE_CONFLICT, actions.propose, SESSION, COURSE, REASON, by=staff())
    actions.decline(made.pk, by=staff())
    assert actions.refund_due(by=SYSTEM) == 0
    assert states(one) == {COURSE: "confirmed"}
    assert actions.propose(SESSION, COURSE, REASON, by=staff()).state == "proposed"


@pytest.mark.parametrize(
    ("session", "course", "reason", "code"),
    [
        ("2031-04", COURSE, REASON, Code.VALIDATION_FAILED),
        (SESSION, "99999", REASON, Code.VALIDATION_FAILED),
        (SESSION, COURSE, " ", Code.VALIDATION_FAILED),
    ],
)
def test_what_makes_no_sense_is_refused(session: str, course: str, reason: str, code: Code) -> None:
    refused(code, actions.propose, session, course, reason, by=staff())
    assert not Cancellation.objects.exists()
