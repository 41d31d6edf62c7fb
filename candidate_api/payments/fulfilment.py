"""What orders are for: other nouns plug in here. Payments itself knows nothing of exams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from candidate_api.payments.models import Order
from portal.kernel.actor import Actor
from portal.kernel.errors import Words


@dataclass(frozen=True)
class Line:
    """One line of an order as the payer reads it; `amount_fen` in fen."""

    title: str
    amount_fen: int


class Unfulfillable(Exception):
    """What was paid for cannot be handed over, whatever is tried: the money goes back by itself."""


class Fulfilment(Protocol):
    """What one kind of order is for. Every method but `lines` runs in the order's transaction, the order row locked;
    lock your own rows after it, never before, and do not talk to the outside.

    `paid_for_good`: what a payer reads who wants to cancel what is paid: that it cannot be, and what can be done."""

    paid_for_good: Words

    def fulfil(self, order: Order, by: Actor) -> None:
        """Hand over what was bought. Called once per paid order, in the transaction that makes it paid.

        Raise Unfulfillable to have the money refunded; any other error keeps the money recorded and is tried again.
        """

    def release(self, order: Order, by: Actor) -> None:
        """The order was cancelled or expired unpaid: give up what was held for it (`order.state` says which)."""

    def may_fulfil_late(self, order: Order) -> bool:
        """Money came after the order was closed or expired: may it be fulfilled all the same? Else it is refunded."""

    def lines(self, orders: Sequence[Order]) -> Mapping[int, Sequence[Line]]:
        """The lines of these orders by their `pk`, in one query for all."""


_kinds: dict[str, Fulfilment] = {}


def register(kind: str, fulfilment: Fulfilment) -> None:
    """Plug in who fulfils orders of `kind`; from the noun's own `apps.ready` or import, once per kind."""
    _kinds[kind] = fulfilment


def of(kind: str) -> Fulfilment:
    """Who fulfils orders of `kind`; a KeyError is a programming error."""
    return _kinds[kind]


def lines_of(orders: Sequence[Order]) -> dict[int, Sequence[Line]]:
    """The lines of orders of any kinds, by `pk`; one query per kind."""
    found: dict[int, Sequence[Line]] = {}
    for kind in sorted({order.kind for order in orders}):
        found |= of(kind).lines([order for order in orders if order.kind == kind])
    return found
