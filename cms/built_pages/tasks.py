from celery import shared_task

from cms.built_pages.actions import forget


@shared_task(name="pages.forget_answers")
def forget_answers() -> None:
    """Delete answers to editors' forms that are older than the form keeps them."""
    forget()
