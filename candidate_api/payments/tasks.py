from celery import shared_task

from candidate_api.payments import actions
from portal.kernel.actor import Actor


@shared_task(name="payments.resolve_recorded")
def resolve_recorded() -> None:
    """Finish what a crash left between recording money and fulfilling it."""
    actions.resolve_recorded(by=Actor.system("payment-resolver"))


@shared_task(name="payments.query_pending")
def query_pending() -> None:
    """Ask the channels about open attempts: the net under lost notices."""
    actions.query_pending(by=Actor.system("payment-query"))


@shared_task(name="payments.expire_due")
def expire_due() -> None:
    """Close orders whose time is over."""
    actions.expire_due(by=Actor.system("order-expiry"))


@shared_task(name="payments.run_refunds")
def run_refunds() -> None:
    """Send the refunds that are due, and ask about those on their way."""
    actions.run_refunds(by=Actor.system("refunds"))
