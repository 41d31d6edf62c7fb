"""考生类别 and 助学单位 of one person, where no roster says it."""

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_for_update
from candidate_api.candidates.rules import SCHOOL_MISFITS, school_fits
from candidate_api.catalogue.models import School
from candidate_api.registry.states import MAY_ASSIGN
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid


@transaction.atomic
def assign_school(candidate_id: int, category: str, school_code: str, reason: str, *, by: Actor) -> Candidate:
    """Set both together; an empty `school_code` is none. What is registered for already stays as it is.

    Raises Problem: `permission_denied`, `not_found`, `validation_failed` naming `school`, `state_conflict` where
    nothing would change or the record is closed.
    """
    candidate = visible_for_update(by, candidate_id, *MAY_ASSIGN)
    if not candidate.user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用，不能修改。"))
    school = School.objects.filter(code=school_code).first() if school_code else None
    if school_code and school is None:
        raise invalid("school", "unknown", _("没有这个助学单位"))
    if not school_fits(category, school is not None):
        raise invalid("school", "misfit", SCHOOL_MISFITS)
    before = _facts(candidate)
    candidate.category, candidate.assisting_school = category, school
    if _facts(candidate) == before:
        raise Problem(Code.STATE_CONFLICT, _("与现在的考生类别和助学单位相同。"))
    candidate.save(update_fields=["category", "assisting_school"])
    record("registry.assign_school", candidate, by=by, note=reason, before=before, after=_facts(candidate))
    return candidate


def _facts(candidate: Candidate) -> dict[str, str]:
    school = candidate.assisting_school
    return {"category": candidate.category, "school": school.code if school else ""}
