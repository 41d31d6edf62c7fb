"""Promise 9: a process that is killed (SIGKILL) between any two phases loses no money and doubles none."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Q, QuerySet

from candidate_api.invariants.actions import check
from candidate_api.payments import actions
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.points import kill_at
from candidate_api.payments.tests.till import SYSTEM, Till
from portal.kernel import clock
from portal.kernel.errors import Problem

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
MOST = 60  # places in one verb
Verb = Callable[[], object]
Scene = Callable[[Twin, Till, str], Verb]


def order(channel: str) -> tuple[Order, PaymentAttempt]:
    made = shop.order_for(shop.payer())
    return made, shop.started(made, channel=channel)


def starting(gateway: Twin, till: Till, channel: str) -> Verb:
    made = shop.order_for(shop.payer())
    return lambda: shop.started(made, channel=channel)


def changing_scene(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.visited(attempt)
    return lambda: shop.started(made, channel=channel, scene="native")


def told(gateway: Twin, till: Till, channel: str) -> Verb:
    _made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)
    letter = shop.letter(gateway, attempt)
    return lambda: shop.receive(letter, channel)


def asking(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)
    return lambda: actions.confirm(made.number, by=shop.actor(made.payer))


def cancelling(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.visited(attempt)
    return lambda: actions.cancel_order(made.number, by=shop.actor(made.payer))


def cancelling_what_is_paid(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)

    def verb() -> None:
        with pytest.raises(Problem):
            actions.cancel_order(made.number, by=shop.actor(made.payer))

    return verb


def expiring(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.visited(attempt)
    shop.age(made)
    return lambda: actions.expire_due(by=SYSTEM)


def paid_too_late(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)
    letter = shop.letter(gateway, attempt)
    shop.age(made)
    return lambda: shop.receive(letter, channel)


def cannot_be_handed_over(gateway: Twin, till: Till, channel: str) -> Verb:
    _made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)
    letter = shop.letter(gateway, attempt)
    till.never = True
    return lambda: shop.receive(letter, channel)


def refunding(gateway: Twin, till: Till, channel: str) -> Verb:
    made, attempt = order(channel)
    shop.paid_at_gateway(gateway, attempt)
    actions.confirm(made.number, by=shop.actor(made.payer))
    actions.refund_order(made.number, 8000, by=SYSTEM)
    return lambda: actions.run_refunds(by=SYSTEM)


def refunding_after_a_lost_answer(gateway: Twin, till: Till, channel: str) -> Verb:
    verb = refunding(gateway, till, channel)
    gateway.gateway.lie("wrong_signature", on="answer")
    verb()
    Refund.objects.update(due_at=clock.now())
    return verb


SCENES: list[Scene] = [
    starting,
    changing_scene,
    told,
    asking,
    cancelling,
    cancelling_what_is_paid,
    expiring,
    paid_too_late,
    cannot_be_handed_over,
    refunding,
    refunding_after_a_lost_answer,
]


def restart(gateway: Twin, channel: str, *, told_again: bool) -> None:
    """What happens by itself: the channel repeats what was not taken, and the jobs run until nothing is due."""
    for trade in gateway.gateway.ledger.trades() if told_again else []:
        if trade.success_time:
            shop.receive(gateway.gateway.letter(trade, f"event-{trade.out_trade_no}"), channel)
    for _round in range(3):
        soon = clock.now() - timedelta(seconds=1)
        PaymentAttempt.objects.filter(state__in=["created", "open"]).update(query_at=soon)
        Refund.objects.update(due_at=soon)
        actions.resolve_recorded(by=SYSTEM)
        actions.query_pending(by=SYSTEM)
        actions.expire_due(by=SYSTEM)
        actions.run_refunds(by=SYSTEM)
        if not (_unsettled().exists() or Refund.objects.exclude(state="succeeded").exists()):
            return


def _unsettled() -> "QuerySet[PaymentAttempt]":
    return PaymentAttempt.objects.filter(
        Q(state__in=["created", "open"]) | Q(state="succeeded", resolved_at=None) | Q(order__state="pending")
    )


def balanced(gateway: Twin, till: Till) -> None:
    """The gateway's books, ours and the shelf agree, to the fen."""
    ledger = gateway.gateway.ledger
    there = {trade.out_trade_no: trade.asked["amount"]["total"] for trade in ledger.trades() if trade.success_time}
    recorded = PaymentAttempt.objects.filter(state="succeeded")
    assert dict(recorded.values_list("out_trade_no", "amount_fen")) == there
    assert not recorded.filter(resolved_at=None).exists()
    back = {row["out_refund_no"]: row["amount"] for row in ledger.refunds()}
    assert dict(Refund.objects.filter(state="succeeded").values_list("out_refund_no", "amount_fen")) == back
    assert not Refund.objects.exclude(state="succeeded").exists()
    assert sorted(till.handed_over) == sorted(Order.objects.filter(state="paid").values_list("number", flat=True))
    open_there = [trade.out_trade_no[:-3] for trade in ledger.trades() if trade.now == "NOTPAY"]
    assert len(open_there) == len(set(open_there))
    assert check() == []


# At Alipay those that go another way there: no call opens the order, a refund arrives by the call itself.
BY_CHANNEL = [("wechat", scene) for scene in SCENES] + [
    ("alipay", scene) for scene in (starting, told, cancelling, refunding_after_a_lost_answer)
]


@pytest.mark.parametrize(("channel", "scene"), BY_CHANNEL, ids=lambda it: it if isinstance(it, str) else it.__name__)
def test_killed_at_each_place_and_started_again(
    twin: Twin, alipay: Twin, till: Till, channel: str, scene: Scene
) -> None:
    gateway = twin if channel == "wechat" else alipay
    for number in range(1, MOST):
        till.never = False
        killed = kill_at(number, scene(gateway, till, channel))
        restart(gateway, channel, told_again=number % 2 == 0)
        balanced(gateway, till)
        if not killed:
            break
    assert number > 2  # there were places to die at
    assert number < MOST - 1


def test_control_without_the_jobs_money_would_wait_for_ever(twin: Twin, till: Till) -> None:
    """The places are real: dead between recording and handing over, the money is in the books and leads nowhere."""
    waiting = []
    for number in range(1, MOST):
        killed = kill_at(number, told(twin, till, "wechat"))
        waiting.append(PaymentAttempt.objects.filter(state="succeeded", resolved_at=None).count())
        restart(twin, "wechat", told_again=False)
        if not killed:
            break
    assert (max(waiting), waiting[-1]) == (1, 0)
    balanced(twin, till)
