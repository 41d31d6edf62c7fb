"""Orders: opened by the noun that wants money, cancelled by the payer, expired by the clock."""

from datetime import datetime

import structlog
from django.db import transaction

from candidate_api.payments import fulfilment, queries
from candidate_api.payments.actions.attempts import already_paid, close_at_channel, in_progress, when_paid
from candidate_api.payments.actions.settlement import close_unpaid
from candidate_api.payments.models import Order
from candidate_api.payments.states import ORDER
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import entry
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.prepared import insert
from portal.kernel.states import Who
from portal.kernel.text import digits
from portal.kernel.users.models import User

log = structlog.get_logger("portal.payments")
ROUNDS = 3


def open_order(
    payer: User,
    *,
    kind: str,
    subject: str,
    title: str,
    amount_fen: int,
    expires_at: datetime,
    by: Actor,
    log: list[AuditEntry] | None = None,
) -> Order:
    """A pending order, in the caller's transaction together with what it is for.

    `kind` must be registered (fulfilment.py); `title` is what the channel shows; `amount_fen` in fen, above zero.
    What is to be recorded goes into `log`, where the caller writes it together with their own.
    """
    fulfilment.of(kind)
    order = Order(
        payer=payer,
        kind=kind,
        subject=subject,
        title=title,
        amount_fen=amount_fen,
        expires_at=expires_at,
        created_at=clock.now(),
    )
    _store_numbered(order)
    opened = entry("payments.open_order", order, by=by, to_state=order.state, amount_fen=amount_fen, kind=kind)
    if log is None:
        insert([opened])
    else:
        log.append(opened)
    return order


def _store_numbered(order: Order) -> None:
    """Store it under a number of its own: GX, the day in Guangxi, eight random digits."""
    while True:
        order.number = f"GX{clock.today():%y%m%d}{digits(8)}"
        if insert([order], unless_there=True):
            return


def cancel_order(number: str, *, by: Actor) -> Order:
    """Cancel an unpaid order: its attempts are closed at the channel first, then what it held is released.

    Cancelling twice is fine. Raises Problem: `not_found`, `already_paid` (also where that turns out now),
    `payment_in_progress` where nobody can know, `state_conflict` for an expired one.
    """
    order = queries.get(by, number)
    with when_paid(fulfilment.of(order.kind).paid_for_good):
        return _close(order.pk, "cancel", Who.SYSTEM if by.is_system else Who.CANDIDATE, by=by)


def _close(order_id: int, verb: str, who: Who, *, by: Actor) -> Order:
    for _round in range(ROUNDS):
        with transaction.atomic(durable=True):
            order = queries.lock_order(order_id)
            if order.state == "paid" or queries.has_unresolved_money(order):
                raise already_paid()
            if order.state == ORDER.moves[verb].target:
                return order
            ORDER.check(order.state, verb, who)
            live = queries.live_attempt(order)
            if live is None:
                close_unpaid(order, verb, by=by)
                return order
        close_at_channel(live, by=by)
    raise in_progress()


def expire_due(*, by: Actor) -> int:
    """Expire every pending order past its time, its attempts closed at the channel first; how many expired.

    One that may still be being paid is left for the next run: by the clock it is expired already.
    """
    done = 0
    for order_id in queries.due_to_expire():
        try:
            _close(order_id, "expire", Who.SYSTEM, by=by)
        except Problem as problem:
            log.info("payments.not_expired", order_id=order_id, why=problem.code.value)
        except Exception:
            log.exception("payments.expiry_failed", order_id=order_id)
        else:
            done += 1
    return done
