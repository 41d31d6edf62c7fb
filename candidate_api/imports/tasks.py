from celery import shared_task

from candidate_api.imports import actions
from portal.kernel.actor import Actor


@shared_task(name="imports.check_due")
def check_imports() -> None:
    """Check the files that wait; runs after each upload, and by the schedule where a worker has gone."""
    actions.check_due(by=Actor.system("imports"))
