"""Promise 10: a day's bill is matched line by line; what does not fit is a typed row, and never mended by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.contract import BillLine, LineKind, ProviderUnavailable
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from candidate_api.reconciliation import actions
from candidate_api.reconciliation.models import Difference, Statement, StatementLine
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 10, 12, 12, tzinfo=clock.SHANGHAI)
NEXT_DAY = NOON + timedelta(hours=23)


@pytest.fixture(autouse=True)
def noon(twin: Twin, till: Till) -> Iterator[None]:
    with time_machine.travel(NOON):
        yield


def paid(twin: Twin, user: User, amount_fen: int = 8000) -> Order:
    order = shop.order_for(user, amount_fen=amount_fen)
    shop.paid_at_gateway(twin, shop.started(order))
    return payments.confirm(order.number, by=shop.actor(user))


def given_back(order: Order, amount_fen: int) -> Refund:
    refund = payments.refund_order(order.number, amount_fen, by=SYSTEM)
    for _round in range(2):
        Refund.objects.filter(pk=refund.pk).update(due_at=clock.now())
        payments.run_refunds(by=SYSTEM)
    return Refund.objects.get(pk=refund.pk)


def number(order: Order) -> str:
    return f"{order.number}-01"


def reconcile_next_day() -> int:
    with time_machine.travel(NEXT_DAY):
        return actions.reconcile(by=SYSTEM)


def reported() -> list[tuple[str, str, Any, Any]]:
    rows = Difference.objects.order_by("kind", "number")
    return list(rows.values_list("kind", "number", "theirs_fen", "ours_fen"))


def finance(office: str = "45") -> Actor:
    return Actor.of(member("finance", office), "admin")


def test_a_bill_that_agrees_is_matched_and_reports_nothing(twin: Twin, user: User) -> None:
    orders = [paid(twin, user), paid(twin, user, 4000)]
    back = given_back(orders[0], 3000)
    assert back.state == "succeeded"
    assert reconcile_next_day() == 1
    assert reported() == []
    statement = Statement.objects.get()
    assert (statement.day, statement.state, statement.channel) == (NOON.date(), "matched", "wechat")
    assert (statement.payments, statement.payments_fen, statement.refunds, statement.refunds_fen) == (2, 12000, 1, 3000)
    lines = StatementLine.objects.order_by("pk").values_list("kind", "number", "amount_fen")
    assert list(lines) == [
        ("payment", number(orders[0]), 8000),
        ("payment", number(orders[1]), 4000),
        ("refund", back.out_refund_no, 3000),
    ]
    assert set(StatementLine.objects.filter(kind="payment").values_list("attempt__order", flat=True)) == {
        order.pk for order in orders
    }
    assert reconcile_next_day() == 0
    assert StatementLine.objects.count() == 3


def test_seven_planted_differences_are_seven_typed_rows(twin: Twin, user: User) -> None:
    ledger = twin.gateway.ledger
    fine, left_out, dearer, other = (paid(twin, user) for _ in range(4))
    # Paid at the gateway, and nobody has told us.
    silent = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(silent))
    # Opened by somebody else under our merchant number.
    asked = ledger.trade(number(fine)).asked | {"out_trade_no": "ELSEWHERE-01"}  # type: ignore[union-attr]
    ledger.open("h5", asked)
    ledger.pay("ELSEWHERE-01")
    ledger.misprint(number(left_out), None)
    ledger.misprint(number(dearer), 8001)
    # Refunds: one that the bill leaves out, one of another amount, one that staff made at the channel's own desk.
    hidden, less = given_back(fine, 1000), given_back(other, 2000)
    ledger.misprint(hidden.out_refund_no, None)
    ledger.misprint(less.out_refund_no, 1999)
    theirs = {"out_trade_no": number(fine), "out_refund_no": "DESK-1", "amount": {"refund": 500, "total": 8000}}
    ledger.refund(theirs)
    before = shop.picture()

    assert reconcile_next_day() == 1

    assert reported() == [
        ("missing_payment", number(left_out), None, 8000),
        ("missing_refund", hidden.out_refund_no, None, 1000),
        ("payment_amount", number(dearer), 8001, 8000),
        ("refund_amount", less.out_refund_no, 1999, 2000),
        ("unknown_payment", "ELSEWHERE-01", 8000, None),
        ("unknown_refund", "DESK-1", 500, None),
        ("unrecorded_payment", number(silent), 8000, 8000),
    ]
    assert set(Difference.objects.values_list("state", flat=True)) == {"open"}
    after = shop.picture()
    after["AuditEntry"] = [row for row in after["AuditEntry"] if row["verb"] != "reconciliation.match"]
    assert after == before  # reported, never mended


def test_a_line_twice_another_transaction_and_a_failed_refund(
    twin: Twin, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid(twin, user)
    refund = payments.refund_order(order.number, 1000, by=SYSTEM)
    Refund.objects.filter(pk=refund.pk).update(state="failed")
    line = BillLine(LineKind.PAYMENT, number(order), "42-another", 8000)
    back = BillLine(LineKind.REFUND, refund.out_refund_no, "50-1", 1000)
    monkeypatch.setattr(type(provider("wechat")), "statement", lambda self, day: [line, line, back])
    reconcile_next_day()
    assert reported() == [
        ("other_transaction", number(order), 8000, 8000),
        ("repeated", number(order), 16000, 8000),
        ("unrecorded_refund", refund.out_refund_no, 1000, 1000),
    ]


def test_a_refund_around_midnight_is_looked_for_in_both_bills(twin: Twin, user: User) -> None:
    with time_machine.travel(NOON.replace(hour=23, minute=59)):
        order = paid(twin, user)
        refund = payments.refund_order(order.number, 1000, by=SYSTEM)
        payments.run_refunds(by=SYSTEM)
    with time_machine.travel(NOON + timedelta(hours=13)):
        payments.run_refunds(by=SYSTEM)
        assert Refund.objects.get().state == "succeeded"
    with time_machine.travel(NEXT_DAY + timedelta(days=1)):
        assert actions.reconcile(by=SYSTEM) == 2
    assert reported() == []
    assert StatementLine.objects.get(number=refund.out_refund_no).statement.day == NOON.date()


@pytest.mark.parametrize("lie", ["wrong_hash", "http_500", "timeout", "wrong_signature"])
def test_a_bill_that_cannot_be_relied_on_is_asked_for_again(twin: Twin, user: User, lie: str) -> None:
    paid(twin, user)
    twin.gateway.lie(lie, on="answer")
    assert reconcile_next_day() == 0
    statement = Statement.objects.get()
    assert (statement.state, statement.tries, bool(statement.last_error)) == ("due", 1, True)
    assert StatementLine.objects.count() == 0
    assert reconcile_next_day() == 0  # not before its time
    assert Statement.objects.get().tries == 1
    with time_machine.travel(NEXT_DAY + timedelta(minutes=16)):
        assert actions.reconcile(by=SYSTEM) == 1
    assert Statement.objects.get().last_error == ""


def test_nothing_is_asked_for_before_ten(twin: Twin, user: User) -> None:
    paid(twin, user)
    with time_machine.travel(NOON + timedelta(hours=21, minutes=59)):
        assert actions.reconcile(by=SYSTEM) == 0
    assert Statement.objects.count() == 0
    with pytest.raises(ProviderUnavailable, match="STATEMENT_CREATING"):
        provider("wechat").statement(clock.today())


def test_later_bills_wait_for_the_one_that_is_missing(twin: Twin, user: User) -> None:
    paid(twin, user)
    twin.gateway.lie("http_500", on="answer")
    with time_machine.travel(NEXT_DAY + timedelta(days=2)):
        assert actions.reconcile(by=SYSTEM) == 0
        assert list(Statement.objects.order_by("day").values_list("tries", flat=True)) == [1, 0, 0]


def test_finance_settles_a_difference_and_nobody_else(twin: Twin, user: User) -> None:
    twin.gateway.ledger.misprint(number(paid(twin, user)), 7999)
    reconcile_next_day()
    difference = Difference.objects.get()
    for by, code in (
        (Actor.of(member("auditor"), "admin"), Code.PERMISSION_DENIED),
        (finance("450100"), Code.NOT_FOUND),
        (shop.actor(user), Code.NOT_FOUND),
    ):
        with pytest.raises(Problem) as refused:
            actions.handle(difference.pk, "corrected", "渠道已来函更正", by=by)
        assert refused.value.code == code
    assert Difference.objects.get().state == "open"
    by = finance()
    actions.handle(difference.pk, "corrected", "渠道已来函更正", by=by)
    handled = Difference.objects.get()
    assert (handled.state, handled.resolution, handled.note) == ("handled", "corrected", "渠道已来函更正")
    assert handled.handled_by_id == by.user_id
    entry = AuditEntry.objects.get(verb="reconciliation.handle")
    assert (entry.actor_id, entry.from_state, entry.to_state) == (by.user_id, "open", "handled")
    with pytest.raises(Problem) as refused:
        actions.handle(difference.pk, "refunded", "再处理一次", by=by)
    assert refused.value.code == Code.STATE_CONFLICT
    assert Difference.objects.get().resolution == "corrected"


def test_what_hinders_a_session_from_closing(twin: Twin, user: User) -> None:
    subject = {"subject": "2026-04"}
    order = shop.order_for(user, **subject)
    shop.paid_at_gateway(twin, shop.started(order))
    payments.confirm(order.number, by=shop.actor(user))
    assert actions.hindrances("2026-04") == ["还有 1 份有收款的渠道账单没有核对。"]
    assert actions.hindrances("2026-10") == []
    twin.gateway.ledger.misprint(number(order), 7999)
    reconcile_next_day()
    assert actions.hindrances("2026-04") == ["还有 1 条对账差异没有处理。"]
    assert actions.hindrances("2026-10") == []
    payments.refund_order(order.number, 100, by=SYSTEM)
    actions.handle(Difference.objects.get().pk, "by_hand", "与财务核对一致", by=finance())
    assert actions.hindrances("2026-04") == ["还有 1 笔退款没有完成。"]


def test_money_of_nobody_hinders_every_session(twin: Twin, user: User) -> None:
    ledger = twin.gateway.ledger
    asked = ledger.trade(number(paid(twin, user))).asked | {"out_trade_no": "ELSEWHERE-01"}  # type: ignore[union-attr]
    ledger.open("h5", asked)
    ledger.pay("ELSEWHERE-01")
    reconcile_next_day()
    assert actions.hindrances("2025-04") == ["还有 1 条对账差异没有处理。"]


def test_an_attempt_of_the_books_knows_its_lines(twin: Twin, user: User) -> None:
    order = paid(twin, user)
    reconcile_next_day()
    assert PaymentAttempt.objects.get(order=order).lines.count() == 1
