from celery import shared_task

from portal.kernel.idempotency import actions


@shared_task(name="idempotency.forget")
def forget() -> None:
    """Let go of answers that are older than a day."""
    while actions.forget():
        pass
