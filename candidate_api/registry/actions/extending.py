"""个别延期: more time for one candidate of one's own offices."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates.queries import visible_for_update
from candidate_api.registry.states import MAY_EXTEND
from cms.windows import actions as windows
from cms.windows.models import WindowExtension
from cms.windows.queries import extensions_of
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem


@transaction.atomic
def extend(candidate_id: int, window_id: int, until: datetime, reason: str, *, by: Actor) -> WindowExtension:
    """Let the candidate do what the window is for until `until`; again changes it. They are told.

    Raises Problem: `permission_denied`, `not_found` for records of other offices, `state_conflict` for an account that
    is frozen or closed, `validation_failed` where `until` is no later time.
    """
    candidate = visible_for_update(by, candidate_id, *MAY_EXTEND)
    if not candidate.user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用。"))
    return windows.extend(window_id, candidate.user, until, by=by, reason=reason)


@transaction.atomic
def end_extension(candidate_id: int, extension_id: int, reason: str, *, by: Actor) -> WindowExtension:
    """Let one of the candidate's extensions end now. Raises as `extend`; `state_conflict` where it has ended."""
    candidate = visible_for_update(by, candidate_id, *MAY_EXTEND)
    if not extensions_of(candidate.user_id).filter(pk=extension_id).exists():
        raise Problem(Code.NOT_FOUND, _("没有这项个别延期。"))
    return windows.end_extension(extension_id, by=by, reason=reason)
