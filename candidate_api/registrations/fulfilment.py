"""What the payment of an order means here: its entries become 报考成功, or give their seats back."""

from candidate_api.payments.models import Order
from candidate_api.registrations import actions, queries
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import Wish, refusals
from cms.windows.queries import current
from cms.windows.rules import Business, WindowState
from portal.kernel import clock
from portal.kernel.actor import Actor


class RegistrationFulfilment:
    """Plugged into payments under the kind `registration`; every method runs with the order locked."""

    def lines(self, order: Order) -> list[dict[str, object]]:
        """What the order is for, line by line; amounts in fen."""
        rows = Registration.objects.filter(order=order).select_related("course", "district").order_by("slot", "pk")
        return [
            {
                "title": f"{row.course.code} {row.course.name}",
                "detail": row.district.name,
                "amount_fen": row.fee_fen,
                "state": row.state,
            }
            for row in rows
        ]

    def fulfil(self, order: Order, by: Actor) -> None:
        """Confirm the order's entries; those that the expiry had ended are restored."""
        actions.confirm(order, by=by)

    def release(self, order: Order, by: Actor) -> None:
        """The order ended unpaid: its entries end too and give their seats back."""
        actions.release(order, verb="expire" if by.is_system else "cancel", by=by)

    def may_fulfil_late(self, order: Order) -> bool:
        """Whether entries that have ended can still become 报考成功: the window is open and nothing took their place.

        Whether a seat is left shows when it is taken: `fulfil` then refuses and the money goes back.
        """
        window = current(Business.COURSE_REGISTRATION, session=order.subject)
        if window is None or window.state_at(clock.now()) is not WindowState.OPEN:
            return False
        rows = list(Registration.objects.filter(order=order).select_related("course", "candidate", "session"))
        if not rows:
            return False
        held = queries.held(rows[0].candidate, rows[0].session)
        wishes = [Wish(row.course.code, row.slot) for row in rows]
        return not refusals(wishes, held, rows[0].session.max_courses)
