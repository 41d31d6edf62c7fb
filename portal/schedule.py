"""What happens by itself, and how often. Every job may run twice at once or not at all for an hour: verbs allow it."""

from datetime import timedelta

SCHEDULE = {
    "deliver-messages": {"task": "messages.deliver_due", "schedule": timedelta(seconds=15)},
    "send-broadcasts": {"task": "broadcasts.send_due", "schedule": timedelta(seconds=30)},
    "send-reset-codes": {"task": "accounts.send_reset_codes", "schedule": timedelta(seconds=15)},
    "forget-sign-ins": {"task": "accounts.forget", "schedule": timedelta(hours=1)},
    "seal-audit": {"task": "audit.seal", "schedule": timedelta(seconds=10)},
    "forget-idempotency-keys": {"task": "idempotency.forget", "schedule": timedelta(hours=1)},
    "forget-files": {"task": "files.forget_expired", "schedule": timedelta(hours=1)},
    "make-exports": {"task": "rights.make_exports", "schedule": timedelta(seconds=60)},
    "resolve-recorded-money": {"task": "payments.resolve_recorded", "schedule": timedelta(seconds=30)},
    "query-pending-payments": {"task": "payments.query_pending", "schedule": timedelta(seconds=30)},
    "expire-orders": {"task": "payments.expire_due", "schedule": timedelta(seconds=60)},
    "run-refunds": {"task": "payments.run_refunds", "schedule": timedelta(seconds=30)},
    "refund-cancelled": {"task": "cancellations.refund", "schedule": timedelta(seconds=60)},
    "reconcile-bills": {"task": "reconciliation.reconcile", "schedule": timedelta(minutes=15)},
    "retry-identities": {"task": "identity.retry_pending", "schedule": timedelta(seconds=30)},
    "draw-seats": {"task": "arrangements.draw_due", "schedule": timedelta(seconds=60)},
    "make-sheets": {"task": "sheets.make_due", "schedule": timedelta(seconds=60)},
    "make-tickets": {"task": "tickets.make_ahead", "schedule": timedelta(seconds=60)},
    "seat-late-entrants": {"task": "arrangements.seat_late_entrants", "schedule": timedelta(seconds=60)},
    "expire-applications": {"task": "applications.expire_due", "schedule": timedelta(seconds=60)},
    "remind-applicants": {"task": "applications.remind_due", "schedule": timedelta(minutes=10)},
    "ask-for-applications": {"task": "applications.ask_due", "schedule": timedelta(seconds=30)},
    "check-imports": {"task": "imports.check_due", "schedule": timedelta(seconds=60)},
    "run-bulk-decisions": {"task": "applications.run_bulk", "schedule": timedelta(seconds=60)},
    "check-invariants": {"task": "invariants.check", "schedule": timedelta(minutes=5)},
    "forget-answers": {"task": "pages.forget_answers", "schedule": timedelta(hours=1)},
    "forget-places": {"task": "waiting.forget", "schedule": timedelta(hours=1)},
    "publish-news": {"task": "news.publish_due", "schedule": timedelta(seconds=30)},
}
