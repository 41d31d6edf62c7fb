"""Keep what a channel said. Events are written before anything is made of them."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from candidate_api.payments.models import PaymentAttempt, PaymentEvent
from candidate_api.payments.states import EventKind
from portal.kernel import clock

MOST_UNVERIFIED = 4096  # bytes kept of what nobody vouches for


def keep(
    kind: EventKind,
    outcome: str,
    *,
    channel: str,
    attempt: PaymentAttempt | None = None,
    body: str = "",
    headers: Mapping[str, str] | None = None,
    verified: bool = True,
    event_id: str | None = None,
) -> PaymentEvent:
    """Write one event; the second one under the same id of the channel is kept without it, as a duplicate."""
    event = PaymentEvent(
        attempt=attempt,
        channel=channel,
        kind=kind,
        body=body if verified else body[:MOST_UNVERIFIED],
        headers=dict(headers or {}),
        verified=verified,
        provider_event_id=event_id,
        outcome=outcome[:60],
        received_at=clock.now(),
    )
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError:
        if event_id is None:
            raise
        event.provider_event_id, event.outcome = None, f"duplicate:{outcome}"[:60]
        event.save(force_insert=True)
    return event
