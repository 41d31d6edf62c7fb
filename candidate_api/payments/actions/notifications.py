"""Callbacks of the channels: kept whatever they say, believed only when verified."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from candidate_api.payments.actions import events
from candidate_api.payments.actions.settlement import mismatch, settle
from candidate_api.payments.models import PaymentAttempt
from candidate_api.payments.providers.contract import Unverified
from candidate_api.payments.providers.registry import provider
from candidate_api.payments.states import EventKind
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem

log = structlog.get_logger("portal.payments")


@dataclass(frozen=True)
class Receipt:
    """Whether the notification was believed and needs no repeating; `outcome` is what the event says."""

    accepted: bool
    outcome: str


def receive_notification(channel: str, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Take a callback: the event is stored always; an unverified one changes nothing else, a verified one settles."""
    sender = provider(channel)
    kept = {name: headers[name][:1024] for name in sender.signed_headers if name in headers}
    text = body.decode(errors="replace").replace("\0", "")
    try:
        told = sender.parse_notification(headers, body)
    except Unverified as error:
        outcome = f"unverified:{error}"
        events.keep(EventKind.NOTIFY, outcome, channel=channel, body=text, headers=kept, verified=False)
        log.warning("payments.unverified_notification", channel=channel, why=str(error))
        return Receipt(False, outcome)
    attempt = PaymentAttempt.objects.filter(channel=channel, out_trade_no=told.out_trade_no).first()
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
