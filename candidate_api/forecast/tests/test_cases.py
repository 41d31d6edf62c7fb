"""The hand-made table against the rules and the solver, on the plans of the fixtures and on small invented ones."""

from random import Random

import pytest

from candidate_api.catalogue.models import Course, Major, PlanVersion
from candidate_api.catalogue.queries import facts, plan_of, swaps
from candidate_api.catalogue.rules import Plan
from candidate_api.catalogue.states import Rule
from candidate_api.forecast import rules
from candidate_api.forecast.queries import outlooks
from candidate_api.forecast.rules import Pass, exchanges, forecast
from candidate_api.forecast.solver import best_count
from candidate_api.forecast.tests.cases import CASES, Case
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
FORCED = {Rule.ALL_OF, Rule.GRADUATION}


def read(plan: Plan, text: str) -> list[Pass]:
    forced = [line.course for group in plan.groups if group.rule in FORCED for line in group.lines]
    words = text.split()
    without = {word[1:] for word in words if word.startswith("-")}
    passes = [Pass(code) for code in forced if code not in without] if "all" in words else []
    named = [word for word in words if word != "all" and not word.startswith("-")]
    return passes + [Pass(word.rstrip("!"), "exemption" if word.endswith("!") else "written") for word in named]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_case_comes_out_as_worked_out_by_hand(case: Case) -> None:
    plan, known = case.plan, exchanges(case.swaps)
    if isinstance(plan, str):
        stored = plan_of(Major.objects.get(code=plan))
        assert stored is not None
        plan, known = facts(stored), exchanges(swaps("2026-10"))
    passes = read(plan, case.passed)
    tally = best_count(plan, passes, known)
    assert tally is not None
    found = forecast(plan, passes, known, tally, stopped=case.stopped)

    thesis = " T" if found.thesis_missing else ""
    counts = f"{found.credits_earned} {found.courses_passed} {found.courses_missing} {found.practice_missing}{thesis}"
    assert (found.standing, counts) == (case.standing, case.expect)
    assert {one.course: why.value for one, why in found.uncounted} == case.uncounted
    by = {one.line.course: " ".join(sorted(p.course for p in one.passes)) for one in found.substituted}
    assert by == case.by


def test_the_table_is_long_enough() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("major", "limit"), [("080901", 3), ("030101K", 4), ("120203K", 3), ("530601", 3)])
def test_a_third_of_the_professional_courses_may_be_exempted(major: str, limit: int) -> None:
    stored = plan_of(Major.objects.get(code=major))
    assert stored is not None
    assert rules.exemption_limit(facts(stored)) == limit
    stored.exemption_limit = 7
    assert rules.exemption_limit(facts(stored)) == 7


def test_each_course_that_is_passed_brings_every_major_nearer_to_its_end() -> None:
    """On the plans and the timetable of the fixtures, pass by pass in several orders, up to the last."""
    candidate = life.enrolled()
    session = ExamSession.objects.get(code="2025-10")
    courses = {course.code: course for course in Course.objects.all()}
    for plan in PlanVersion.objects.filter(is_current=True).select_related("major"):
        stored = plan_of(plan.major)
        assert stored is not None
        codes = list(facts(stored).courses)
        Random(plan.major.code).shuffle(codes)
        Score.objects.filter(candidate=candidate).delete()
        before = (1000, 0, 1000)
        for code in ["", *codes]:
            if code:
                values = {"score": 70, "status": "passed", "recorded_at": clock.now()}
                Score.objects.create(candidate=candidate, session=session, course=courses[code], **values)
            found = outlooks(candidate, [plan.major])[plan.major.code]
            assert found.forecast is not None
            known = before[2] if found.path.problem or found.path.unknown else found.path.length
            after = (found.forecast.remaining, -found.forecast.credits_earned, known)
            assert all(now <= then for now, then in zip(after, before, strict=True)), (plan, code, before, after)
            before = after
        assert before[0] == 0, "whoever has passed all of a plan may graduate"
