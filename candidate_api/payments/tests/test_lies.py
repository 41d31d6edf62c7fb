"""Promise 4: a notification that does not hold changes nothing, is kept, and is told in the log."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candidate_api.payments import actions
from candidate_api.payments.models import PaymentAttempt, PaymentEvent
from candidate_api.payments.providers.wechat.twin import Twin, signing
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Letter, Till
from portal.kernel.errors import Problem
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
Change = Callable[[Twin, Letter], Letter]


def told(change: Callable[[dict[str, Any]], Any]) -> Change:
    """The gateway itself signs another story."""

    def changed(twin: Twin, sent: Letter) -> Letter:
        trade = twin.gateway.ledger.trades()[0]
        resource = twin.gateway._told(trade, "notify")
        change(resource)
        body = signing.envelope(twin.gateway.keys, "event-1", "TRANSACTION.SUCCESS", resource, "")
        return sent[0], signing.headers(twin.gateway.keys, body), body

    return changed


def head(**changes: str) -> Change:
    return lambda twin, sent: (sent[0], sent[1] | {f"Wechatpay-{k.title()}": v for k, v in changes.items()}, sent[2])


def body(change: Callable[[bytes], bytes]) -> Change:
    return lambda twin, sent: (sent[0], sent[1], change(sent[2]))


def without(name: str) -> Change:
    return lambda twin, sent: (sent[0], {k: v for k, v in sent[1].items() if k != name}, sent[2])


def aged(seconds: int) -> Change:
    return lambda twin, sent: (sent[0], signing.headers(twin.gateway.keys, sent[2], age=seconds), sent[2])


def signed(text: bytes) -> Change:
    return lambda twin, sent: (sent[0], signing.headers(twin.gateway.keys, text), text)


def resealed(twin: Twin, sent: Letter) -> Letter:
    """Signed by the gateway, but sealed with another key."""
    message = json.loads(sent[2])
    sealed = bytearray(base64.b64decode(message["resource"]["ciphertext"]))
    sealed[0] ^= 1
    message["resource"]["ciphertext"] = base64.b64encode(bytes(sealed)).decode()
    text = json.dumps(message).encode()
    return sent[0], signing.headers(twin.gateway.keys, text), text


LIES: dict[str, tuple[Change, str]] = {
    "signature of another text": (body(lambda b: b.replace(b"TRANSACTION", b"TRANSACTIOM")), "unverified:signature"),
    "signature that is no base64": (head(signature="not base64!"), "unverified:"),
    "empty signature": (head(signature=""), "unverified:signature"),
    "no signature": (without("Wechatpay-Signature"), "unverified:signature"),
    "no timestamp": (without("Wechatpay-Timestamp"), "unverified:signature"),
    "no signature type": (without("Wechatpay-Signature-Type"), "unverified:malformed"),
    "weaker signature type": (head(**{"signature-type": "WECHATPAY2-MD5"}), "unverified:malformed"),
    "unknown serial": (head(serial="5157F09EFDC096DE15EBE81A47057A7232F1B8E1"), "unverified:serial"),
    "no serial": (without("Wechatpay-Serial"), "unverified:serial"),
    "another nonce": (head(nonce="A" * 32), "unverified:signature"),
    "an hour old": (aged(3600), "unverified:timestamp"),
    "six minutes old": (aged(360), "unverified:timestamp"),
    "from the future": (aged(-360), "unverified:timestamp"),
    "empty": (body(lambda b: b""), "unverified:signature"),
    "signed nothing": (signed(b""), "unverified:malformed"),
    "signed list": (signed(b"[]"), "unverified:malformed"),
    "signed without resource": (signed(b'{"resource_type": "encrypt-resource"}'), "unverified:signature"),
    "sealed otherwise": (resealed, "unverified:signature"),
    "not UTF-8": (body(lambda b: b + b"\xff"), "unverified:malformed"),
    "a fen more": (told(lambda t: t["amount"].update(total=8001)), "amount_mismatch"),
    "a fen": (told(lambda t: t["amount"].update(total=1)), "amount_mismatch"),
    "amount as text": (told(lambda t: t["amount"].update(total="8000")), "unverified:currency"),
    "amount as a truth": (told(lambda t: t["amount"].update(total=True)), "unverified:currency"),
    "other currency": (told(lambda t: t["amount"].update(currency="USD")), "unverified:currency"),
    "other merchant": (told(lambda t: t.update(mchid="1900000000")), "unverified:merchant"),
    "other app": (told(lambda t: t.update(appid="wx0000000000000000")), "unverified:merchant"),
    "unknown order": (told(lambda t: t.update(out_trade_no="GX99999999999999-01")), "unknown_order"),
    "no amount": (told(lambda t: t.pop("amount")), "unverified:malformed"),
    "no time": (told(lambda t: t.pop("success_time")), "unverified:malformed"),
    "time without offset": (told(lambda t: t.update(success_time="2026-11-23T10:00:00")), "unverified:malformed"),
    "not paid": (told(lambda t: t.update(trade_state="NOTPAY")), "ignored"),
    "refunded": (told(lambda t: t.update(trade_state="REFUND")), "ignored"),
    "unheard-of state": (told(lambda t: t.update(trade_state="GIVEN")), "ignored"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_notification_that_does_not_hold_changes_nothing(twin: Twin, till: Till, user: User, name: str) -> None:
    change, expected = LIES[name]
    attempt = shop.started(shop.order_for(user))
    shop.paid_at_gateway(twin, attempt)
    truth = shop.letter(twin, attempt)
    before, calls = shop.picture(), dict(twin.gateway.calls)
    receipt = shop.receive(change(twin, truth))
    assert receipt.outcome.startswith(expected)
    assert receipt.accepted == (expected == "ignored")
    assert shop.picture() == before
    assert dict(twin.gateway.calls) == calls  # nobody makes us call out
    event = PaymentEvent.objects.get(kind="notify")
    assert (event.outcome, event.verified) == (receipt.outcome, not receipt.outcome.startswith("unverified"))
    assert event.provider_event_id is None
    # The truth, told afterwards, still counts.
    assert shop.receive(truth).accepted
    assert till.handed_over == [attempt.order.number]


@pytest.mark.parametrize("lie", ["wrong_signature", "wrong_amount", "wrong_merchant", "stale_timestamp"])
def test_the_gateways_own_lies_are_repeated_until_it_tells_the_truth(
    twin: Twin, till: Till, user: User, box: shop.Box, lie: str
) -> None:
    attempt = shop.started(shop.order_for(user))
    twin.gateway.lie(lie)
    box.status = 500
    twin.gateway.act(attempt.out_trade_no, "success")
    first, second = box.wait(2)[:2]
    before = shop.picture()
    assert not shop.receive(first).accepted
    assert shop.picture() == before
    assert shop.receive(second).accepted
    assert till.handed_over == [attempt.order.number]


@pytest.mark.parametrize("lie", ["wrong_signature", "wrong_amount", "wrong_merchant", "http_500", "timeout"])
def test_an_answer_that_does_not_hold_changes_nothing(twin: Twin, till: Till, user: User, lie: str) -> None:
    order = shop.order_for(user)
    attempt = shop.started(order)
    shop.paid_at_gateway(twin, attempt)
    before = shop.picture()
    twin.gateway.lie(lie, on="answer")
    with pytest.raises(Problem) as refused:
        actions.confirm(order.number, by=shop.actor(user))
    assert refused.value.code == "provider_unavailable"
    assert shop.picture() == before
    assert actions.confirm(order.number, by=shop.actor(user)).state == "paid"


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_mutation_of_a_notice_is_believed(twin: Twin, till: Till, data: st.DataObject) -> None:
    attempt = PaymentAttempt.objects.first() or shop.started(shop.order_for(shop.payer()))
    twin.gateway.act(attempt.out_trade_no, "never")
    url, headers, text = shop.letter(twin, attempt)
    before = shop.picture()
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(text) - 1))
        byte = data.draw(st.integers(0, 255).filter(lambda value: value != text[place]))
        text = text[:place] + bytes([byte]) + text[place + 1 :]
    else:
        name = data.draw(st.sampled_from(sorted(set(headers) - {"Content-Type"})))
        headers = headers | {name: data.draw(st.text(max_size=400).filter(lambda value: value != headers[name]))}
    assert not shop.receive((url, headers, text)).accepted
    assert shop.picture() == before
    assert PaymentAttempt.objects.get().state == "open"


def test_what_nobody_vouches_for_is_kept_in_part(till: Till) -> None:
    receipt = actions.receive_notification("wechat", {}, b"x" * 50_000)
    assert receipt.outcome == "unverified:serial"
    assert len(PaymentEvent.objects.get().body) == 4096
    assert actions.resolve_recorded(by=SYSTEM) == 0
