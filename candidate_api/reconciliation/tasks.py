from celery import shared_task

from candidate_api.reconciliation import actions
from portal.kernel.actor import Actor


@shared_task(name="reconciliation.reconcile")
def reconcile() -> None:
    """Fetch the channels' daily bills and match them with the books, line by line."""
    actions.reconcile(by=Actor.system("reconciliation"))
