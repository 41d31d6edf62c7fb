"""An unpaid order changes its amount: nothing may be open at a channel for the old one."""

from django.utils.translation import gettext as _

from candidate_api.payments import queries
from candidate_api.payments.actions.attempts import already_paid, close_at_channel, in_progress
from candidate_api.payments.models import Order
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem


def stop_paying(number: str, *, by: Actor) -> None:
    """Close at its channel whatever is open for the order; outside a transaction.

    Raises Problem: `not_found`, `already_paid` where it turns out to be, `payment_in_progress` where nobody can know.
    """
    live = queries.live_attempt(queries.get(by, number))
    if live is not None:
        close_at_channel(live, by=by)


def lock_to_amend(number: str, *, by: Actor) -> Order:
    """The order, locked in the caller's transaction, unpaid and with nothing open for it.

    Call `stop_paying` before. Raises Problem: `not_found`, `already_paid`, `order_closed`, `payment_in_progress` where
    somebody began to pay in between.
    """
    order = queries.for_update(by, number)
    if order.state == "paid" or queries.has_unresolved_money(order):
        raise already_paid()
    if order.effective_state != "pending":
        raise Problem(Code.ORDER_CLOSED, _("报考单已关闭或超过缴费时间，不能再更改。课程释放后可以重新报考。"))
    if queries.live_attempt(order) is not None:
        raise in_progress()
    return order


def change_amount(order: Order, difference_fen: int, *, by: Actor) -> None:
    """Add `difference_fen` (below zero: take off) to an order locked by `lock_to_amend`; it stays above zero."""
    before = order.amount_fen
    order.amount_fen = before + difference_fen
    order.save(update_fields=["amount_fen"])
    record("payments.change_amount", order, by=by, before_fen=before, after_fen=order.amount_fen)
