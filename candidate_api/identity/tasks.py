from celery import shared_task

from candidate_api.identity import actions
from portal.kernel.actor import Actor


@shared_task(name="identity.retry_pending")
def retry_pending() -> None:
    """Ask again about identities that the police's records had no answer for."""
    actions.retry_pending(by=Actor.system("identity-retry"))
