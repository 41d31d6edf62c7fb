from celery import shared_task

from portal.kernel.files import actions


@shared_task(name="files.forget_expired")
def forget_expired() -> None:
    """Remove private files whose time is over."""
    while actions.forget_expired() == 500:
        pass
