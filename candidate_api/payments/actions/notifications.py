"""Callbacks of the channels: kept whatever they say, believed only when verified."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from candidate_api.payments.actions import events
from candidate_api.payments.actions.refunds import hasten_refund, settle_refund
from candidate_api.payments.actions.settlement import mismatch, settle
from candidate_api.payments.models import PaymentAttempt
from candidate_api.payments.providers.contract import Notification, RefundState, Unverified
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.rules import UNSIGNED_KEPT
from candidate_api.payments.states import EventKind
from portal.kernel import limits
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem

log = structlog.get_logger("portal.payments")


@dataclass(frozen=True)
class Receipt:
    """Whether the notification was believed and needs no repeating; `outcome` is what the event says."""

    accepted: bool
    outcome: str


def receive_notification(channel: str, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Take a callback: a verified one is stored always, and settles what was paid or ends a refund; an unverified one
    changes nothing else, and is stored as far as `UNSIGNED_KEPT` goes."""
    sender = provider(channel)
    # PostgreSQL stores no NUL.
    kept = {name: headers[name][:1024].replace("\0", "") for name in sender.signed_headers if name in headers}
    text = body.decode(errors="replace").replace("\0", "")
    try:
        told = sender.parse_notification(headers, body)
    except Unverified as error:
        outcome = f"unverified:{error}"
        stored = _is_worth_keeping(channel)
        if stored:
            events.keep(EventKind.NOTIFY, outcome, channel=channel, body=text, headers=kept, verified=False)
        log.warning("payments.unverified_notification", channel=channel, why=str(error), stored=stored)
        return Receipt(False, outcome)
    attempt = PaymentAttempt.objects.filter(channel=channel, out_trade_no=told.out_trade_no).first()
    if told.refund is not None:
        return _take_refund(channel, attempt, told, text, kept)
    if told.paid is None:
        outcome = "ignored"
    elif attempt is None:
        outcome = "unknown_order"
    else:
        outcome = mismatch(attempt, told.paid) or "paid"
    events.keep(
        EventKind.NOTIFY,
        outcome,
        channel=channel,
        attempt=attempt,
        body=text,
        headers=kept,
        event_id=told.event_id[:64] if outcome == "paid" else None,
    )
    if outcome == "paid" and attempt is not None and told.paid is not None:
        try:
            settle(attempt.pk, told.paid, by=Actor(None, f"{channel}-notify", "gateway"))
        except Problem:
            return Receipt(False, "mismatch")  # found under the lock; logged there
        return Receipt(True, outcome)
    if outcome != "ignored":
        log.error("payments.mismatch", channel=channel, out_trade_no=told.out_trade_no, why=outcome)
    return Receipt(outcome == "ignored", outcome)


def _is_worth_keeping(channel: str) -> bool:
    try:
        return not limits.count(UNSIGNED_KEPT, channel)
    except limits.Uncounted:
        return True


def _take_refund(
    channel: str, attempt: PaymentAttempt | None, told: Notification, text: str, kept: Mapping[str, str]
) -> Receipt:
    """A verified notice about a refund: ours and of that amount, or it is kept and not taken."""
    assert told.refund is not None  # noqa: S101 -- asked before
    refund = attempt and attempt.refunds.filter(out_refund_no=told.refund.out_refund_no).first()
    if refund is None:
        outcome = "unknown_refund"
    elif told.refund.amount_fen not in {None, refund.amount_fen}:
        outcome = "refund_amount_mismatch"
    else:
        outcome = f"refund_{told.refund.state}"
    fits = outcome == f"refund_{told.refund.state}"
    event_id = told.event_id[:64] if fits else None
    events.keep(EventKind.NOTIFY, outcome, channel=channel, attempt=attempt, body=text, headers=kept, event_id=event_id)
    if refund is None or not fits:
        log.error("payments.refund_mismatch", channel=channel, out_refund_no=told.refund.out_refund_no, why=outcome)
        return Receipt(False, outcome)
    if told.refund.state in {RefundState.SUCCEEDED, RefundState.FAILED}:
        by = Actor(None, f"{channel}-notify", "gateway")
        settle_refund(refund.pk, told.refund.state, told.refund.note, by=by)
    elif told.refund.amount_fen is None:
        hasten_refund(refund.pk)
    return Receipt(True, outcome)
