"""领取: one reviewer has an application in hand for a while. A lease: who walks away holds nobody up."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who
from review.applications import queries
from review.applications.models import Application
from review.applications.rules import LEASE
from review.applications.states import MAY_DECIDE, check


@transaction.atomic
def claim_next(type_slug: str = "", *, by: Actor) -> Application | None:
    """领取下一件: what the actor has in hand already, else the most urgent that nobody has; None where there is none.

    Rows that somebody else is just taking are passed over. Raises Problem: `permission_denied` for who decides nothing.
    """
    if not by.has_role(*MAY_DECIDE):
        raise Problem(Code.PERMISSION_DENIED)
    held = queries.in_hand(by).first()
    if held is not None:
        return held
    free = queries.next_free_ids(by, type_slug).select_for_update(of=("self",), no_key=True, skip_locked=True)
    application = free.first()
    if application is not None:
        _hold(application, by)
    return application


@transaction.atomic
def claim(application_id: int, *, by: Actor) -> Application:
    """Take this one in hand, or keep it there for another while (the heartbeat of an open page).

    Raises Problem: `not_found`, `permission_denied`, `state_conflict` where it is no office's turn or somebody else has
    it in hand.
    """
    application = queries.decidable_for_update(by, application_id)
    check(application.state, application.turn, "approve", Who.STAFF)
    if application.is_claimed_by_another(by.user_id, clock.now()):
        raise Problem(Code.STATE_CONFLICT, _("这件申请正由其他工作人员审核。"))
    _hold(application, by)
    return application


@transaction.atomic
def take_over(application_id: int, *, by: Actor) -> Application:
    """接手: take it out of a colleague's hands; it is written down. Raises as `claim`."""
    application = queries.decidable_for_update(by, application_id)
    check(application.state, application.turn, "approve", Who.STAFF)
    from_whom = application.claimed_by_id
    _hold(application, by)
    if from_whom not in (None, by.user_id):
        record("applications.take_over", application, by=by, from_user=from_whom)
    return application


@transaction.atomic
def let_go(application_id: int, *, by: Actor) -> Application:
    """Put it back; nothing happens where the actor has it not in hand. Raises Problem: `not_found`."""
    application = queries.decidable_for_update(by, application_id)
    if application.claimed_by_id == by.user_id:
        application.claimed_by = application.claimed_until = None
        application.save(update_fields=["claimed_by", "claimed_until"])
    return application


def _hold(application: Application, by: Actor) -> None:
    application.claimed_by_id = by.user_id
    application.claimed_until = clock.now() + LEASE
    application.save(update_fields=["claimed_by", "claimed_until"])
