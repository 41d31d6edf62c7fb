from celery import shared_task

from portal.kernel.actor import Actor
from review.applications import actions


@shared_task(name="applications.expire_due")
def expire_due() -> None:
    """Close applications whose candidate has let the time to correct or confirm go by."""
    while actions.expire_due(by=Actor.system("application-expiry")) == 500:
        pass


@shared_task(name="applications.remind_due")
def remind_due() -> None:
    """Remind candidates three days, a day and two hours before their time to correct or confirm is over."""
    actions.remind_due(by=Actor.system("application-reminder"))


@shared_task(name="applications.ask_due")
def ask_due() -> None:
    """Ask what system steps wait for; runs after each submission, and by the schedule."""
    actions.ask_due(by=Actor.system("application-checks"))
