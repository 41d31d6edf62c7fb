"""毕业论文答辩申请 (domain 9.9): the host school lets in who has 85 % of the plan's courses, and records grades."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.applications.applicants import of
from candidate_api.applications.kinds.credit import credit
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import PlanCourse
from candidate_api.catalogue.states import Assessment, Category
from candidate_api.results.queries import passed_course_codes
from candidate_api.results.states import Source, Status
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from review.types.kinds import Case, Facts, Kind

SHARE = 0.85
FAILED = "failed"


class ThesisDefence(Kind):
    label = gettext_lazy("毕业论文答辩")

    def eligibility(self, record: Candidate) -> list[str]:
        thesis = _thesis(record)
        if thesis is None:
            return [_("您的专业考试计划没有毕业论文。")]
        passed = passed_course_codes(record.pk)
        if thesis.course.code in passed:
            return [_("您的毕业论文已合格。")]
        done, needed = _progress(record)
        if done < needed * SHARE:
            words = {"done": done, "least": -(-needed * 85 // 100)}
            return [_("考试计划课程合格%(least)d门以上方可申请，您已合格%(done)d门。") % words]
        return []

    def facts(self, case: Case) -> Facts:
        candidate = of(case.applicant)
        done, needed = _progress(candidate)
        thesis = _thesis(candidate)
        return [
            (_("论文课程"), str(thesis.course) if thesis else ""),
            (_("计划要求门数"), str(needed)),
            (_("已合格门数"), str(done)),
        ]

    def on_approved(self, case: Case, *, by: Actor) -> None:
        """The grade becomes a score of the thesis; a failed one too, and it may be tried again."""
        candidate = of(case.applicant)
        thesis = _thesis(candidate)
        if thesis is None:
            raise Problem(Code.STATE_CONFLICT, _("考生专业的考试计划没有毕业论文，不能登记成绩。"))
        status = Status.FAILED if case.outcome == FAILED else Status.PASSED
        grade = GRADES[case.outcome]
        credit(candidate, thesis.course, Source.THESIS, application=case.pk, by=by, status=status, grade=grade)


# What the school's last step offers as outcomes, by code; the grade is kept in words.
GRADES = {"excellent": "优秀", "good": "良好", "medium": "中等", "pass": "及格", FAILED: "不及格"}


def _thesis(candidate: Candidate) -> PlanCourse | None:
    lines = PlanCourse.objects.filter(group__plan__major=candidate.major_id, group__plan__is_current=True)
    found = lines.filter(category=Category.GRADUATION, course__assessment=Assessment.THESIS)
    return found.select_related("course").order_by("group__order", "order").first()


def _progress(candidate: Candidate) -> tuple[int, int]:
    """How many courses of the current plan are passed, and how many it asks for, the graduation part aside."""
    lines = PlanCourse.objects.filter(group__plan__major=candidate.major_id, group__plan__is_current=True)
    courses = set(lines.exclude(category=Category.GRADUATION).values_list("course__code", flat=True))
    plan = candidate.major.plans.filter(is_current=True).first() if candidate.major else None
    return len(courses & passed_course_codes(candidate.pk)), plan.courses_required if plan else 0
