"""Real threads on PostgreSQL. Each race is shown red first: without the lock or the constraint that decides it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from candidate_api.payments import actions, queries
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.contract import Verified
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User
from tests import races

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
THREADS = 8


def unlocked(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.order_by("pk")


@contextmanager
def without_constraint(model: Any, name: str) -> Iterator[None]:
    constraint = next(c for c in model._meta.constraints if c.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    try:
        yield
    finally:
        model.objects.update(state="closed")
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


def race_to_start(twin: Twin, user: User) -> tuple[Order, races.Outcome]:
    order = shop.order_for(user)
    by = shop.actor(user)
    return order, races.threads(
        THREADS, lambda _: actions.start_attempt(order.number, "wechat", "h5", "127.0.0.1", by=by)
    )


def test_eight_starts_are_one_attempt(twin: Twin, till: Till, user: User) -> None:
    order, outcome = race_to_start(twin, user)
    assert outcome.errors == {}
    assert {attempt.out_trade_no for attempt in outcome.values.values()} == {f"{order.number}-01"}
    assert len({attempt.invoke["h5_url"] for attempt in outcome.values.values()}) == 1
    assert PaymentAttempt.objects.count() == 1
    assert len(twin.gateway.ledger.trades()) == 1
    assert AuditEntry.objects.filter(verb="payments.open_attempt").count() == 1


def test_control_starts_without_the_lock_hit_the_constraint(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "locking", unlocked)
    _order, outcome = race_to_start(twin, user)
    assert outcome.errors != {}
    assert PaymentAttempt.objects.count() == 1


def test_control_starts_without_lock_and_constraints_are_many_attempts(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "locking", unlocked)
    numbers = iter(range(1, 1000))
    init = PaymentAttempt.__init__

    def numbered(self: PaymentAttempt, *args: Any, **kwargs: Any) -> None:
        if kwargs:  # a new one: numbers of their own, as any other scheme of numbering would give
            kwargs["out_trade_no"] = f"{kwargs['out_trade_no']}-{next(numbers)}"
        init(self, *args, **kwargs)

    monkeypatch.setattr(PaymentAttempt, "__init__", numbered)
    with without_constraint(PaymentAttempt, "attempt_one_live_per_order"):
        race_to_start(twin, user)
        assert PaymentAttempt.objects.count() > 1


def race_to_settle(user: User) -> tuple[Order, races.Outcome]:
    order = shop.order_for(user)
    attempt = shop.started(order)
    verified = Verified("4200000001", 8000, clock.now())
    return order, races.threads(THREADS, lambda _: actions.settle(attempt.pk, verified, by=SYSTEM))


def test_eight_notices_at_once_fulfil_once(twin: Twin, till: Till, user: User) -> None:
    order, outcome = race_to_settle(user)
    assert outcome.errors == {}
    assert till.handed_over == [order.number]
    assert Order.objects.get().state == "paid"
    assert AuditEntry.objects.filter(verb="payments.record").count() == 1
    assert AuditEntry.objects.filter(verb="payments.pay").count() == 1
    assert Refund.objects.count() == 0


def test_control_notices_without_the_lock_fulfil_often(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "locking", unlocked)
    race_to_settle(user)
    assert len(till.handed_over) > 1


def test_two_attempts_paid_at_once_are_one_paid_order_and_one_refund(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    first = shop.started(order)
    PaymentAttempt.objects.update(state="closed")  # as if the channel's closing had been lost on the way
    second = shop.started(order, scene="native")
    paid = [(first.pk, "4200000001"), (second.pk, "4200000002")]

    def settle(number: int) -> None:
        attempt_id, transaction_id = paid[number % 2]
        actions.settle(attempt_id, Verified(transaction_id, 8000, clock.now()), by=SYSTEM)

    assert races.threads(THREADS, settle).errors == {}
    assert till.handed_over == [order.number]
    refund = Refund.objects.get()
    assert {refund.attempt_id, Order.objects.get().settled_by_id} == {first.pk, second.pk}
    assert refund.reason == "duplicate"


def test_paying_and_cancelling_at_once_lose_nothing(twin: Twin, till: Till, user: User) -> None:
    for _ in range(3):
        order = shop.order_for(user)
        attempt = shop.started(order)

        def act(number: int, order: Order = order, attempt: PaymentAttempt = attempt) -> None:
            if number % 2:
                actions.cancel_order(order.number, by=shop.actor(user))
            else:
                twin.gateway.act(attempt.out_trade_no, "never")
                actions.confirm(order.number, by=shop.actor(user))

        outcome = races.threads(4, act)
        assert all(isinstance(error, Problem) for error in outcome.errors.values()), outcome.errors
        actions.resolve_recorded(by=SYSTEM)
        order = Order.objects.get(pk=order.pk)
        gateway = twin.gateway.ledger.trade(attempt.out_trade_no)
        assert gateway is not None
        if gateway.state == "SUCCESS":
            assert order.state == "paid"
            assert till.handed_over.count(order.number) == 1
            assert order.number not in till.released
        else:
            assert (order.state, gateway.state) == ("cancelled", "CLOSED")
            assert till.released.count(order.number) == 1


def test_expiring_at_once_releases_once(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    shop.started(order)
    shop.age(order)
    assert races.threads(4, lambda _: actions.expire_due(by=SYSTEM)).errors == {}
    assert Order.objects.get().state == "expired"
    assert till.released == [order.number]


def test_eight_refunds_at_once_stay_within_what_was_captured(twin: Twin, till: Till, user: User) -> None:
    order, _outcome = race_to_settle(user)
    outcome = races.threads(THREADS, lambda _: actions.refund_order(order.number, 3000, by=SYSTEM))
    assert len(outcome.values) == 2
    assert {getattr(error, "code", error) for error in outcome.errors.values()} == {Code.VALIDATION_FAILED}
    assert PaymentAttempt.objects.get().refunded_fen == 6000


def test_four_workers_send_one_refund(twin: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    actions.confirm(order.number, by=shop.actor(user))
    actions.refund_order(order.number, 8000, by=SYSTEM)
    assert races.threads(4, lambda _: actions.run_refunds(by=SYSTEM)).errors == {}
    assert len(twin.gateway.summary()["refunds"]) == 1
    assert twin.gateway.calls["refund"] == 1
    Refund.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert races.threads(4, lambda _: actions.run_refunds(by=SYSTEM)).errors == {}
    assert Refund.objects.get().state == "succeeded"
    assert AuditEntry.objects.filter(verb="payments.refund", to_state="succeeded").count() == 1
