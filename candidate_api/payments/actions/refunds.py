"""Money that goes back: queued with its number in the transaction that decides it, sent afterwards until it arrived."""

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.payments import messages, queries, rules
from candidate_api.payments.actions import events
from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.providers.contract import (
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundAnswer,
    RefundRequest,
    RefundState,
)
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.states import MAY_RETRY, REFUND, EventKind, Reason
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.work import wake

log = structlog.get_logger("portal.payments")


def queue_refund(attempt: PaymentAttempt, amount_fen: int, reason: Reason, template: str, *, by: Actor) -> Refund:
    """Queue the refund of a locked, succeeded attempt and tell the payer. Raises Problem beyond what was captured."""
    left = attempt.amount_fen - attempt.refunded_fen
    if attempt.state != "succeeded" or not 0 < amount_fen <= left:
        raise invalid("amount", "exceeds_captured", _("退款金额超过可退金额。"))
    now = clock.now()
    refund = Refund(
        attempt=attempt,
        out_refund_no=f"{attempt.out_trade_no}-R{attempt.refunds.count() + 1}",
        amount_fen=amount_fen,
        reason=reason,
        due_at=now,
        created_at=now,
    )
    refund.save(force_insert=True)
    attempt.refunded_fen += amount_fen
    attempt.save(update_fields=["refunded_fen"])
    record("payments.queue_refund", refund, by=by, to_state=refund.state, amount_fen=amount_fen, reason=str(reason))
    order = attempt.order
    values = messages.values(order, amount_fen)
    event = f"payments.refunding:{refund.out_refund_no}"
    say(event, template, values, to=order.payer, link=messages.link(order))
    wake("payments.run_refunds")
    return refund


_TOLD = {Reason.GRANTED: messages.REFUNDING_GRANTED, Reason.CANCELLED: messages.REFUNDING_CANCELLED}


def refund_order(number: str, amount_fen: int, *, reason: Reason = Reason.GRANTED, by: Actor) -> Refund:
    """Give back `amount_fen` of a paid order, because somebody who may has granted it (or cancelled the examination);
    for other nouns' verbs.

    Candidates may not call it. Raises Problem: `state_conflict` for an unpaid order, `validation_failed` for more
    than is left of what was captured.
    """
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    with transaction.atomic():
        order = queries.for_update(Actor.system("refund"), number)
        if order.settled_by_id is None:
            raise Problem(Code.STATE_CONFLICT, _("订单未支付，不能退款。"))
        _order, attempt = queries.lock_attempt(order.settled_by_id)
        return queue_refund(attempt, amount_fen, reason, _TOLD[reason], by=by)


@transaction.atomic
def retry_refund(refund_id: int, *, by: Actor) -> Refund:
    """Send a failed refund again under the same number; finance at the province. Raises Problem."""
    _attempt, refund = queries.lock_refund(refund_id)
    if not by.has_role_at_top(*MAY_RETRY):
        raise Problem(Code.PERMISSION_DENIED)
    REFUND.check(refund.state, "retry", Who.STAFF)
    refund.retry()
    refund.due_at = clock.now()
    refund.save(update_fields=["state", "attempts", "due_at"])
    record("payments.retry_refund", refund, by=by, from_state="failed", to_state=refund.state)
    wake("payments.run_refunds")
    return refund


def run_refunds(*, by: Actor) -> int:
    """Send or ask about every refund that is due; how many were settled now."""
    return sum(_run(refund_id, by=by) for refund_id in queries.due_refunds())


def _run(refund_id: int, *, by: Actor) -> bool:
    """One call about one refund. It is taken in a commit of its own: two workers rarely call at once, and where they
    do, the channel knows the number."""
    refund = _take(refund_id)
    if refund is None:
        return False
    attempt = refund.attempt
    try:
        answer = _send(provider(attempt.channel), refund)
    except ProviderUnavailable as error:
        settle_refund(refund_id, RefundState.UNKNOWN, str(error), by=by)
        return False
    except ProviderRefused as error:
        events.keep(EventKind.REFUND, f"refused:{error}", channel=attempt.channel, attempt=attempt)
        settle_refund(refund_id, RefundState.FAILED, str(error), by=by)
        return True
    events.keep(EventKind.REFUND, str(answer.state), channel=attempt.channel, attempt=attempt, body=answer.raw)
    settle_refund(refund_id, answer.state, answer.note, by=by)
    return answer.state in {RefundState.SUCCEEDED, RefundState.FAILED}


def _send(channel: Provider, refund: Refund) -> RefundAnswer:
    """Ask first where the channel may know the refund already; send it where it does not."""
    request = RefundRequest(
        out_trade_no=refund.attempt.out_trade_no,
        out_refund_no=refund.out_refund_no,
        amount_fen=refund.amount_fen,
        total_fen=refund.attempt.amount_fen,
        reason=str(Reason(refund.reason).label),
    )
    if refund.attempts > 1:
        answer = channel.query_refund(request)
        if answer.state in {RefundState.SUCCEEDED, RefundState.PROCESSING}:
            return answer
    return channel.refund(request)


@transaction.atomic(durable=True)
def hasten_refund(refund_id: int) -> None:
    """Something is known at the channel: ask now."""
    _attempt, refund = queries.lock_refund(refund_id)
    if refund.state in {"queued", "processing"}:
        refund.due_at = clock.now()
        refund.save(update_fields=["due_at"])
        wake("payments.run_refunds")


@transaction.atomic(durable=True)
def _take(refund_id: int) -> Refund | None:
    _attempt, refund = queries.lock_refund(refund_id)
    now = clock.now()
    if refund.state not in {"queued", "processing"} or refund.due_at > now:
        return None
    refund.take()
    refund.due_at = rules.next_refund_try(refund.attempts, now)
    refund.save(update_fields=["state", "attempts", "due_at"])
    return refund


@transaction.atomic(durable=True)
def settle_refund(refund_id: int, state: RefundState, note: str, *, by: Actor) -> None:
    """The one way by which a refund's end is believed: the channel has answered, or told it by itself. What is over
    stays so; only that the money has arrived is believed also of one that had failed."""
    attempt, refund = queries.lock_refund(refund_id)
    from_state = refund.state
    if from_state == "succeeded" or (from_state == "failed" and state != RefundState.SUCCEEDED):
        return
    refund.last_error = ""
    match state:
        case RefundState.SUCCEEDED:
            refund.succeed()
            refund.refunded_at = clock.now()
            order = attempt.order
            values = messages.values(order, refund.amount_fen)
            event = f"payments.refunded:{refund.out_refund_no}"
            say(event, messages.REFUNDED, values, to=order.payer, link=messages.link(order))
        case RefundState.FAILED:
            refund.fail()
            refund.last_error = note[:200]
            log.error("payments.refund_failed", out_refund_no=refund.out_refund_no, why=note)
        case RefundState.UNKNOWN if from_state == "processing":
            refund.postpone()
            refund.last_error = note[:200]
        case _:
            pass  # asked about again when it is due
    refund.save(update_fields=["state", "last_error", "refunded_at"])
    if refund.state != from_state:
        record("payments.refund", refund, by=by, from_state=from_state, to_state=refund.state)
