from typing import Any

import pytest

from candidate_api.payments import actions
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent
from candidate_api.payments.providers.contract import TradeState
from candidate_api.payments.providers.wechat import adapter
from candidate_api.payments.providers.wechat.adapter import WechatPay
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


def refused(verb: object, code: Code) -> Problem:
    """The refusal of `verb`, which must have this code and change nothing."""
    before = shop.picture()
    with pytest.raises(Problem) as problem:
        verb()  # type: ignore[operator]
    assert problem.value.code == code
    assert shop.picture() == before
    return problem.value


def open_at_gateway(twin: Twin) -> list[str]:
    return [trade["out_trade_no"] for trade in twin.gateway.summary()["trades"] if trade["state"] == "NOTPAY"]


@pytest.mark.parametrize(("scene", "field"), [("h5", "h5_url"), ("native", "code_url"), ("app", "prepayid")])
def test_an_attempt_hands_out_what_the_client_needs(twin: Twin, till: Till, user: User, scene: str, field: str) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order, scene=scene)
    assert attempt.state == "open"
    assert attempt.invoke[field]
    assert attempt.out_trade_no == f"{order.number}-01"
    assert attempt.expires_at == order.expires_at
    assert open_at_gateway(twin) == [attempt.out_trade_no]


def test_an_open_attempt_is_handed_out_again(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first, second = shop.started(order), shop.started(order)
    assert (second.pk, second.invoke) == (first.pk, first.invoke)
    assert dict(twin.gateway.calls) == {"prepare": 1}


def test_what_was_handed_out_long_ago_is_asked_for_again(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first = shop.started(order)
    PaymentAttempt.objects.update(invoke_expires_at=clock.now())
    second = shop.started(order)
    assert second.pk == first.pk
    assert second.invoke_expires_at > clock.now()
    assert dict(twin.gateway.calls) == {"prepare": 2}
    assert len(open_at_gateway(twin)) == 1


def test_another_way_of_paying_closes_the_first_at_the_channel(
    twin: Twin, till: Till, user: User, settings: object
) -> None:
    path = "candidate_api.payments.providers.wechat.adapter.WechatPay"
    settings.PAYMENT_PROVIDERS = {"wechat": path, "alipay": path}  # type: ignore[attr-defined]
    order = shop.order_for(user)
    ways = [("wechat", "h5"), ("wechat", "native"), ("alipay", "native"), ("wechat", "h5")]
    for number, (channel, scene) in enumerate(ways, 1):
        attempt = shop.started(order, channel=channel, scene=scene)
        assert (attempt.channel, attempt.scene, attempt.out_trade_no) == (
            channel,
            scene,
            f"{order.number}-{number:02d}",
        )
        assert open_at_gateway(twin) == [attempt.out_trade_no]
    assert sorted(PaymentAttempt.objects.values_list("state", flat=True)) == ["closed"] * 3 + ["open"]


@pytest.mark.parametrize("lie", ["http_500", "timeout", "wrong_signature", "wrong_amount"])
def test_no_second_way_while_the_first_cannot_be_known(twin: Twin, till: Till, user: User, lie: str) -> None:
    order = shop.order_for(user)
    shop.started(order)
    if lie == "wrong_amount":
        shop.paid_at_gateway(twin, PaymentAttempt.objects.get())
    twin.gateway.lie(lie, on="answer")
    problem = refused(lambda: shop.started(order, scene="native"), Code.PAYMENT_IN_PROGRESS)
    assert problem.retry_after == 60
    assert len(twin.gateway.ledger.trades()) == 1


def test_no_second_way_while_a_password_is_being_entered(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order_for(user)
    shop.started(order)
    monkeypatch.setitem(adapter.STATES, "NOTPAY", TradeState.PAYING)
    refused(lambda: shop.started(order, scene="native"), Code.PAYMENT_IN_PROGRESS)
    refused(lambda: actions.cancel_order(order.number, by=shop.actor(user)), Code.PAYMENT_IN_PROGRESS)


@pytest.mark.parametrize("verb", ["another way", "cancel", "same way later"])
def test_what_turns_out_paid_is_not_paid_again(twin: Twin, till: Till, user: User, verb: str) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    PaymentAttempt.objects.update(invoke_expires_at=clock.now())
    verbs = {
        "cancel": lambda: actions.cancel_order(order.number, by=shop.actor(user)),
        "another way": lambda: shop.started(order, scene="native"),
        "same way later": lambda: shop.started(order),
    }
    with pytest.raises(Problem) as problem:
        verbs[verb]()
    assert problem.value.code == Code.ALREADY_PAID
    assert Order.objects.get().state == "paid"
    assert till.handed_over == [order.number]
    assert len(twin.gateway.ledger.trades()) == 1
    refused(lambda: shop.started(order), Code.ALREADY_PAID)
    refused(lambda: actions.cancel_order(order.number, by=shop.actor(user)), Code.ALREADY_PAID)


@pytest.mark.parametrize("how", ["clock", "worker", "payer"])
def test_a_closed_order_is_not_paid(twin: Twin, till: Till, user: User, how: str) -> None:
    order = shop.order_for(user)
    if how == "payer":
        actions.cancel_order(order.number, by=shop.actor(user))
    else:
        shop.age(order)
    if how == "worker":
        actions.expire_due(by=SYSTEM)
    refused(lambda: shop.started(order), Code.ORDER_CLOSED)
    assert twin.gateway.ledger.trades() == []


def test_anothers_order_is_not_there(twin: Twin, till: Till, user: User) -> None:
    order, stranger = shop.order_for(user), shop.actor(shop.payer("黄月英"))
    refused(lambda: actions.start_attempt(order.number, "wechat", "h5", "127.0.0.1", by=stranger), Code.NOT_FOUND)
    refused(lambda: actions.confirm(order.number, by=stranger), Code.NOT_FOUND)
    refused(lambda: actions.cancel_order(order.number, by=stranger), Code.NOT_FOUND)


def test_a_channel_that_is_not_offered(twin: Twin, till: Till, user: User, settings: Any) -> None:
    settings.PAYMENT_PROVIDERS = {"wechat": settings.PAYMENT_PROVIDERS["wechat"]}
    order = shop.order_for(user)
    refused(lambda: shop.started(order, channel="alipay"), Code.VALIDATION_FAILED)


@pytest.mark.parametrize("lie", ["http_500", "timeout", "wrong_signature"])
def test_a_channel_that_is_down_loses_nothing(twin: Twin, till: Till, user: User, lie: str) -> None:
    order = shop.order_for(user)
    twin.gateway.lie(lie, on="answer")
    with pytest.raises(Problem) as problem:
        shop.started(order)
    assert problem.value.code == Code.PROVIDER_UNAVAILABLE
    assert PaymentAttempt.objects.get().state == "created"
    assert shop.started(order).out_trade_no == f"{order.number}-01"
    assert len(twin.gateway.ledger.trades()) == 1


def test_a_channel_that_nobody_reaches(till: Till, user: User) -> None:
    with pytest.raises(Problem) as problem:
        shop.started(shop.order_for(user))
    assert problem.value.code == Code.PROVIDER_UNAVAILABLE


def test_an_attempt_that_ended_at_the_channel_is_replaced(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first = shop.started(order)
    twin.gateway.ledger.close_trade(first.out_trade_no)
    PaymentAttempt.objects.update(invoke_expires_at=clock.now())
    second = shop.started(order)
    assert second.out_trade_no == f"{order.number}-02"
    assert PaymentAttempt.objects.get(pk=first.pk).state == "closed"


def test_cancelled_while_it_was_being_opened(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order_for(user)
    prepare = WechatPay.prepare

    def slowly(self: WechatPay, request: object) -> object:
        actions.cancel_order(order.number, by=shop.actor(user))
        return prepare(self, request)  # type: ignore[arg-type]

    monkeypatch.setattr(WechatPay, "prepare", slowly)
    with pytest.raises(Problem) as problem:
        shop.started(order)
    assert problem.value.code == Code.ORDER_CLOSED
    assert open_at_gateway(twin) == []
    assert till.released == [order.number]


def test_confirming_asks_and_does_not_believe(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    assert actions.confirm(order.number, by=shop.actor(user)).state == "pending"
    shop.paid_at_gateway(twin, attempt)
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"
    calls = dict(twin.gateway.calls)
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"
    assert dict(twin.gateway.calls) == calls
    assert till.handed_over == [order.number]


def test_cancelling_closes_at_the_channel_and_releases_once(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    shop.started(order)
    for _ in range(2):
        assert actions.cancel_order(order.number, by=shop.actor(user)).state == "cancelled"
    assert open_at_gateway(twin) == []
    assert till.released == [order.number]
    assert list(PaymentEvent.objects.order_by("pk").values_list("kind", "outcome")) == [
        ("prepare", "opened"),
        ("query", "unpaid"),
        ("close", "closed"),
    ]
    shop.age(order)
    assert actions.expire_due(by=SYSTEM) == 0


def test_a_failed_payment_can_be_tried_again(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    assert not twin.gateway.act(attempt.out_trade_no, "fail")
    assert actions.confirm(order.number, by=shop.actor(user)).state == "pending"
    assert twin.gateway.act(attempt.out_trade_no, "never")
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"
