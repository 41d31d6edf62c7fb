"""退费: the office has granted it. The entries end, their seats are free again, their fees go back."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.payments import actions as payments
from candidate_api.payments.states import Reason
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import REGISTRATION
from candidate_api.sessions.actions import give_back
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who


@transaction.atomic
def refund(registration_ids: Sequence[int], *, reason: Reason = Reason.GRANTED, by: Actor) -> list[Registration]:
    """End these confirmed entries and send their fees back the way they came: all of them, or none.

    Not for candidates. Raises Problem: `permission_denied`, `state_conflict` where one is no longer confirmed or its
    order has not as much left.
    """
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    seen = list(Registration.objects.filter(pk__in=registration_ids).select_related("order"))
    amounts: dict[tuple[int, str], int] = {}
    for row in seen:
        key = (row.order_id, row.order.number)
        amounts[key] = amounts.get(key, 0) + row.fee_fen
    for (_pk, number), amount_fen in sorted(amounts.items()):  # locks the orders, as everybody does, first
        try:
            payments.refund_order(number, amount_fen, reason=reason, by=by)
        except Problem as problem:
            raise Problem(Code.STATE_CONFLICT, str(problem.detail)) from problem
    locked = Registration.objects.select_for_update(of=("self",), no_key=True).select_related("course", "session")
    rows = list(locked.filter(pk__in=registration_ids).order_by("district_id", "slot", "pk"))
    if len(rows) != len(set(registration_ids)) or any(row.state != "confirmed" for row in rows):
        raise Problem(Code.STATE_CONFLICT, _("所选课程中有的已不是报考成功状态，不能退费。"))
    for row in rows:
        REGISTRATION.check(row.state, "refund", Who.SYSTEM if by.is_system else Who.STAFF)
        row.refund()
        row.save(update_fields=["state"])
        record("registrations.refund", row, by=by, from_state="confirmed", to_state=row.state, amount_fen=row.fee_fen)
    for row in rows:  # last, so that a counter's row is locked for as short as can be
        give_back(row.session_id, row.district_id, row.slot)
    return rows
