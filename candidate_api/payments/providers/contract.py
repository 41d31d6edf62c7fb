"""What a payment channel must be able to do. A provider knows no model of ours; it takes and gives plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class ProviderUnavailable(Exception):
    """No answer that can be relied on: what the channel did, or did not do, is unknown. Trying again may help."""


class ProviderRefused(Exception):
    """The channel answered that it will not do it; `str()` is its own code."""


class Unverified(Exception):
    """A notification that does not prove to come from the channel, or is not about us; `str()` says why."""


class TradeState(StrEnum):
    """What an order is at the channel; `PAYING` when somebody may be entering a password, `UNKNOWN` to the channel."""

    PAID = "paid"
    UNPAID = "unpaid"
    PAYING = "paying"
    CLOSED = "closed"
    UNKNOWN = "unknown"


class RefundState(StrEnum):
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verified:
    """A success that the channel has proved: its own number, the amount in fen, and when."""

    transaction_id: str
    amount_fen: int
    paid_at: datetime


@dataclass(frozen=True)
class PayRequest:
    """What is to be paid. Asking again with the same values is the same order at the channel."""

    out_trade_no: str
    scene: str
    title: str
    amount_fen: int
    expires_at: datetime
    client_ip: str
    openid: str = ""


@dataclass(frozen=True)
class Prepared:
    """`invoke` is what the client hands to the channel, good until `valid_until`; `raw` is the channel's answer."""

    invoke: dict[str, Any]
    valid_until: datetime
    raw: str


@dataclass(frozen=True)
class RefundTold:
    """What a callback proves about a refund; `amount_fen` is None where it proves no more than that one should ask."""

    out_refund_no: str
    amount_fen: int | None
    state: RefundState
    note: str


@dataclass(frozen=True)
class Notification:
    """A verified callback: the channel's own id for it, what it is about; a success, a refund's end, or neither."""

    event_id: str
    out_trade_no: str
    paid: Verified | None
    refund: RefundTold | None = None


@dataclass(frozen=True)
class Answer:
    """A verified answer about one order; `paid` is there if and only if the state is PAID."""

    state: TradeState
    raw: str
    paid: Verified | None = None


@dataclass(frozen=True)
class RefundRequest:
    """Give back `amount_fen` of `total_fen`. The same `out_refund_no` is the same refund, however often it is sent."""

    out_trade_no: str
    out_refund_no: str
    amount_fen: int
    total_fen: int
    reason: str


@dataclass(frozen=True)
class RefundAnswer:
    state: RefundState
    raw: str
    note: str = field(default="")


class LineKind(StrEnum):
    """Which way the money of a bill's line went."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True)
class BillLine:
    """One movement of money in a channel's daily bill: our number of it, the channel's own, the amount in fen."""

    kind: LineKind
    number: str
    transaction_id: str
    amount_fen: int


class Provider(Protocol):
    """One channel. Every method raises ProviderUnavailable when there is no reliable answer.

    `signed_headers` are the headers of a notification that are worth keeping, `scenes` the ways it can be reached.
    """

    signed_headers: tuple[str, ...]
    scenes: tuple[str, ...]

    def prepare(self, request: PayRequest) -> Prepared:
        """Open the order at the channel; raises ProviderRefused."""

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        """What a callback proves; raises Unverified. Never calls out."""

    def query(self, out_trade_no: str) -> Answer:
        """What the order is at the channel now."""

    def close(self, out_trade_no: str) -> TradeState:
        """Make sure that it can no longer be paid: CLOSED, or PAID where that came first."""

    def refund(self, request: RefundRequest) -> RefundAnswer:
        """Send the refund, or send it again; raises ProviderRefused."""

    def query_refund(self, request: RefundRequest) -> RefundAnswer:
        """What became of the refund; UNKNOWN where it never arrived."""

    def statement(self, day: date) -> list[BillLine]:
        """The channel's bill of a day in Guangxi, whole and as it was signed for; nothing where nothing moved.

        Not there yet, damaged or another's: ProviderUnavailable.
        """
