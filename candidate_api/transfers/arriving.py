"""转入: a record arrives from another province, by import. What becomes of it is an application of its candidate's."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.results.queries import passed_course_codes
from candidate_api.results.states import PASS_MARK
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from review.applications import actions as applications
from review.applications.models import Application
from review.types.configuration import Answers


@dataclass(frozen=True)
class Arrived:
    """One course as the other province sent it; `mark` is 60 to 100, or a grade in words."""

    course: str
    name: str
    mark: str
    session: str = ""

    def as_row(self) -> Answers:
        row = {"course": self.course, "name": self.name, "mark": self.mark, "session": self.session}
        return {key: value for key, value in row.items() if value}


@transaction.atomic
def arrive(candidate: Candidate, province: str, number: str, lines: Sequence[Arrived], *, by: Actor) -> Application:
    """A record has arrived from another province: it waits for the candidate's 确认, courses that are none of ours for
    the office first. For imports and staff; raises Problem: `permission_denied`, `validation_failed`,
    `state_conflict` where one is open already."""
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    if candidate.state != "enrolled" or not passed_course_codes(candidate.pk):
        detail = _("考生须在广西有考籍并有一门以上课程合格。")
        raise Problem(Code.VALIDATION_FAILED, detail, errors=[FieldError("candidate", "not_eligible", detail)])
    if any(line.mark.isdecimal() and not PASS_MARK <= int(line.mark) <= 100 for line in lines):
        detail = _("转入的成绩须为60至100分。")
        raise Problem(Code.VALIDATION_FAILED, detail, errors=[FieldError("lines", "invalid", detail)])
    answers = {"province": province, "number": number, "lines": [line.as_row() for line in lines]}
    return applications.arrive("transfer-in", candidate.user, answers, by=by)
