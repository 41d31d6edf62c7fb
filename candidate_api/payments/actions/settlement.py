"""Money: recorded first, in a commit of its own; then fulfilled, or sent back. Both halves may be repeated at will."""

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.payments import fulfilment, messages, queries, rules
from candidate_api.payments.actions.refunds import queue_refund
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.providers.contract import Verified
from candidate_api.payments.states import Reason
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.actions import say

log = structlog.get_logger("portal.payments")


def mismatch(attempt: PaymentAttempt, verified: Verified) -> str:
    """Why a verified success does not fit the attempt, or ""."""
    if verified.amount_fen != attempt.amount_fen:
        return "amount_mismatch"
    if attempt.state == "succeeded" and attempt.transaction_id != verified.transaction_id:
        return "other_transaction"
    if PaymentAttempt.objects.filter(transaction_id=verified.transaction_id).exclude(pk=attempt.pk).exists():
        return "transaction_of_another"
    return ""


def settle(attempt_id: int, verified: Verified, *, by: Actor) -> PaymentAttempt:
    """The one way by which money is believed: record it, then fulfil or refund. Safe to call any number of times.

    Raises Problem `state_conflict` where the success does not fit the attempt (nothing has changed then). A failure
    of the second half is logged and left to `resolve_recorded`: the money is not forgotten.
    """
    _record_money(attempt_id, verified, by=by)
    resolve_or_leave(attempt_id, by=by)
    return PaymentAttempt.objects.get(pk=attempt_id)


@transaction.atomic(durable=True)
def _record_money(attempt_id: int, verified: Verified, *, by: Actor) -> None:
    _order, attempt = queries.lock_attempt(attempt_id)
    why = mismatch(attempt, verified)
    if why:
        log.error("payments.mismatch", out_trade_no=attempt.out_trade_no, why=why)
        raise Problem(Code.STATE_CONFLICT, _("渠道返回的支付结果与订单不符。"))
    if attempt.state == "succeeded":
        return
    from_state = attempt.state
    attempt.succeed()
    attempt.transaction_id, attempt.paid_at = verified.transaction_id, verified.paid_at
    attempt.save(update_fields=["state", "transaction_id", "paid_at"])
    record(
        "payments.record",
        attempt,
        by=by,
        from_state=from_state,
        to_state=attempt.state,
        amount_fen=attempt.amount_fen,
        transaction_id=verified.transaction_id,
    )


@transaction.atomic(durable=True)
def resolve(attempt_id: int, *, by: Actor) -> PaymentAttempt:
    """Decide what becomes of recorded money: it pays the order, or it goes back. Does nothing the second time."""
    order, attempt = queries.lock_attempt(attempt_id)
    if attempt.state != "succeeded" or attempt.resolved_at is not None:
        return attempt
    if order.state == "paid":
        _send_back(attempt, Reason.DUPLICATE, messages.REFUNDING_DUPLICATE, by=by)
    else:
        _pay_or_send_back(order, attempt, by=by)
    attempt.resolved_at = clock.now()
    attempt.save(update_fields=["resolved_at"])
    return attempt


def _pay_or_send_back(order: Order, attempt: PaymentAttempt, *, by: Actor) -> None:
    assert attempt.paid_at is not None  # noqa: S101 -- a constraint says so
    if attempt.amount_fen != order.amount_fen:
        # The order was amended after this attempt was closed, and the channel took the old amount all the same.
        _send_back(attempt, Reason.UNFULFILLABLE, messages.REFUNDING_AMENDED, by=by)
        return
    late = rules.is_late(order.state, order.expires_at, attempt.paid_at)
    if late and not fulfilment.of(order.kind).may_fulfil_late(order):
        _send_back(attempt, Reason.LATE, messages.REFUNDING_LATE, by=by)
        close_unpaid(order, "expire", by=by)
        return
    try:
        with transaction.atomic():
            _pay(order, attempt, late=late, by=by)
    except fulfilment.Unfulfillable as error:
        log.warning("payments.unfulfillable", order=order.number, why=str(error))
        attempt.order = order = queries.lock_order(order.pk)  # as it was before
        _send_back(attempt, Reason.UNFULFILLABLE, messages.REFUNDING_UNFULFILLABLE, by=by)
        close_unpaid(order, "expire" if late else "cancel", by=by)


def _pay(order: Order, attempt: PaymentAttempt, *, late: bool, by: Actor) -> None:
    from_state = order.state
    order.pay(attempt)
    order.save(update_fields=["state", "settled_by", "paid_at"])
    fulfilment.of(order.kind).fulfil(order, by)
    record(
        "payments.pay",
        order,
        by=by,
        from_state=from_state,
        to_state=order.state,
        attempt=attempt.out_trade_no,
        late=late,
    )
    template = messages.PAID_LATE if late else messages.PAID
    values = messages.values(order, order.amount_fen)
    say(f"payments.paid:{order.number}", template, values, to=order.payer, link=messages.link(order))


def _send_back(attempt: PaymentAttempt, reason: Reason, template: str, *, by: Actor) -> None:
    queue_refund(attempt, attempt.amount_fen - attempt.refunded_fen, reason, template, by=by)


def close_unpaid(order: Order, verb: str, *, by: Actor) -> None:
    """`cancel` or `expire` a locked, pending order and release what was held for it; closed already is fine."""
    if order.state != "pending":
        return
    getattr(order, verb)()
    order.save(update_fields=["state"])
    fulfilment.of(order.kind).release(order, by)
    record(f"payments.{verb}", order, by=by, from_state="pending", to_state=order.state)


def resolve_recorded(*, by: Actor) -> int:
    """Finish what a crash left between recording money and fulfilling it; how many were finished."""
    return sum(resolve_or_leave(attempt_id, by=by) for attempt_id in queries.due_to_resolve())


def resolve_or_leave(attempt_id: int, *, by: Actor) -> bool:
    """Resolve, or log why not: the money is recorded, so whoever waits for an answer need not see the failure."""
    try:
        resolve(attempt_id, by=by)
    except Exception:
        log.exception("payments.unresolved", attempt_id=attempt_id)
        return False
    return True
