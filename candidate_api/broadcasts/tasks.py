from celery import shared_task

from candidate_api.broadcasts import actions
from portal.kernel.actor import Actor


@shared_task(name="broadcasts.send_due")
def send_broadcasts() -> None:
    """Queue what staff have confirmed to everybody it is for; runs after each confirmation, and by the schedule."""
    actions.send_due(by=Actor.system("broadcasts"))
