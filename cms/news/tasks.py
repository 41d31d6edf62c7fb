from celery import shared_task
from django.core.management import call_command


@shared_task(name="news.publish_due")
def publish_due() -> None:
    """Put up and take down what editors have scheduled. Running twice publishes the same revision again."""
    call_command("publish_scheduled")
