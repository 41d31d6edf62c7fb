"""What the office's books say of one order: the rows that the verbs of registrations and payments would have left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models

from candidate_api.catalogue.models import District
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.rules import ATTEMPT_LEAST, FIRST_QUERY
from candidate_api.registrations.actions import KIND
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import order_expires_at
from candidate_api.sessions.models import Offering
from portal.demo.province.store import Store
from portal.demo.province.terms import Term
from portal.kernel.actor import Actor

NOTIFY = Actor(None, "wechat-notify", "gateway")
QUERY = Actor.system("query-pending")
EXPIRY = Actor.system("expire-due")
REFUNDS = Actor.system("run-refunds")
_SCENES = ("h5", "h5", "app", "app", "native")


def after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


@dataclass
class Entry:
    """A course in an order, before it has a row."""

    offering: Offering
    district: District


@dataclass
class Purchase:
    """An order with its entries and everything that came of it, written down step by step at given instants."""

    store: Store
    random: Random
    by: Actor
    candidate_id: int
    term: Term
    entries: Sequence[Entry]
    at: datetime
    order: Order = field(init=False)
    rows: list[Registration] = field(init=False)
    tries: int = 0

    def __post_init__(self) -> None:
        key = self.store.key(Order)
        fees = [self.term.fees[item.offering.id] for item in self.entries]
        # Another eight digits for each key: 7654321 and 90000000 have no common factor.
        digits = 10_000_000 + key * 7_654_321 % 90_000_000
        self.order = self.store.row(
            Order,
            id=key,
            number=f"GX{self.at + timedelta(hours=8):%y%m%d}{digits}",
            payer_id=self.by.user_id,
            kind=KIND,
            subject=self.term.session.code,
            title=f"{self.term.session.name} 课程报考 {len(fees)} 门",
            amount_fen=sum(fees),
            expires_at=order_expires_at(self.at, self.term.closes_at),
            created_at=self.at,
        )
        self.note(
            "payments.open_order",
            self.order,
            self.by,
            self.at,
            to="pending",
            amount_fen=self.order.amount_fen,
            kind=KIND,
        )
        self.rows = [self._registration(item, fee) for item, fee in zip(self.entries, fees, strict=True)]

    def _registration(self, item: Entry, fee_fen: int) -> Registration:
        offering = item.offering
        row = self.store.row(
            Registration,
            candidate_id=self.candidate_id,
            session_id=offering.session_id,
            offering_id=offering.id,
            course_id=offering.course_id,
            slot=offering.slot,
            district_id=item.district.id,
            order_id=self.order.id,
            fee_fen=fee_fen,
            created_at=self.at,
        )
        facts = {"order": self.order.number, "course": offering.course.code, "district": item.district.code}
        self.note("registrations.submit", row, self.by, self.at, to="pending", **facts)
        return row

    def note(
        self, verb: str, row: models.Model, by: Actor, at: datetime, *, to: str, was: str = "", **facts: Any
    ) -> None:
        """The audit entry of a step."""
        self.store.note(verb, row, by=by, at=at, from_state=was, to_state=to, **facts)

    def tell(
        self, attempt: PaymentAttempt, kind: str, outcome: str, at: datetime, body: str, event_id: str = ""
    ) -> None:
        """What the channel said."""
        self.store.row(
            PaymentEvent,
            attempt_id=attempt.id,
            channel="wechat",
            kind=kind,
            body=body,
            verified=True,
            provider_event_id=event_id or None,
            outcome=outcome,
            received_at=at,
        )

    # -- paying -------------------------------------------------------------------------------------------------
    def start(self, at: datetime) -> PaymentAttempt:
        """Begin to pay: opened at the channel within a second."""
        self.tries += 1
        scene = self.random.choice(_SCENES)
        number = f"{self.order.number}-{self.tries:02d}"
        attempt = self.store.row(
            PaymentAttempt,
            order_id=self.order.id,
            channel="wechat",
            scene=scene,
            out_trade_no=number,
            amount_fen=self.order.amount_fen,
            client_ip="10.{}.{}.{}".format(*self.random.randbytes(3)),
            state="open",
            invoke={},
            invoke_expires_at=after(at, 301),
            expires_at=max(self.order.expires_at, at + ATTEMPT_LEAST),
            query_at=at + FIRST_QUERY,
            created_at=at,
        )
        self.note("payments.start_attempt", attempt, self.by, at, to="created", channel="wechat", scene=scene)
        self.note("payments.open_attempt", attempt, self.by, after(at, 1), was="created", to="open")
        self.tell(attempt, "prepare", "opened", after(at, 1), f'{{"prepay_id":"wx{attempt.id:034d}"}}')
        return attempt

    def close(self, attempt: PaymentAttempt, at: datetime, by: Actor) -> None:
        """Closed at the channel, unpaid as far as anybody knows."""
        self.tell(attempt, "close", "closed", at, "")
        attempt.__dict__["state"] = "closed"
        self.note("payments.close_attempt", attempt, by, at, was="open", to="closed")

    def take_money(self, attempt: PaymentAttempt, at: datetime) -> Actor:
        """Recorded on the word of a notice, or of an answer where the notice was lost; who brought it."""
        was = attempt.state
        number = f"4200{attempt.id:09d}{at:%Y%m%d}{self.random.randrange(10_000_000):07d}"
        body = (
            f'{{"out_trade_no":"{attempt.out_trade_no}","transaction_id":"{number}","trade_state":"SUCCESS",'
            f'"success_time":"{at:%Y-%m-%dT%H:%M:%S}+00:00","amount":{{"total":{attempt.amount_fen},"currency":"CNY"}}}}'
        )
        told = self.random.random() < 0.85
        by, told_at = (NOTIFY, after(at, 2)) if told else (QUERY, after(at, 60))
        self.tell(attempt, "notify" if told else "query", "paid", told_at, body, f"event-{number}" if told else "")
        attempt.__dict__["state"] = "succeeded"
        attempt.transaction_id, attempt.paid_at, attempt.resolved_at = number, at, after(told_at, 1)
        facts = {"amount_fen": attempt.amount_fen, "transaction_id": number}
        self.note("payments.record", attempt, by, told_at, was=was, to="succeeded", **facts)
        return by

    def confirm(self, attempt: PaymentAttempt, by: Actor) -> None:
        """The money pays the order: the entries are 报考成功."""
        at = attempt.resolved_at
        assert at is not None  # noqa: S101 -- the money has been taken
        self.order.__dict__["state"] = "paid"
        self.order.settled_by_id, self.order.paid_at = attempt.id, attempt.paid_at
        for row in self.rows:
            row.__dict__["state"], row.confirmed_at = "confirmed", at
            self.note("registrations.confirm", row, by, at, was="pending", to="confirmed")
        facts = {"attempt": attempt.out_trade_no, "late": False}
        self.note("payments.pay", self.order, by, at, was="pending", to="paid", **facts)

    def send_back(self, attempt: PaymentAttempt, reason: str, by: Actor) -> None:
        """All of it goes back, and arrives a minute later."""
        at = attempt.resolved_at
        assert at is not None  # noqa: S101 -- the money has been taken
        attempt.refunded_fen = attempt.amount_fen
        refund = self.store.row(
            Refund,
            attempt_id=attempt.id,
            out_refund_no=f"{attempt.out_trade_no}-R1",
            amount_fen=attempt.amount_fen,
            reason=reason,
            state="succeeded",
            attempts=2,
            due_at=after(at, 60),
            created_at=at,
            refunded_at=after(at, 62),
        )
        facts = {"amount_fen": refund.amount_fen, "reason": reason}
        self.note("payments.queue_refund", refund, by, at, to="queued", **facts)
        self.tell(attempt, "refund", "processing", after(at, 1), f'{{"out_refund_no":"{refund.out_refund_no}"}}')
        self.tell(attempt, "refund", "succeeded", after(at, 62), f'{{"out_refund_no":"{refund.out_refund_no}"}}')
        self.note("payments.refund", refund, REFUNDS, after(at, 62), was="processing", to="succeeded")

    # -- not paying ---------------------------------------------------------------------------------------------
    def end(self, verb: str, at: datetime, by: Actor) -> None:
        """`cancel` or `expire` the order and its entries."""
        state = {"cancel": "cancelled", "expire": "expired"}[verb]
        self.order.__dict__["state"] = state
        for row in self.rows:
            row.__dict__["state"] = state
            self.note(f"registrations.{verb}", row, by, at, was="pending", to=state)
        self.note(f"payments.{verb}", self.order, by, at, was="pending", to=state)
