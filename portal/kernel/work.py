"""Waking a worker: what a verb has decided is done at once, and not only when the schedule comes round."""

from celery import current_app
from django.db import transaction


def wake(task: str) -> None:
    """Once this transaction has committed, have a worker run the task of that name (`messages.deliver_due`).

    The name and not the task: a noun's tasks import its verbs, and verbs wake the tasks. A dead broker is logged and
    loses nothing, since every job finds its work by state and the schedule comes round anyway.
    """
    transaction.on_commit(lambda: current_app.send_task(task), robust=True)
