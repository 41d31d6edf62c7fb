"""What payment tests share: a kind of goods, a payer, a gateway on loopback whose letters wait in a box."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import requests

from candidate_api.payments import actions, fulfilment
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.providers.twin import Twin
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User

KIND = "goods"
SYSTEM = Actor.system("test")
Letter = tuple[str, dict[str, str], bytes]


@dataclass
class Till:
    """Goods that are handed over by an audit row: rolled back with the transaction like real ones."""

    paid_for_good = "已付款的商品不能退。"
    late_is_fine: bool = False
    fails_with: list[Exception] = field(default_factory=list)
    never: bool = False

    def fulfil(self, order: Order, by: Actor) -> None:
        if self.never:
            raise fulfilment.Unfulfillable("sold out")
        if self.fails_with:
            raise self.fails_with.pop(0)
        record("goods.hand_over", order, by=by, note=order.number)

    def release(self, order: Order, by: Actor) -> None:
        record("goods.release", order, by=by, note=order.number)

    def may_fulfil_late(self, order: Order) -> bool:
        return self.late_is_fine

    def lines(self, orders: Sequence[Order]) -> Mapping[int, Sequence[fulfilment.Line]]:
        return {order.pk: [fulfilment.Line(order.title, order.amount_fen)] for order in orders}

    @property
    def handed_over(self) -> list[str]:
        return list(AuditEntry.objects.filter(verb="goods.hand_over").order_by("pk").values_list("note", flat=True))

    @property
    def released(self) -> list[str]:
        return list(AuditEntry.objects.filter(verb="goods.release").order_by("pk").values_list("note", flat=True))


@dataclass
class Box:
    """Where the gateway's notices arrive; `status` is what it is answered."""

    status: int = 204
    letters: list[Letter] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        with self.came:
            self.letters.append((url, headers, body))
            self.came.notify_all()
        taken = self.status in {200, 204}
        return (200 if taken else self.status), (b"success" if taken else b"failure")

    def wait(self, count: int) -> list[Letter]:
        with self.came:
            assert self.came.wait_for(lambda: len(self.letters) >= count, timeout=10)
            return list(self.letters)


def payer(name: str = "韦小宝") -> User:
    return User.objects.create_user(f"c{uuid4().hex}", name=name, is_candidate=True)


def actor(user: User) -> Actor:
    return Actor.of(user, "api", address="127.0.0.1")


def order_for(user: User, *, amount_fen: int = 8000, **values: Any) -> Order:
    values = {"kind": KIND, "subject": "2026-10", "title": "课程报考费"} | values
    values.setdefault("expires_at", clock.now() + timedelta(minutes=30))
    return actions.open_order(user, amount_fen=amount_fen, by=actor(user), **values)


def started(order: Order, *, channel: str = "wechat", scene: str = "h5") -> PaymentAttempt:
    return actions.start_attempt(order.number, channel, scene, "127.0.0.1", by=actor(order.payer))


def visit(attempt: PaymentAttempt) -> int:
    """The payer opens the page; at Alipay that is what brings the order to the gateway. The status of the answer."""
    address = attempt.invoke.get("pay_url") or attempt.invoke.get("h5_url")
    return requests.get(address, timeout=5).status_code if address else 200


def visited(attempt: PaymentAttempt) -> None:
    assert visit(attempt) == 200


def paid_at_gateway(twin: Twin, attempt: PaymentAttempt) -> None:
    """Money taken, and no notice of it."""
    visited(attempt)
    assert twin.gateway.act(attempt.out_trade_no, "never")


def letter(twin: Twin, attempt: PaymentAttempt, event_id: str = "event-1") -> Letter:
    """The notice of a paid attempt as the gateway would send it now."""
    trade = twin.gateway.ledger.trade(attempt.out_trade_no)
    assert trade is not None
    return twin.gateway.letter(trade, event_id)


def receive(sent: Letter, channel: str = "wechat") -> actions.notifications.Receipt:
    _url, headers, body = sent
    return actions.receive_notification(channel, headers, body)


def picture() -> dict[str, list[Any]]:
    """Everything that a notification must not change, for "nothing has changed" (events are kept whatever they say)."""
    models = (Order, PaymentAttempt, Refund, AuditEntry, Message)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def outcomes(kind: str = "notify") -> list[str]:
    return list(PaymentEvent.objects.filter(kind=kind).order_by("pk").values_list("outcome", flat=True))


def age(order: Order, *, by: timedelta = timedelta(hours=1)) -> None:
    """Let the order's time be over since a while."""
    Order.objects.filter(pk=order.pk).update(expires_at=clock.now() - by)
