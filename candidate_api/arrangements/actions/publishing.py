"""What was drawn is made known, on a second person's word."""

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.arrangements import queries
from candidate_api.arrangements.actions.amending import up_to_date
from candidate_api.arrangements.models import Arrangement
from candidate_api.arrangements.states import ARRANGEMENT
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who


@transaction.atomic
def publish(session_code: str, note: str, *, by: Actor) -> Arrangement:
    """Make the seats of the session the ones that hold; candidates see them from the session's release instant on.

    Who was confirmed since the drawing is seated first, and seats of entries that ended are taken back. Raises
    Problem: `permission_denied`, also for whoever had it drawn, `not_found`, `state_conflict` where nothing is drawn,
    the session is closed, or seats are short (`shortages`).
    """
    if by.user_id is None or not queries.may_arrange(by):
        raise Problem(Code.PERMISSION_DENIED)
    session = queries.session_for_update(session_code)
    arrangement = queries.of_session(session)
    if arrangement is None:
        raise Problem(Code.NOT_FOUND, _("该考期还没有编排考场。"))
    ARRANGEMENT.check(arrangement.state, "publish", Who.STAFF)
    if arrangement.requested_by_id == by.user_id:
        raise Problem(Code.PERMISSION_DENIED, _("须由编排人以外的人员发布。"))
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束，不能再安排考场。"))
    seated, withdrawn = up_to_date(session, arrangement.seed)
    before = arrangement.state
    arrangement.publish()
    arrangement.done += len(seated) - len(withdrawn)
    arrangement.total, arrangement.version = arrangement.done, 1
    arrangement.published_by_id, arrangement.published_at = by.user_id, clock.now()
    arrangement.save()
    facts = {"from_state": before, "to_state": arrangement.state, "note": note, "session": session.code}
    record("arrangements.publish", arrangement, by=by, seated=len(seated), withdrawn=len(withdrawn), **facts)
    return arrangement
