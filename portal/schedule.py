"""What happens by itself, and how often. Every job may run twice at once or not at all for an hour: verbs allow it."""

from datetime import timedelta

SCHEDULE = {
    "deliver-messages": {"task": "messages.deliver_due", "schedule": timedelta(seconds=15)},
    "seal-audit": {"task": "audit.seal", "schedule": timedelta(seconds=10)},
    "forget-idempotency-keys": {"task": "idempotency.forget", "schedule": timedelta(hours=1)},
    "resolve-recorded-money": {"task": "payments.resolve_recorded", "schedule": timedelta(seconds=30)},
    "query-pending-payments": {"task": "payments.query_pending", "schedule": timedelta(seconds=30)},
    "expire-orders": {"task": "payments.expire_due", "schedule": timedelta(seconds=60)},
    "run-refunds": {"task": "payments.run_refunds", "schedule": timedelta(seconds=30)},
    "seat-late-entrants": {"task": "arrangements.seat_late_entrants", "schedule": timedelta(seconds=60)},
    "publish-news": {"task": "news.publish_due", "schedule": timedelta(seconds=30)},
}
