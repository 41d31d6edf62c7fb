"""Table of contents: the candidates' business tasks by noun."""

from candidate_api.arrangements.tasks import seat_late_entrants
from candidate_api.payments.tasks import expire_due, query_pending, resolve_recorded, run_refunds

__all__ = ["expire_due", "query_pending", "resolve_recorded", "run_refunds", "seat_late_entrants"]
