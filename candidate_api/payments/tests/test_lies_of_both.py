"""Promise 4 for both channels over HTTP: what is stored of a lie, what it is answered, that nothing else changes."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.providers.alipay.twin import signing as rsa2
from candidate_api.payments.providers.alipay.twin.gateway import CHINA, CLOCK
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.providers.twin.keys import new_key
from candidate_api.payments.providers.wechat.twin import signing as v3
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import Letter, Till
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
Story = dict[str, Any]


@dataclass
class Wechat:
    """Tells stories as WeChat Pay would, signed by its key."""

    twin: Twin
    name = "wechat"
    refused: ClassVar = {"unverified": (401, "验签失败"), "misfit": (400, "与商户订单不符")}

    def story(self, attempt: PaymentAttempt) -> Story:
        return self.twin.gateway._told(self.twin.gateway.ledger.trade(attempt.out_trade_no), "notify")

    def letter(self, story: Story, *, age: int = 0, event_id: str = "event-1") -> Letter:
        body = v3.envelope(self.twin.gateway.keys, event_id, "TRANSACTION.SUCCESS", story, "")
        return "", {"Content-Type": "application/json"} | v3.headers(self.twin.gateway.keys, body, age=age), body

    def change(self, story: Story, what: str, value: Any) -> None:
        match what:
            case "amount":
                story["amount"]["total"] = value
            case "merchant":
                story["mchid"] = value
            case "app":
                story["appid"] = value
            case "state":
                story["trade_state"] = {"unpaid": "NOTPAY", "closed": "CLOSED"}.get(value, value)
            case "transaction":
                story["transaction_id"] = value
            case "order":
                story["out_trade_no"] = value

    def leave_out(self, story: Story, what: str) -> None:
        del story[{"amount": "amount", "time": "success_time", "transaction": "transaction_id"}[what]]

    def resigned(self, letter: Letter, signature: str) -> Letter:
        return letter[0], letter[1] | {"Wechatpay-Signature": signature}, letter[2]

    def foreign(self, letter: Letter) -> str:
        """The signature of somebody else's key over the same text."""
        head = f"{letter[1]['Wechatpay-Timestamp']}\n{letter[1]['Wechatpay-Nonce']}\n".encode()
        return _b64(new_key().sign(head + letter[2] + b"\n", PKCS1v15(), SHA256()))

    def answered(self, answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["message"] if answer.content else ""

    taken = (204, "")


@dataclass
class Alipay:
    """The same as Alipay would."""

    twin: Twin
    name = "alipay"
    refused: ClassVar = {"unverified": (200, "failure"), "misfit": (200, "failure")}
    taken = (200, "success")

    def story(self, attempt: PaymentAttempt) -> Story:
        return dict(self.twin.gateway.story(self.twin.gateway.ledger.trade(attempt.out_trade_no), "event-1"))

    def letter(self, story: Story, *, age: int = 0, event_id: str = "event-1") -> Letter:
        # Its notices are repeated for a day: they are stale after more than that.
        away = timedelta(days=-1 if age > 0 else 0, seconds=-age)
        told = story | {"notify_id": event_id, "notify_time": (clock.now() + away).astimezone(CHINA).strftime(CLOCK)}
        return self.twin.gateway._signed("", {key: str(value) for key, value in told.items()})

    def change(self, story: Story, what: str, value: Any) -> None:
        match what:
            case "amount":
                story["total_amount"] = f"{value // 100}.{value % 100:02d}" if isinstance(value, int) else value
            case "merchant":
                story["seller_id"] = value
            case "app":
                story["app_id"] = value
            case "state":
                story["trade_status"] = {"unpaid": "WAIT_BUYER_PAY", "closed": "TRADE_CLOSED"}.get(value, value)
            case "transaction":
                story["trade_no"] = value
            case "order":
                story["out_trade_no"] = value

    def leave_out(self, story: Story, what: str) -> None:
        del story[{"amount": "total_amount", "time": "gmt_payment", "transaction": "trade_no"}[what]]

    def resigned(self, letter: Letter, signature: str) -> Letter:
        fields = dict(parse_qsl(letter[2].decode())) | {"sign": signature}
        return letter[0], letter[1], urlencode(fields).encode()

    def foreign(self, letter: Letter) -> str:
        fields = dict(parse_qsl(letter[2].decode()))
        return _b64(new_key().sign(rsa2.text_of(fields, "sign", "sign_type").encode(), PKCS1v15(), SHA256()))

    def answered(self, answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.content.decode()


def _b64(signature: bytes) -> str:
    return base64.b64encode(signature).decode()


Teller = Wechat | Alipay
Lie = Callable[[Teller, PaymentAttempt], Letter]


def told(what: str, value: Any) -> Lie:
    def lie(teller: Teller, attempt: PaymentAttempt) -> Letter:
        story = teller.story(attempt)
        teller.change(story, what, value)
        return teller.letter(story)

    return lie


def without(what: str) -> Lie:
    def lie(teller: Teller, attempt: PaymentAttempt) -> Letter:
        story = teller.story(attempt)
        teller.leave_out(story, what)
        return teller.letter(story)

    return lie


def aged(seconds: int) -> Lie:
    return lambda teller, attempt: teller.letter(teller.story(attempt), age=seconds)


def body(change: Callable[[bytes], bytes]) -> Lie:
    def lie(teller: Teller, attempt: PaymentAttempt) -> Letter:
        url, headers, text = teller.letter(teller.story(attempt))
        return url, headers, change(text)

    return lie


def signature(make: Callable[[Teller, Letter], str]) -> Lie:
    def lie(teller: Teller, attempt: PaymentAttempt) -> Letter:
        letter = teller.letter(teller.story(attempt))
        return teller.resigned(letter, make(teller, letter))

    return lie


def spoilt(teller: Teller, attempt: PaymentAttempt) -> Letter:
    teller.twin.gateway.lie("wrong_signature")
    return teller.twin.gateway.letter(teller.twin.gateway.ledger.trade(attempt.out_trade_no), "event-1")


U, M, OK = "unverified", "misfit", "taken"
# What is told → what the stored event says of it, and how the channel is answered.
LIES: dict[str, tuple[Lie, str, str]] = {
    "the gateway's own wrong signature": (spoilt, "unverified:signature", U),
    "another's signature": (signature(lambda teller, letter: teller.foreign(letter)), "unverified:signature", U),
    "no signature": (signature(lambda teller, letter: ""), "unverified:signature", U),
    "a signature that is none": (signature(lambda teller, letter: "????"), "unverified:", U),
    "one letter changed": (body(lambda text: text[:-9] + b"Q" + text[-8:]), "unverified:", U),
    "cut short": (body(lambda text: text[: len(text) // 2]), "unverified:", U),
    "nothing": (body(lambda text: b""), "unverified:", U),
    "not UTF-8": (body(lambda text: b"\xff\xfe" + text), "unverified:", U),
    "something else": (body(lambda text: b"<xml><return_code>SUCCESS</return_code></xml>"), "unverified:", U),
    "too old": (aged(3 * 3600), "unverified:timestamp", U),
    "from the future": (aged(-3600), "unverified:timestamp", U),
    "a fen more": (told("amount", 8001), "amount_mismatch", M),
    "a fen less": (told("amount", 7999), "amount_mismatch", M),
    "one fen": (told("amount", 1), "amount_mismatch", M),
    "an amount that is none": (told("amount", "eighty"), "unverified:", U),
    "no amount": (without("amount"), "unverified:malformed", U),
    "no time": (without("time"), "unverified:malformed", U),
    "no transaction": (without("transaction"), "unverified:malformed", U),
    "another merchant": (told("merchant", "1900000000"), "unverified:merchant", U),
    "another app": (told("app", "wx0000000000000000"), "unverified:merchant", U),
    "an order of nobody": (told("order", "GX99999999999999-01"), "unknown_order", M),
    "another's transaction": (told("transaction", "42-of-another"), "transaction_of_another", M),
    "not paid yet": (told("state", "unpaid"), "ignored", OK),
    "closed": (told("state", "closed"), "ignored", OK),
    "a state that there is not": (told("state", "GIVEN"), "ignored", OK),
}


@pytest.fixture(params=["wechat", "alipay"])
def teller(request: pytest.FixtureRequest, twin: Twin, alipay: Twin) -> Teller:
    return Wechat(twin) if request.param == "wechat" else Alipay(alipay)


@pytest.fixture
def paid(teller: Teller, till: Till, user: User) -> PaymentAttempt:
    """Paid at the gateway; nobody has heard of it. Another's transaction is in the books."""
    other = shop.started(shop.order_for(shop.payer("黄月英")), channel=teller.name)
    shop.visited(other)
    PaymentAttempt.objects.filter(pk=other.pk).update(
        state="succeeded", transaction_id="42-of-another", paid_at=clock.now(), resolved_at=clock.now()
    )
    attempt = shop.started(shop.order_for(user), channel=teller.name)
    shop.paid_at_gateway(teller.twin, attempt)
    return attempt


def send(teller: Teller, letter: Letter) -> tuple[int, str]:
    headers = {key: value for key, value in letter[1].items() if key != "Content-Type"}
    kind = letter[1]["Content-Type"]
    path = f"/api/v1/payments/{teller.name}/notify/"
    return teller.answered(Client().generic("POST", path, letter[2], content_type=kind, headers=headers))


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_kept_answered_and_changes_nothing(
    teller: Teller, paid: PaymentAttempt, till: Till, name: str
) -> None:
    lie, outcome, answer = LIES[name]
    letter = lie(teller, paid)
    before, calls = shop.picture(), dict(teller.twin.gateway.calls)
    expected = teller.taken if answer == OK else teller.refused[answer]

    assert send(teller, letter) == expected

    event = PaymentEvent.objects.get(kind="notify")
    assert (event.channel, event.verified) == (teller.name, answer != U)
    assert event.outcome.startswith(outcome)
    assert event.body == letter[2].decode(errors="replace")[:4096]
    assert event.provider_event_id is None
    assert shop.picture() == before
    assert dict(teller.twin.gateway.calls) == calls  # nobody makes us call out
    # The truth, told afterwards, still counts.
    assert send(teller, teller.letter(teller.story(paid))) == teller.taken
    assert till.handed_over == [paid.order.number]


def test_a_second_transaction_for_what_is_paid_changes_nothing(
    teller: Teller, paid: PaymentAttempt, till: Till
) -> None:
    assert send(teller, teller.letter(teller.story(paid))) == teller.taken
    before = shop.picture()
    assert send(teller, told("transaction", "42-second")(teller, paid)) == teller.refused[M]
    assert PaymentEvent.objects.filter(kind="notify").latest("pk").outcome == "other_transaction"
    assert shop.picture() == before


def test_a_notice_at_the_other_channels_door_changes_nothing(teller: Teller, paid: PaymentAttempt) -> None:
    letter, before = teller.letter(teller.story(paid)), shop.picture()
    other = Alipay(teller.twin) if teller.name == "wechat" else Wechat(teller.twin)
    assert send(other, letter) == other.refused[U]
    assert shop.picture() == before


def test_shuffled_and_repeated_it_counts_once(teller: Teller, paid: PaymentAttempt, till: Till) -> None:
    early = told("state", "unpaid")(teller, paid)
    truth = [teller.letter(teller.story(paid), event_id="event-2") for _ in range(15)]
    late = told("state", "closed")(teller, paid)
    assert {send(teller, letter) for letter in [*truth[:7], early, *truth[7:], late, early]} == {teller.taken}
    assert till.handed_over == [paid.order.number]
    assert (Refund.objects.count(), AuditEntry.objects.filter(verb="payments.pay").count()) == (0, 1)
    assert PaymentEvent.objects.filter(kind="notify").count() == 18


@pytest.mark.parametrize("lie", ["http_500", "timeout", "wrong_signature", "wrong_amount", "wrong"])
def test_an_answer_that_is_a_lie_changes_nothing(teller: Teller, paid: PaymentAttempt, till: Till, lie: str) -> None:
    name = {"wechat": "wrong_merchant", "alipay": "wrong_order"}[teller.name] if lie == "wrong" else lie
    client, path = Client(), f"/business/orders/{paid.order.number}/confirm/"
    client.force_login(paid.order.payer)
    before = shop.picture()
    teller.twin.gateway.lie(name, on="answer")
    client.post(path)
    assert shop.picture() == before
    client.post(path)
    assert Order.objects.get(pk=paid.order_id).state == "paid"
    assert till.handed_over == [paid.order.number]


def test_what_is_stored_is_word_for_word(teller: Teller, paid: PaymentAttempt) -> None:
    letter = teller.letter(teller.story(paid))
    send(teller, letter)
    event = PaymentEvent.objects.get(kind="notify")
    assert event.body == letter[2].decode()
    assert (event.outcome, event.verified, event.provider_event_id) == ("paid", True, "event-1")
    assert json.dumps(event.headers).count("Wechatpay") == (5 if teller.name == "wechat" else 0)
