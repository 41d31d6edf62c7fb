"""The database says the rules again: written past every verb, what must not be is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from candidate_api.payments import rules
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.states import ATTEMPT, ORDER, REFUND
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import Till
from portal.kernel import clock, money
from portal.kernel.states import Machine
from portal.kernel.users.models import User


def attempt_of(order: Order, number: int = 1, **values: Any) -> PaymentAttempt:
    now = clock.now()
    made = {"channel": "wechat", "scene": "h5", "amount_fen": order.amount_fen, "client_ip": "127.0.0.1"}
    times = {"expires_at": order.expires_at, "query_at": now, "created_at": now}
    return PaymentAttempt.objects.create(
        **{**made, **times, "order": order, "out_trade_no": f"{order.number}-{number:02d}"} | values
    )


def success(number: int = 1) -> dict[str, Any]:
    return {"state": "succeeded", "transaction_id": f"42{number}", "paid_at": clock.now()}


def refund_of(attempt: PaymentAttempt, number: int = 1, **values: Any) -> Refund:
    now = clock.now()
    made = {"amount_fen": 100, "reason": "late", "due_at": now, "created_at": now}
    return Refund.objects.create(attempt=attempt, **{**made, "out_refund_no": f"R{number}"} | values)


def refused(write: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


@pytest.mark.django_db
def test_what_the_database_refuses(till: Till, user: User) -> None:
    order, other = shop.order_for(user), shop.order_for(user)
    paid = attempt_of(other, **success())
    orders, attempts = Order.objects.filter(pk=order.pk), PaymentAttempt.objects
    live = attempt_of(order)
    refund_of(paid)
    wrong = {
        "no amount": lambda: orders.update(amount_fen=0),
        "unknown state": lambda: orders.update(state="given"),
        "paid by nothing": lambda: orders.update(state="paid"),
        "paid at no time": lambda: orders.update(state="paid", settled_by=paid),
        "settled but not paid": lambda: orders.update(settled_by=paid, paid_at=clock.now()),
        "two orders, one number": lambda: orders.update(number=other.number),
        "a second live attempt": lambda: attempt_of(order, 2),
        "a second open attempt": lambda: attempt_of(order, 2, state="open"),
        "success without proof": lambda: attempts.filter(pk=live.pk).update(state="succeeded"),
        "proof without success": lambda: attempts.filter(pk=live.pk).update(transaction_id="1", paid_at=clock.now()),
        "resolved without money": lambda: attempts.filter(pk=live.pk).update(resolved_at=clock.now()),
        "one transaction twice": lambda: attempts.filter(pk=live.pk).update(**success()),
        "refunded beyond": lambda: attempts.filter(pk=paid.pk).update(refunded_fen=paid.amount_fen + 1),
        "refunded unpaid": lambda: attempts.filter(pk=live.pk).update(refunded_fen=1),
        "refund of nothing": lambda: refund_of(paid, 2, reason="granted", amount_fen=0),
        "two automatic refunds": lambda: refund_of(paid, 2, reason="duplicate"),
        "one refund number twice": lambda: refund_of(paid, 1, reason="granted"),
    }
    assert [name for name, write in wrong.items() if not refused(write)] == []
    orders.update(state="paid", settled_by=paid, paid_at=paid.paid_at)
    assert refused(
        lambda: Order.objects.filter(pk=other.pk).update(state="paid", settled_by=paid, paid_at=paid.paid_at)
    )


@pytest.mark.django_db
def test_events_are_never_changed(till: Till) -> None:
    event = PaymentEvent.objects.create(
        channel="wechat", kind="notify", verified=False, outcome="x", received_at=clock.now(), body="原文"
    )
    for change in (event.save, event.delete, PaymentEvent.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        PaymentEvent.objects.update(outcome="y")
    assert PaymentEvent.objects.get().body == "原文"


@pytest.mark.django_db
def test_a_number_is_text_and_fit_for_the_channel(till: Till, user: User) -> None:
    order = shop.order_for(user)
    assert order.number.startswith(f"GX{clock.today():%y%m%d}")
    assert len(order.number) == 16
    assert order.number.isalnum()


@pytest.mark.parametrize("machine", [ORDER, ATTEMPT, REFUND], ids=lambda machine: machine.name)
def test_every_state_can_be_reached_and_left(machine: Machine) -> None:
    reached = {machine.initial} | {move.target for move in machine.moves.values()}
    assert reached == set(machine.states)
    left = {source for move in machine.moves.values() for source in move.sources if move.target != source}
    assert left >= {state.code for state in machine.states.values() if not state.final}


def test_the_clock_expires_an_order() -> None:
    now = clock.now()
    assert rules.effective_state("pending", now + timedelta(seconds=1), now) == "pending"
    assert rules.effective_state("pending", now, now) == "expired"
    assert rules.effective_state("paid", now, now) == "paid"
    assert rules.effective_state("cancelled", now, now) == "cancelled"


@pytest.mark.parametrize(("fen", "yuan"), [(1, "0.01"), (100, "1.00"), (8000, "80.00"), (123456, "1234.56")])
def test_fen_are_read_as_yuan(fen: int, yuan: str) -> None:
    assert money.yuan(fen) == yuan
