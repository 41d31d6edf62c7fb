"""合理便利 is granted for a session, and taken back."""

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.accommodations import queries
from candidate_api.accommodations.models import Accommodation
from candidate_api.accommodations.rules import MAY_GRANT, MOST_WORDS
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid


@transaction.atomic
def grant(number: str, session: ExamSession, arranged: str, *, by: Actor) -> Accommodation:
    """Let the candidate of that 准考证号 sit in accessible rooms in the session; `arranged` is what the site prepares.

    Who is seated already stays where they sit until somebody moves them. Raises Problem: `permission_denied`,
    `not_found`, `validation_failed`, `state_conflict` for a closed session or where it is granted already.
    """
    _authorise(by)
    arranged = arranged.strip()
    if not 1 <= len(arranged) <= MOST_WORDS:
        raise invalid("arranged", "invalid", _("安排内容须为1至%(most)d字。") % {"most": MOST_WORDS})
    candidate = queries.candidate_for_update(by, number)
    if session.closed:
        raise Problem(Code.STATE_CONFLICT, _("该考期已结束。"))
    made, new = Accommodation.objects.get_or_create(
        session=session,
        candidate=candidate,
        defaults={"arranged": arranged, "granted_by_id": by.user_id or 0, "granted_at": clock.now()},
    )
    if not new:
        raise Problem(Code.STATE_CONFLICT, _("该考生本考期已有合理便利。"))
    record("accommodations.grant", made, by=by, session=session.code, candidate=candidate.pk)
    return made


@transaction.atomic
def withdraw(accommodation_id: int, reason: str, *, by: Actor) -> None:
    """Take it back; the row goes, since it tells of somebody's health. Raises Problem: `permission_denied`,
    `not_found`."""
    _authorise(by)
    row = queries.one(by, accommodation_id)
    record("accommodations.withdraw", row, by=by, note=reason, session=row.session.code, candidate=row.candidate_id)
    row.delete()


def _authorise(by: Actor) -> None:
    if by.user_id is None or not by.has_role(*MAY_GRANT):
        raise Problem(Code.PERMISSION_DENIED)
