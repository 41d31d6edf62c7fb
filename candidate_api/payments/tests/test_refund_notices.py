"""The channel tells by itself that a refund has ended; asking stays the net under lost notices."""

from typing import Any

import pytest

from candidate_api.payments import actions
from candidate_api.payments.models import Order, PaymentEvent, Refund
from candidate_api.payments.providers.wechat.twin import Twin, signing
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(twin: Twin, till: Till, user: User, box: shop.Box) -> Refund:
    """A refund that the channel has taken; its own notice lies in the box."""
    order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    actions.confirm(order.number, by=shop.actor(user))
    refund = actions.refund_order(order.number, 3000, by=SYSTEM)
    actions.run_refunds(by=SYSTEM)
    refund = Refund.objects.get()
    assert refund.state == "processing"
    box.wait(1)
    return refund


def letter(twin: Twin, refund: Refund, event_id: str = "refund-1") -> shop.Letter:
    return twin.gateway.refund_letter(refund.out_refund_no, event_id)


def test_the_gateway_tells_it_by_itself(twin: Twin, sent: Refund, box: shop.Box) -> None:
    [(url, headers, body)] = box.wait(1)
    assert url.endswith("/api/v1/payments/wechat/notify/")
    calls = dict(twin.gateway.calls)
    assert shop.receive((url, headers, body)) == actions.notifications.Receipt(True, "refund_succeeded")
    refund = Refund.objects.get()
    assert (refund.state, refund.refunded_at is not None) == ("succeeded", True)
    assert dict(twin.gateway.calls) == calls
    told = Message.objects.filter(channel="in_app").order_by("pk").values_list("template", flat=True)
    assert list(told) == ["payments.paid", "payments.refunding_granted", "payments.refunded"]


def test_told_fifteen_times_and_asked_about_it_is_settled_once(twin: Twin, sent: Refund) -> None:
    for _round in range(15):
        assert shop.receive(letter(twin, sent)).accepted
        Refund.objects.update(due_at=clock.now())
        actions.run_refunds(by=SYSTEM)
    assert AuditEntry.objects.filter(verb="payments.refund").count() == 1
    assert Message.objects.filter(channel="in_app", template="payments.refunded").count() == 1
    assert sorted(set(shop.outcomes())) == ["duplicate:refund_succeeded", "refund_succeeded"]


@pytest.mark.parametrize("status", ["CLOSED", "ABNORMAL"])
def test_a_refund_that_failed_there_fails_here_and_may_still_arrive(twin: Twin, sent: Refund, status: str) -> None:
    twin.gateway.ledger._books.execute("UPDATE refund SET status = ?", (status,))
    assert shop.receive(letter(twin, sent)).outcome == "refund_failed"
    failed = Refund.objects.get()
    assert (failed.state, failed.last_error) == ("failed", status)
    assert shop.receive(letter(twin, sent, "refund-2")).accepted
    assert AuditEntry.objects.filter(verb="payments.refund").count() == 1
    # The merchant's desk at the channel has mended it.
    twin.gateway.ledger._books.execute("UPDATE refund SET status = 'SUCCESS'")
    assert shop.receive(letter(twin, sent, "refund-3")).accepted
    assert Refund.objects.get().state == "succeeded"
    moves = AuditEntry.objects.filter(verb="payments.refund").order_by("pk").values_list("from_state", "to_state")
    assert list(moves) == [("processing", "failed"), ("failed", "succeeded")]


def test_a_success_is_not_taken_back(twin: Twin, sent: Refund) -> None:
    assert shop.receive(letter(twin, sent)).accepted
    twin.gateway.ledger._books.execute("UPDATE refund SET status = 'ABNORMAL'")
    assert shop.receive(letter(twin, sent, "refund-2")).accepted
    assert Refund.objects.get().state == "succeeded"


def told(twin: Twin, sent: Refund, **changes: Any) -> shop.Letter:
    """The gateway itself signs another story."""
    row = twin.gateway.ledger.refund_row(sent.out_refund_no)
    assert row is not None
    story = {
        "mchid": twin.gateway.keys.mchid,
        "out_trade_no": row["out_trade_no"],
        "out_refund_no": row["out_refund_no"],
        "refund_status": "SUCCESS",
        "amount": {"refund": 3000, "total": 8000},
    } | changes
    body = signing.envelope(twin.gateway.keys, "refund-1", "REFUND.SUCCESS", story, "", original="refund")
    return "", signing.headers(twin.gateway.keys, body), body


@pytest.mark.parametrize(
    ("changes", "outcome", "accepted"),
    [
        ({"mchid": "1900000000"}, "unverified:merchant", False),
        ({"amount": {"refund": 2999, "total": 8000}}, "refund_amount_mismatch", False),
        ({"amount": {"refund": "3000", "total": 8000}}, "unverified:currency", False),
        ({"amount": 3000}, "unverified:malformed", False),
        ({"out_refund_no": "GX99999999999999-01-R1"}, "unknown_refund", False),
        ({"out_trade_no": "GX99999999999999-01"}, "unknown_refund", False),
        ({"refund_status": "PROCESSING"}, "refund_processing", True),
        ({"refund_status": "GIVEN"}, "refund_unknown", True),
    ],
)
def test_what_does_not_fit_changes_nothing(
    twin: Twin, sent: Refund, changes: dict[str, Any], outcome: str, accepted: bool
) -> None:
    before = shop.picture()
    assert shop.receive(told(twin, sent, **changes)) == actions.notifications.Receipt(accepted, outcome)
    assert shop.picture() == before
    event = PaymentEvent.objects.filter(kind="notify").latest("pk")
    assert (event.outcome, event.verified) == (outcome, not outcome.startswith("unverified"))


@pytest.mark.parametrize("lie", ["wrong_signature", "wrong_amount", "wrong_merchant", "stale_timestamp"])
def test_the_gateways_lies_are_not_believed(twin: Twin, sent: Refund, lie: str) -> None:
    twin.gateway.lie(lie)
    before = shop.picture()
    assert not shop.receive(letter(twin, sent)).accepted
    assert shop.picture() == before
    assert shop.receive(letter(twin, sent)).accepted


def test_a_notice_that_overtakes_the_lost_answer_settles_it(twin: Twin, till: Till, user: User) -> None:
    order: Order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    actions.confirm(order.number, by=shop.actor(user))
    refund = actions.refund_order(order.number, 8000, by=SYSTEM)
    twin.gateway.lie("wrong_signature", on="answer")
    actions.run_refunds(by=SYSTEM)
    assert Refund.objects.get().state == "queued"
    assert shop.receive(letter(twin, refund)).accepted
    assert Refund.objects.get().state == "succeeded"
    assert actions.run_refunds(by=SYSTEM) == 0
    assert twin.gateway.calls["refund"] == 1
