from celery import shared_task

from portal.kernel.messages import actions


@shared_task(name="messages.deliver_due")
def deliver_due() -> None:
    """Send what is due; runs after each commit that queued something, and by the schedule."""
    for message_id in actions.due_ids():
        actions.deliver(message_id)
