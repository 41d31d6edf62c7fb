from celery import shared_task

from candidate_api.cancellations import actions
from portal.kernel.actor import Actor


@shared_task(name="cancellations.refund")
def refund_cancelled() -> None:
    """Refund the paid entries of courses and sessions that the office has cancelled; runs after each approval too."""
    actions.refund_due(by=Actor.system("cancellations"))
