"""What the payment of an order means here: its entries become 报考成功, or give their seats back."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from candidate_api.payments.fulfilment import Line, Unfulfillable
from candidate_api.payments.models import Order
from candidate_api.registrations import queries
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import PAID_FOR_GOOD, Wish, refusals
from candidate_api.registrations.seats import take_seats
from candidate_api.sessions.actions import give_back
from candidate_api.sessions.queries import is_released
from cms.windows.queries import current
from cms.windows.rules import Business, WindowState
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Problem
from portal.kernel.work import wake


def line(row: Registration) -> Line:
    """An entry as its payer reads it."""
    return Line(f"{row.course.code} {row.course.name}（{row.district.name}）", row.fee_fen)


class RegistrationFulfilment:
    """Plugged into payments under the kind `registration`."""

    paid_for_good = PAID_FOR_GOOD

    def lines(self, orders: Sequence[Order]) -> Mapping[int, Sequence[Line]]:
        """The entries that each order pays for."""
        found: dict[int, list[Line]] = {}
        for row in queries.shown_with(orders):
            found.setdefault(row.order_id, []).append(line(row))
        return found

    def fulfil(self, order: Order, by: Actor) -> None:
        """Confirm the order's entries. Those that the order's expiry had ended take their seats again, if they can."""
        rows = list(queries.of_order(order))
        ended = [row for row in rows if row.state == "expired"]
        now = clock.now()
        try:
            with transaction.atomic():
                for row in rows:
                    before = row.state
                    if row in ended:
                        row.restore()
                    else:
                        row.confirm()
                    row.confirmed_at = now
                    row.save(update_fields=["state", "confirmed_at"])
                    record("registrations.confirm", row, by=by, from_state=before, to_state=row.state)
                take_seats(ended)
                if any(is_released(row.session) for row in rows):
                    wake("arrangements.seat_late_entrants")  # they may print as soon as they have paid
        except (Problem, IntegrityError) as error:  # no seat left, or another entry has taken the place
            raise Unfulfillable from error

    def release(self, order: Order, by: Actor) -> None:
        """The order ended unpaid: its entries end as it did and give their seats back."""
        pending = queries.of_order(order).filter(state="pending")
        for row in sorted(pending, key=lambda row: (row.district_id, row.slot)):  # as everybody asks for seats
            end(row, "expire" if order.state == "expired" else "cancel", by=by)

    def may_fulfil_late(self, order: Order) -> bool:
        """Whether ended entries can still become 报考成功: the window is open to the payer, and their place is free."""
        window = current(Business.COURSE_REGISTRATION, session=order.subject, user_id=order.payer_id)
        if window is None or window.state_at(clock.now()) is not WindowState.OPEN:
            return False
        rows = list(queries.of_order(order).select_related("course", "candidate", "session"))
        if not rows:  # its candidate cancelled it
            return False
        held = queries.held(rows[0].candidate, rows[0].session)
        for row in rows:
            if row.state == "pending":
                held.entries.pop(row.course.code, None)  # its own place is not in its way
        wishes = [Wish(row.course.code, row.slot) for row in rows]
        return not refusals(wishes, held, rows[0].session.max_courses)


def end(row: Registration, verb: str, *, by: Actor) -> None:
    """End a locked pending entry by `verb` (cancel, expire) and give its seat back."""
    before = row.state
    getattr(row, verb)()
    row.save(update_fields=["state"])
    give_back(row.session_id, row.district_id, row.slot)
    record(f"registrations.{verb}", row, by=by, from_state=before, to_state=row.state)
