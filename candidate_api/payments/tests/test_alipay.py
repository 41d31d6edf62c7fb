"""Alipay by our own client against a gateway that signs and checks RSA2 by itself."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import time_machine

from candidate_api.payments import actions
from candidate_api.payments.models import Order, PaymentAttempt, Refund
from candidate_api.payments.providers.alipay import bill, client
from candidate_api.payments.providers.alipay.adapter import Alipay
from candidate_api.payments.providers.alipay.twin import credentials
from candidate_api.payments.providers.contract import ProviderUnavailable
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from candidate_api.reconciliation import actions as reconciliation
from candidate_api.reconciliation.models import Difference, Statement
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


def started(order: Order, scene: str = "h5") -> PaymentAttempt:
    return shop.started(order, channel="alipay", scene=scene)


def paid(alipay: Twin, user: User) -> Order:
    order = shop.order_for(user)
    shop.paid_at_gateway(alipay, started(order))
    return actions.confirm(order.number, by=shop.actor(user))


@pytest.mark.parametrize("scene", ["h5", "page", "app", "native"])
def test_each_scene_is_paid(alipay: Twin, till: Till, user: User, scene: str) -> None:
    order = shop.order_for(user)
    attempt = started(order, scene)
    address = {
        "app": lambda: f"{alipay.base_url}/gateway.do?{attempt.invoke['order_string']}",
        "native": lambda: attempt.invoke["code_url"],
    }.get(scene, lambda: attempt.invoke["pay_url"])()
    page = requests.get(address, timeout=5)
    assert (page.status_code, "¥80.00" in page.text, "支付宝" in page.text) == (200, True, True)
    trade = alipay.gateway.ledger.trade(attempt.out_trade_no)
    assert trade is not None
    assert trade.scene == scene
    form = {"prepay_id": trade.prepay_id, "result": "never"}
    assert requests.post(f"{alipay.base_url}/pay/", data=form, timeout=5).status_code == 200
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"
    assert till.handed_over == [order.number]


def test_the_browser_comes_back_to_the_order(alipay: Twin, till: Till, user: User) -> None:
    order = shop.order_for(user)
    fields = dict(parse_qsl(urlsplit(started(order).invoke["pay_url"]).query))
    assert urlsplit(fields["return_url"]).path == f"/business/orders/{order.number}/"
    assert fields["notify_url"].endswith("/api/v1/payments/alipay/notify/")


def test_a_notice_pays_and_is_taken(alipay: Twin, till: Till, user: User, box: shop.Box) -> None:
    order = shop.order_for(user)
    attempt = started(order)
    shop.visited(attempt)
    alipay.gateway.act(attempt.out_trade_no, "success")
    assert shop.receive(box.wait(1)[0], "alipay").outcome == "paid"
    assert Order.objects.get().state == "paid"


def test_a_changed_order_is_not_shown(alipay: Twin, till: Till, user: User) -> None:
    address = started(shop.order_for(user)).invoke["pay_url"]
    assert requests.get(address.replace("80.00", "00.01"), timeout=5).status_code == 404
    assert alipay.gateway.ledger.trades() == []


def test_from_one_channel_to_the_other_the_old_attempt_is_closed(
    twin: Twin, alipay: Twin, till: Till, user: User
) -> None:
    order = shop.order_for(user)
    first = started(order)
    shop.visited(first)
    shop.started(order, channel="wechat")
    assert [trade.now for trade in alipay.gateway.ledger.trades()] == ["CLOSED"]
    assert [trade.now for trade in twin.gateway.ledger.trades()] == ["NOTPAY"]
    started(order)
    assert [trade.now for trade in twin.gateway.ledger.trades()] == ["CLOSED"]
    assert list(PaymentAttempt.objects.order_by("pk").values_list("state", flat=True)) == ["closed", "closed", "open"]


def test_an_address_that_was_kept_and_paid_late_is_given_back(twin: Twin, alipay: Twin, till: Till, user: User) -> None:
    """What nobody has brought to Alipay cannot be closed there: its money goes back."""
    order = shop.order_for(user)
    kept = started(order)
    wechat = shop.started(order, channel="wechat")
    shop.paid_at_gateway(twin, wechat)
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"
    shop.paid_at_gateway(alipay, kept)
    assert shop.receive(shop.letter(alipay, kept), "alipay").accepted
    refund = Refund.objects.get()
    assert (refund.attempt_id, refund.reason, refund.amount_fen) == (kept.pk, "duplicate", 8000)
    actions.run_refunds(by=SYSTEM)
    assert Refund.objects.get().state == "succeeded"


def test_paying_and_closing_at_once_is_paid(alipay: Twin, till: Till, user: User, monkeypatch: Any) -> None:
    order = shop.order_for(user)
    attempt = started(order)
    shop.visited(attempt)
    close = Alipay.close

    def late(self: Alipay, number: str) -> Any:
        alipay.gateway.act(number, "never")
        return close(self, number)

    monkeypatch.setattr(Alipay, "close", late)
    with pytest.raises(Problem) as refused:
        actions.cancel_order(order.number, by=shop.actor(user))
    assert refused.value.code == Code.ALREADY_PAID
    assert Order.objects.get().state == "paid"


def test_a_refund_arrives_by_the_call_itself_and_is_one(alipay: Twin, till: Till, user: User, box: shop.Box) -> None:
    refund = actions.refund_order(paid(alipay, user).number, 3000, by=SYSTEM)
    assert actions.run_refunds(by=SYSTEM) == 1
    assert Refund.objects.get().state == "succeeded"
    # Its notice tells the sum of all refunds: it is taken, and changes nothing any more.
    before = shop.picture()
    assert shop.receive(box.wait(1)[0], "alipay").outcome == "refund_unknown"
    assert shop.picture() == before
    assert [row["out_refund_no"] for row in alipay.gateway.summary()["refunds"]] == [refund.out_refund_no]


def test_a_refund_whose_answer_is_lost_is_hastened_by_its_notice(
    alipay: Twin, till: Till, user: User, box: shop.Box
) -> None:
    actions.refund_order(paid(alipay, user).number, 3000, by=SYSTEM)
    alipay.gateway.lie("wrong_signature", on="answer")
    actions.run_refunds(by=SYSTEM)
    waiting = Refund.objects.get()
    assert (waiting.state, waiting.due_at > clock.now()) == ("queued", True)
    assert shop.receive(box.wait(1)[0], "alipay").accepted
    assert actions.run_refunds(by=SYSTEM) == 1
    assert Refund.objects.get().state == "succeeded"
    assert dict(alipay.gateway.calls)["refund"] == 1


@pytest.mark.parametrize("lie", ["http_500", "timeout", "wrong_signature", "wrong_amount"])
def test_an_answer_about_a_refund_that_does_not_hold_is_not_believed(
    alipay: Twin, till: Till, user: User, lie: str
) -> None:
    actions.refund_order(paid(alipay, user).number, 3000, by=SYSTEM)
    alipay.gateway.lie("timeout", on="answer")
    actions.run_refunds(by=SYSTEM)
    for _round in range(2):
        alipay.gateway.lie(lie, on="answer")
        Refund.objects.update(due_at=clock.now())
        actions.run_refunds(by=SYSTEM)
        alipay.gateway.lie(lie, 0, on="answer")
    Refund.objects.update(due_at=clock.now())
    actions.run_refunds(by=SYSTEM)
    assert Refund.objects.get().state == "succeeded"
    assert len(alipay.gateway.summary()["refunds"]) == 1


def test_a_day_of_both_channels_is_matched(twin: Twin, alipay: Twin, till: Till, user: User) -> None:
    noon = clock.at(clock.today() - timedelta(days=3), 12)
    with time_machine.travel(noon):
        order, other = paid(alipay, user), paid(alipay, user)
        actions.refund_order(order.number, 3000, by=SYSTEM)
        actions.run_refunds(by=SYSTEM)
        alipay.gateway.ledger.misprint(f"{other.number}-01", 7999)
        alipay.gateway.ledger.misprint(f"{order.number}-01-R1", None)
        shop.paid_at_gateway(twin, shop.started(shop.order_for(user)))
    with time_machine.travel(noon + timedelta(hours=23)):
        assert reconciliation.reconcile(by=SYSTEM) == 2
    rows = Statement.objects.order_by("channel").values_list("channel", "payments", "payments_fen", "refunds")
    assert list(rows) == [("alipay", 2, 15999, 0), ("wechat", 1, 8000, 0)]
    assert list(Difference.objects.order_by("kind").values_list("kind", "number")) == [
        ("missing_refund", f"{order.number}-01-R1"),
        ("payment_amount", f"{other.number}-01"),
        ("unrecorded_payment", f"{Order.objects.first().number}-01"),  # type: ignore[union-attr]  # the last one made
    ]


def test_a_bill_that_is_not_whole_is_not_read(alipay: Twin, till: Till, user: User) -> None:
    noon = clock.at(clock.today() - timedelta(days=3), 12)
    with time_machine.travel(noon):
        paid(alipay, user)
    packed = requests.get(f"{alipay.base_url}/bill?token={noon.date()}", timeout=5).content
    seller = alipay.gateway.keys.seller_id
    assert len(bill.read(packed, seller, noon.date())) == 1
    for wrong in (
        lambda: bill.read(packed[:-30], seller, noon.date()),
        lambda: bill.read(b"no zip", seller, noon.date()),
        lambda: bill.read(packed, "2088000000000000", noon.date()),
        lambda: bill.read(packed, seller, noon.date() + timedelta(days=1)),
    ):
        with pytest.raises(ProviderUnavailable):
            wrong()


def test_a_bill_is_fetched_from_nowhere_else(alipay: Twin) -> None:
    for address in ("http://169.254.169.254/latest", "https://alipay.com.evil.example/x", "file:///etc/passwd"):
        with pytest.raises(ProviderUnavailable, match="elsewhere"):
            Alipay().client.download(address, 100)


def test_a_request_signed_by_another_merchant_is_refused(alipay: Twin, settings: Any, tmp_path: Any) -> None:
    settings.ALIPAY |= {"private_key": credentials(tmp_path / "other")["private_key"]}
    with pytest.raises(ProviderUnavailable, match="40002"):
        Alipay().query("GX26112300012345-01")


def test_what_is_signed_is_the_form_in_the_order_of_its_names() -> None:
    fields = {"b": "2", "a": "1", "empty": "", "sign": "x", "sign_type": "RSA2"}
    assert client.to_sign(fields, "sign") == b"a=1&b=2&sign_type=RSA2"
    assert client.to_sign(fields, "sign", "sign_type") == b"a=1&b=2"
