"""The verbs of payments: a table of contents.

Verbs that talk to a channel commit in steps and refuse to run inside another transaction.
"""

from candidate_api.payments.actions.amending import change_amount, lock_to_amend, stop_paying
from candidate_api.payments.actions.attempts import (
    confirm,
    look_again,
    look_at,
    query_pending,
    start_attempt,
    when_paid,
)
from candidate_api.payments.actions.channels import switch_channel
from candidate_api.payments.actions.notifications import receive_notification
from candidate_api.payments.actions.orders import cancel_order, expire_due, open_order
from candidate_api.payments.actions.refunds import refund_order, retry_refund, run_refunds
from candidate_api.payments.actions.settlement import resolve, resolve_recorded, settle

__all__ = [
    "cancel_order",
    "change_amount",
    "confirm",
    "expire_due",
    "lock_to_amend",
    "look_again",
    "look_at",
    "open_order",
    "query_pending",
    "receive_notification",
    "refund_order",
    "resolve",
    "resolve_recorded",
    "retry_refund",
    "run_refunds",
    "settle",
    "start_attempt",
    "stop_paying",
    "switch_channel",
    "when_paid",
]
