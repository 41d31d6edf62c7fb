"""冻结 and 解冻 of an account."""

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.accounts.actions import end_all
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_for_update
from candidate_api.registry.models import Freeze
from candidate_api.registry.queries import active_freeze_for_update
from candidate_api.registry.states import FREEZE, MAY_FREEZE
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.actions import say
from portal.kernel.states import Who


@transaction.atomic
def freeze(candidate_id: int, reason: str, *, by: Actor) -> Candidate:
    """The person can no longer sign in; sessions and tokens end at once, and they are told.

    Raises Problem: `permission_denied`, `not_found` for records of other offices, `state_conflict` where the account
    is frozen or closed already.
    """
    candidate = visible_for_update(by, candidate_id, *MAY_FREEZE)
    if not candidate.user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用。"))
    made = Freeze.objects.create(
        candidate=candidate, reason=reason, frozen_by_id=by.user_id or 0, frozen_at=clock.now()
    )
    candidate.user.is_active = False
    candidate.user.save(update_fields=["is_active"])
    end_all(candidate.user)
    record("registry.freeze", made, by=by, to_state=made.state, note=reason, candidate=candidate.pk)
    say(f"registry.freeze:{made.pk}", "account_frozen", {}, to=candidate.user)
    return candidate


@transaction.atomic
def unfreeze(candidate_id: int, reason: str, *, by: Actor) -> Candidate:
    """The person may sign in again, and is told. Raises as `freeze`; `state_conflict` where nothing is frozen."""
    candidate = visible_for_update(by, candidate_id, *MAY_FREEZE)
    held = active_freeze_for_update(candidate)
    FREEZE.check(held.state, "lift", Who.STAFF)
    before = held.state
    held.lift()
    held.lift_reason, held.lifted_by_id, held.lifted_at = reason, by.user_id, clock.now()
    held.save()
    candidate.user.is_active = True
    candidate.user.save(update_fields=["is_active"])
    record(
        "registry.unfreeze", held, by=by, from_state=before, to_state=held.state, note=reason, candidate=candidate.pk
    )
    say(f"registry.unfreeze:{held.pk}", "account_unfrozen", {}, to=candidate.user)
    return candidate
