from celery import shared_task

from candidate_api.rights import actions
from portal.kernel.actor import Actor


@shared_task(name="rights.make_exports")
def make_exports() -> None:
    """Make the copies of their data that people have asked for; runs after each request too."""
    actions.make_exports(by=Actor.system("exports"))
