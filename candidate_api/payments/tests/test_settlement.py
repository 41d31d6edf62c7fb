import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from candidate_api.payments import actions, fulfilment, queries, rules
from candidate_api.payments.actions import settlement
from candidate_api.payments.actions.attempts import _mark_closed
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.providers.contract import Verified
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def messages() -> list[str]:
    return list(Message.objects.filter(channel="in_app").order_by("pk").values_list("template", flat=True))


def test_a_notification_pays_the_order(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    assert twin.gateway.act(attempt.out_trade_no, "never")
    assert shop.receive(shop.letter(twin, attempt)) == actions.notifications.Receipt(True, "paid")
    order, attempt = fresh(order), PaymentAttempt.objects.get()
    trade = twin.gateway.ledger.trade(attempt.out_trade_no)
    assert (order.state, order.settled_by_id, attempt.state) == ("paid", attempt.pk, "succeeded")
    assert trade is not None
    assert attempt.transaction_id == trade.transaction_id
    assert order.paid_at == attempt.paid_at
    assert till.handed_over == [order.number]
    assert messages() == ["payments.paid"]
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "payments.open_order",
        "payments.start_attempt",
        "payments.open_attempt",
        "payments.record",
        "goods.hand_over",
        "payments.pay",
    ]


def test_a_notice_repeated_and_shuffled_fulfils_once(twin: Twin, till: Till) -> None:
    orders = [shop.order_for(shop.payer()) for _ in range(3)]
    letters = []
    for number, order in enumerate(orders):
        attempt = shop.started(order)
        shop.paid_at_gateway(twin, attempt)
        letters += [shop.letter(twin, attempt, f"event-{number}") for _ in range(15)]
    random.Random(26).shuffle(letters)
    first = {}
    for sent in letters:
        assert shop.receive(sent).accepted
        for order in orders:
            paid_at = fresh(order).paid_at
            assert first.setdefault(order.pk, paid_at) == paid_at or first[order.pk] is None
            first[order.pk] = first[order.pk] or paid_at
    assert sorted(till.handed_over) == sorted(order.number for order in orders)
    assert AuditEntry.objects.filter(verb="payments.pay").count() == 3
    assert AuditEntry.objects.filter(verb="payments.record").count() == 3
    assert Refund.objects.count() == 0
    assert messages() == ["payments.paid"] * 3
    assert sorted(set(shop.outcomes())) == ["duplicate:paid", "paid"]
    assert PaymentEvent.objects.filter(kind="notify").count() == 45
    assert PaymentEvent.objects.exclude(provider_event_id=None).count() == 3


def test_a_lost_notice_is_healed_by_asking(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    assert actions.query_pending(by=SYSTEM) == 0  # not a minute old
    PaymentAttempt.objects.update(query_at=clock.now())
    assert actions.query_pending(by=SYSTEM) == 1
    assert fresh(order).state == "paid"
    assert actions.query_pending(by=SYSTEM) == 0
    assert twin.gateway.calls["query"] == 1
    assert till.handed_over == [order.number]


def test_while_the_payer_looks_the_lost_notice_is_asked_about_at_once(
    twin: Twin, till: Till, user: User, time_machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_machine.move_to(clock.now(), tick=False)
    order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    woken: list[str] = []
    monkeypatch.setattr("candidate_api.payments.actions.attempts.wake", woken.append)

    def look(after: int) -> int:
        time_machine.shift(after)
        actions.look_at(order.number, by=shop.actor(user))
        return len(woken)

    before = shop.picture()
    with pytest.raises(Problem, match="not_found"):
        actions.look_at(order.number, by=shop.actor(shop.payer("别人")))
    assert [look(0), look(9)] == [0, 0], "it has just begun"
    assert shop.picture() == before
    assert [look(1), look(4), look(20)] == [1, 1, 1], "asked for once, and not again while it waits"
    assert woken == ["payments.query_pending"]
    assert twin.gateway.calls["query"] == 0, "nobody who looks waits for the channel"
    twin.gateway.lie("http_500")
    assert actions.query_pending(by=SYSTEM) == 0
    assert [look(9), look(1), look(5)] == [1, 2, 2], "ten seconds after it was asked"
    assert actions.query_pending(by=SYSTEM) == 1
    assert fresh(order).state == "paid"
    assert (look(60), actions.look_at(order.number, by=shop.actor(user))[1]) == (2, None)


@given(st.integers(0, 7200), st.integers(0, 3600))
def test_when_an_attempt_was_asked_about_is_read_back_from_when_it_will_be(age: int, later: int) -> None:
    began = clock.now()
    asked = began + timedelta(seconds=age)
    again = rules.next_query(began, asked)
    assert rules.last_query(began, again) == asked
    now = asked + timedelta(seconds=later)
    assert rules.may_hasten(began, again, now) == (later >= 10 and now < again)


def test_an_unpaid_attempt_is_asked_about_ever_more_seldom(twin: Twin, till: Till, user: User) -> None:
    attempt = shop.started(shop.order_for(user))
    started_at = clock.now() - timedelta(minutes=10)
    PaymentAttempt.objects.update(query_at=clock.now(), created_at=started_at)
    actions.query_pending(by=SYSTEM)
    attempt = PaymentAttempt.objects.get()
    assert attempt.state == "open"
    assert timedelta(minutes=9) < attempt.query_at - clock.now() < timedelta(minutes=11)


@pytest.mark.parametrize("closed_by", ["clock", "worker", "payer"])
@pytest.mark.parametrize("late_is_fine", [True, False])
def test_a_late_success_is_fulfilled_or_refunded(
    twin: Twin, till: Till, user: User, closed_by: str, late_is_fine: bool
) -> None:
    till.late_is_fine = late_is_fine
    order = shop.order_for(user)
    attempt = shop.started(order)
    if closed_by == "payer":
        with transaction.atomic():  # the channel was asked to close and the payer was faster than the answer
            settlement.close_unpaid(queries.lock_order(order.pk), "cancel", by=shop.actor(user))
        _mark_closed(attempt.pk, by=SYSTEM)
    else:
        shop.age(order)
    if closed_by == "worker":
        assert actions.expire_due(by=SYSTEM) == 1
    assert fresh(order).effective_state == ("cancelled" if closed_by == "payer" else "expired")
    verified = Verified("4200000001", 8000, clock.now())
    actions.settle(attempt.pk, verified, by=SYSTEM)
    order, attempt = fresh(order), PaymentAttempt.objects.get()
    assert attempt.state == "succeeded"
    assert attempt.resolved_at is not None
    if late_is_fine:
        assert order.state == "paid"
        assert till.handed_over == [order.number]
        assert Refund.objects.count() == 0
        assert messages() == ["payments.paid_late"]
    else:
        assert order.state == ("cancelled" if closed_by == "payer" else "expired")
        assert till.handed_over == []
        assert till.released == [order.number]
        assert list(Refund.objects.values_list("reason", "amount_fen", "state")) == [("late", 8000, "queued")]
        assert messages() == ["payments.refunding_late"]


def test_paid_in_time_and_told_late_is_in_time(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    Order.objects.update(expires_at=clock.now())
    actions.settle(attempt.pk, Verified("4200000001", 8000, clock.now() - timedelta(minutes=1)), by=SYSTEM)
    assert fresh(order).state == "paid"
    assert messages() == ["payments.paid"]


def test_expiry_asks_the_channel_first(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    Order.objects.update(expires_at=clock.now())
    assert actions.expire_due(by=SYSTEM) == 0
    assert fresh(order).state == "paid"
    assert till.released == []


def test_expiry_waits_while_the_channel_cannot_be_asked(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    shop.started(order)
    shop.age(order)
    twin.gateway.lie("http_500", 1)
    assert actions.expire_due(by=SYSTEM) == 0
    assert (fresh(order).state, fresh(order).effective_state) == ("pending", "expired")
    assert actions.expire_due(by=SYSTEM) == 1
    assert fresh(order).state == "expired"
    assert twin.gateway.summary()["trades"][0]["state"] == "CLOSED"
    assert till.released == [order.number]


def test_a_second_success_goes_back(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first = shop.started(order)
    _mark_closed(first.pk, by=SYSTEM)  # as if the channel's closing had been lost on the way
    second = shop.started(order, scene="native")
    shop.paid_at_gateway(twin, first)
    shop.paid_at_gateway(twin, second)
    for number, attempt in enumerate([second, first, second, first]):
        assert shop.receive(shop.letter(twin, attempt, f"event-{number % 2}")).accepted
    order = fresh(order)
    assert (order.state, order.settled_by_id) == ("paid", second.pk)
    assert till.handed_over == [order.number]
    refund = Refund.objects.get()
    assert (refund.attempt_id, refund.reason, refund.amount_fen) == (first.pk, "duplicate", 8000)
    assert messages() == ["payments.paid", "payments.refunding_duplicate"]


def test_what_cannot_be_fulfilled_goes_back(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    till.fails_with = [fulfilment.Unfulfillable("no seat left")]
    actions.settle(attempt.pk, Verified("4200000001", 8000, clock.now()), by=SYSTEM)
    assert fresh(order).state == "cancelled"
    assert Refund.objects.get().reason == "unfulfillable"
    assert till.released == [order.number]
    assert till.handed_over == []
    assert messages() == ["payments.refunding_unfulfillable"]


def test_a_crash_between_recording_and_fulfilling_is_healed(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    till.fails_with = [RuntimeError("crash"), RuntimeError("crash")]
    assert shop.receive(shop.letter(twin, attempt)).accepted
    recorded = PaymentAttempt.objects.get()
    assert (recorded.state, recorded.resolved_at) == ("succeeded", None)
    assert fresh(order).state == "pending"
    # Meanwhile nobody can pay, cancel or expire it.
    for verb in (lambda: shop.started(order), lambda: actions.cancel_order(order.number, by=shop.actor(user))):
        with pytest.raises(Problem) as refused:
            verb()
        assert refused.value.code == Code.ALREADY_PAID
    assert actions.resolve_recorded(by=SYSTEM) == 0
    assert actions.resolve_recorded(by=SYSTEM) == 1
    assert actions.resolve_recorded(by=SYSTEM) == 0
    assert fresh(order).state == "paid"
    assert fresh(order).paid_at == recorded.paid_at
    assert till.handed_over == [order.number]


def test_a_killed_process_leaves_money_for_the_sweeper(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    order = shop.order_for(user)
    attempt = shop.started(order)
    with monkeypatch.context() as patched:
        patched.setattr(settlement, "resolve", killed)
        with pytest.raises(Killed):
            actions.settle(attempt.pk, Verified("4200000001", 8000, clock.now()), by=SYSTEM)
    assert PaymentAttempt.objects.get().state == "succeeded"
    assert actions.resolve_recorded(by=SYSTEM) == 1
    assert fresh(order).state == "paid"
    assert till.handed_over == [order.number]


def test_an_amended_order_is_not_paid_by_the_old_amount(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first = shop.started(order)
    actions.stop_paying(order.number, by=shop.actor(user))
    with transaction.atomic():
        actions.change_amount(actions.lock_to_amend(order.number, by=shop.actor(user)), 4000, by=shop.actor(user))
    second = shop.started(order)
    assert second.amount_fen == 12000
    actions.settle(first.pk, Verified("4200000001", 8000, clock.now()), by=SYSTEM)
    assert fresh(order).state == "pending"
    assert list(Refund.objects.values_list("attempt_id", "amount_fen")) == [(first.pk, 8000)]
    assert messages() == ["payments.refunding_amended"]
    actions.settle(second.pk, Verified("4200000002", 12000, clock.now()), by=SYSTEM)
    assert fresh(order).state == "paid"
    assert till.handed_over == [order.number]


@pytest.mark.parametrize("closed_by", ["clock", "payer"])
def test_a_closed_order_is_not_amended(twin: Twin, till: Till, user: User, closed_by: str) -> None:
    order = shop.order_for(user)
    if closed_by == "payer":
        actions.cancel_order(order.number, by=shop.actor(user))
    else:
        shop.age(order)
    with pytest.raises(Problem) as refused, transaction.atomic():
        actions.lock_to_amend(order.number, by=shop.actor(user))
    assert refused.value.code == Code.ORDER_CLOSED


@pytest.mark.parametrize(
    "verified",
    [
        Verified("4200000001", 7999, clock.now()),
        Verified("4200000001", 8001, clock.now()),
        Verified("4200000001", 80, clock.now()),
    ],
)
def test_a_success_of_another_amount_changes_nothing(twin: Twin, till: Till, user: User, verified: Verified) -> None:
    attempt = shop.started(shop.order_for(user))
    before = shop.picture()
    with pytest.raises(Problem) as refused:
        actions.settle(attempt.pk, verified, by=SYSTEM)
    assert refused.value.code == Code.STATE_CONFLICT
    assert shop.picture() == before


def test_one_transaction_never_pays_two_orders(twin: Twin, till: Till, user: User) -> None:
    one, two = (shop.started(shop.order_for(shop.payer())) for _ in range(2))
    actions.settle(one.pk, Verified("4200000001", 8000, clock.now()), by=SYSTEM)
    before = shop.picture()
    with pytest.raises(Problem):
        actions.settle(two.pk, Verified("4200000001", 8000, clock.now()), by=SYSTEM)
    with pytest.raises(Problem):
        actions.settle(one.pk, Verified("4200000002", 8000, clock.now()), by=SYSTEM)
    assert shop.picture() == before


def test_verbs_that_talk_to_the_channel_refuse_an_open_transaction(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    with pytest.raises(RuntimeError), transaction.atomic():
        shop.started(order)
    assert twin.gateway.calls == {}
