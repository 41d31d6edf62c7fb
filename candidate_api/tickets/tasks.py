from celery import shared_task

from candidate_api.tickets import actions
from portal.kernel.actor import Actor


@shared_task(name="tickets.make_ahead")
def make_tickets() -> None:
    """Make the tickets of who has signed and is seated, a thousand at a time, so that the release finds them made."""
    actions.make_ahead(by=Actor.system("make-tickets"))
