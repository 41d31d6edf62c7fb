from typing import Any

import pytest

from candidate_api.payments import actions
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.providers.twin.ledger import Refused
from candidate_api.payments.providers.wechat.adapter import WechatPay
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(twin: Twin, till: Till, user: User) -> Order:
    order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    return actions.confirm(order.number, by=shop.actor(user))


def run() -> Refund:
    Refund.objects.update(due_at=clock.now())
    actions.run_refunds(by=SYSTEM)
    return Refund.objects.get()


def test_a_refund_is_sent_and_arrives(twin: Twin, paid: Order) -> None:
    refund = actions.refund_order(paid.number, 3000, by=SYSTEM)
    number = refund.out_refund_no
    assert (refund.state, number) == ("queued", f"{paid.number}-01-R1")
    assert run().state == "processing"
    assert run().state == "succeeded"
    assert run().refunded_at is not None
    assert twin.gateway.summary()["refunds"][0]["amount"] == {"total": 8000, "refund": 3000, "currency": "CNY"}
    assert PaymentAttempt.objects.get().refunded_fen == 3000
    told = Message.objects.filter(channel="in_app").order_by("pk").values_list("template", flat=True)
    assert list(told) == ["payments.paid", "payments.refunding_granted", "payments.refunded"]
    assert set(Message.objects.values_list("link", flat=True)) == {f"/business/orders/{paid.number}/"}


@pytest.mark.parametrize("lie", ["http_500", "timeout", "wrong_signature"])
def test_a_refund_whose_answer_is_lost_is_one_refund(twin: Twin, paid: Order, lie: str) -> None:
    actions.refund_order(paid.number, 8000, by=SYSTEM)
    twin.gateway.lie(lie, on="answer")
    first = run()
    assert (first.state, first.attempts) == ("queued", 1)
    assert first.last_error
    for _ in range(3):
        run()
    assert run().state == "succeeded"
    assert [(row["out_refund_no"], row["status"]) for row in twin.gateway.summary()["refunds"]] == [
        (first.out_refund_no, "SUCCESS")
    ]


def test_a_crash_after_sending_is_one_refund(twin: Twin, paid: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    sent = WechatPay.refund

    def killed(self: WechatPay, request: Any) -> None:
        sent(self, request)
        raise Killed

    actions.refund_order(paid.number, 8000, by=SYSTEM)
    with monkeypatch.context() as patched:
        patched.setattr(WechatPay, "refund", killed)
        with pytest.raises(Killed):
            run()
    assert Refund.objects.get().state == "processing"
    assert run().state == "succeeded"
    assert len(twin.gateway.summary()["refunds"]) == 1


def test_a_refund_is_not_sent_before_it_is_due(twin: Twin, paid: Order) -> None:
    actions.refund_order(paid.number, 8000, by=SYSTEM)
    run()
    actions.run_refunds(by=SYSTEM)
    assert (twin.gateway.calls["refund"], twin.gateway.calls["query_refund"]) == (1, 0)


def test_refunds_never_exceed_what_was_captured(twin: Twin, paid: Order) -> None:
    actions.refund_order(paid.number, 5000, by=SYSTEM)
    before = shop.picture()
    for amount in (3001, 8000, 0, -1):
        with pytest.raises(Problem) as refused:
            actions.refund_order(paid.number, amount, by=SYSTEM)
        assert refused.value.code == Code.VALIDATION_FAILED
    assert shop.picture() == before
    actions.refund_order(paid.number, 3000, by=SYSTEM)
    assert PaymentAttempt.objects.get().refunded_fen == 8000


def test_who_may_refund(twin: Twin, paid: Order) -> None:
    before = shop.picture()
    for actor in (shop.actor(paid.payer), Actor(None, "", "web"), Actor(1, "张三", "admin")):
        with pytest.raises(Problem) as refused:
            actions.refund_order(paid.number, 100, by=actor)
        assert refused.value.code == Code.PERMISSION_DENIED
    assert shop.picture() == before


def test_an_unpaid_order_is_not_refunded(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    with pytest.raises(Problem) as refused:
        actions.refund_order(order.number, 100, by=SYSTEM)
    assert refused.value.code == Code.STATE_CONFLICT
    assert Refund.objects.count() == 0


def test_a_refused_refund_fails_and_staff_sends_it_again(
    twin: Twin, paid: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.refund_order(paid.number, 8000, by=SYSTEM)
    with monkeypatch.context() as patched:
        patched.setattr(twin.gateway, "refund", lambda asked: _refuse())
        failed = run()
    assert (failed.state, failed.last_error) == ("failed", "NO_AUTH")
    assert actions.run_refunds(by=SYSTEM) == 0
    with pytest.raises(Problem) as refused:
        actions.retry_refund(failed.pk, by=shop.actor(paid.payer))
    assert refused.value.code == Code.PERMISSION_DENIED
    staff = Actor(None, "李四", "admin", held=frozenset({("finance", "/45/")}))
    assert actions.retry_refund(failed.pk, by=staff).state == "queued"
    with pytest.raises(Problem) as refused:
        actions.retry_refund(failed.pk, by=staff)
    assert refused.value.code == Code.STATE_CONFLICT
    run()
    assert run().state == "succeeded"
    assert run().out_refund_no == failed.out_refund_no
    assert PaymentEvent.objects.filter(kind="refund").count() == 3


def _refuse() -> None:
    raise Refused(403, "NO_AUTH", "没有退款权限")
