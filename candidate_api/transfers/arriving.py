"""转入: a record arrives from another province, by import. What becomes of it is an application of its candidate's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates.models import Candidate
from candidate_api.results.queries import passed_course_codes
from candidate_api.transfers.rules import is_passed
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from review.applications import actions as applications
from review.applications.models import Application
from review.applications.states import OPEN
from review.types.configuration import Answers

TYPE = "transfer-in"


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
    the office first. For imports; raises Problem: `permission_denied`, `validation_failed`, `state_conflict` where one
    is open already."""
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    if candidate.state != "enrolled" or not passed_course_codes(candidate.pk):
        detail = _("考生须在广西有考籍并有一门以上课程合格。")
        raise Problem(Code.VALIDATION_FAILED, detail, errors=[FieldError("candidate", "not_eligible", detail)])
    if not all(is_passed(line.mark) for line in lines):
        detail = _("转入的成绩须为60至100分，或合格以上等级。")
        raise Problem(Code.VALIDATION_FAILED, detail, errors=[FieldError("lines", "invalid", detail)])
    answers = {"province": province, "number": number, "lines": [line.as_row() for line in lines]}
    return applications.arrive(TYPE, candidate.user, answers, by=by)


def take_back(application_id: int, reason: str, *, by: Actor) -> Application:
    """It should not have come. Raises Problem `state_conflict` once its candidate has confirmed it."""
    return applications.recall(application_id, reason, by=by)


def who_waits(candidates: Collection[int]) -> frozenset[int]:
    """Which of these candidates have a record on its way in that is not over: one at a time."""
    rows = Application.objects.filter(type__slug=TYPE, state__in=OPEN, applicant__candidate__in=candidates)
    return frozenset(rows.values_list("applicant__candidate", flat=True))
