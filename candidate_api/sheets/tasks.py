from celery import shared_task

from candidate_api.sheets import actions
from portal.kernel.actor import Actor


@shared_task(name="sheets.make_due")
def make_sheets() -> None:
    """Make the papers of rooms that wait; runs after each request, and by the schedule where a worker has gone."""
    actions.make_due(by=Actor.system("make-sheets"))
