"""What an approved application writes into the record."""

from typing import Any

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, PlanCourse
from candidate_api.results.models import Score
from candidate_api.results.queries import for_update
from candidate_api.results.states import PASS_MARK, Status
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record


def worth(candidate: Candidate) -> dict[int, int]:
    """By course, the credits that the current plan of the candidate's major gives."""
    lines = PlanCourse.objects.filter(group__plan__major=candidate.major_id, group__plan__is_current=True)
    return dict(lines.values_list("course_id", "credits"))


def credit(candidate: Candidate, course: Course, source: str, *, application: int, by: Actor, **fields: Any) -> Score:
    """A score that came by an application, passed unless `fields` say otherwise."""
    values = {"status": Status.PASSED, "recorded_at": clock.now(), "source": source} | fields
    score = Score.objects.create(candidate=candidate, course=course, **values)
    record("results.credit", score, by=by, source=str(source), course=course.code, application=application)
    return score


def correct(score_id: int, mark: int, *, application: int, by: Actor) -> Score:
    """Another mark for a score that was told; passed or failed follows from it. What was before is in the audit log."""
    score = for_update(score_id)
    before = {"score": score.score, "status": score.status}
    score.score, score.status = mark, Status.PASSED if mark >= PASS_MARK else Status.FAILED
    score.save(update_fields=["score", "status"])
    record("results.correct", score, by=by, before=before, after={"score": mark, "status": str(score.status)},
           application=application)  # fmt: skip
    return score
