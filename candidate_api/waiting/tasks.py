from celery import shared_task

from candidate_api.waiting import actions


@shared_task(name="waiting.forget")
def forget_places() -> None:
    """Delete places in the line that are older than a day."""
    while actions.forget():
        pass
