"""Table of contents: the candidates' business tasks by noun."""

from candidate_api.accounts.tasks import forget_accounts, send_reset_codes
from candidate_api.arrangements.tasks import draw_seats, seat_late_entrants
from candidate_api.broadcasts.tasks import send_broadcasts
from candidate_api.cancellations.tasks import refund_cancelled
from candidate_api.identity.tasks import retry_pending
from candidate_api.imports.tasks import check_imports
from candidate_api.invariants.tasks import check_invariants
from candidate_api.payments.tasks import expire_due, query_pending, resolve_recorded, run_refunds
from candidate_api.reconciliation.tasks import reconcile
from candidate_api.rights.tasks import make_exports
from candidate_api.sheets.tasks import make_sheets
from candidate_api.tickets.tasks import make_tickets
from candidate_api.waiting.tasks import forget_places

__all__ = [
    "check_imports",
    "check_invariants",
    "draw_seats",
    "expire_due",
    "forget_accounts",
    "forget_places",
    "make_exports",
    "make_sheets",
    "make_tickets",
    "query_pending",
    "reconcile",
    "refund_cancelled",
    "resolve_recorded",
    "retry_pending",
    "run_refunds",
    "seat_late_entrants",
    "send_broadcasts",
    "send_reset_codes",
]
