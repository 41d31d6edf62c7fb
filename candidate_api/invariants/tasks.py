from celery import shared_task

from candidate_api.invariants import actions


@shared_task(name="invariants.check")
def check_invariants() -> None:
    """Look at the whole database every six hours, or when an administrator asks, and keep what was found."""
    actions.run_due()
