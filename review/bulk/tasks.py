from celery import shared_task

from review.bulk import actions


@shared_task(name="applications.run_bulk")
def run_bulk() -> None:
    """Go on with what staff want done to many applications; runs after each request too."""
    actions.run_due()
