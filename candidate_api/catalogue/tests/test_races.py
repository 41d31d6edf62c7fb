"""Two at the desk at the same moment: each is right by itself, together they would not be."""

from typing import Any

import pytest

from candidate_api.catalogue import kinds, queries
from candidate_api.catalogue.actions import save, save_plan
from candidate_api.catalogue.actions.plans import GroupDraft, Head, LineDraft
from candidate_api.catalogue.models import Course, Major, PlanVersion, Substitution
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
SYSTEM = Actor.system("tests")


def course(code: str, **more: Any) -> Course:
    values = {"code": code, "name": code, "assessment": "written", "paper": "province", "category": "core", **more}
    made = save(kinds.COURSES, None, values, by=SYSTEM, reason="新增")
    assert isinstance(made, Course)
    return made


def test_two_substitutions_at_once_make_no_circle() -> None:
    a, b = course("90001"), course("90002")
    pairs = [("p", a, b), ("q", b, a)]

    def make(n: int) -> str:
        code, old, new = pairs[n]
        given = {"code": code, "old": [old], "new": [new], "mutual": False, "valid_from": "2026-10"}
        try:
            save(kinds.SUBSTITUTIONS, None, given, by=SYSTEM, reason="同时")
        except Problem as problem:
            return str(problem.code)
        return "kept"

    found = threads(2, make)
    assert found.errors == {}
    assert sorted(found.values.values()) == sorted(["kept", str(Code.VALIDATION_FAILED)])
    assert Substitution.objects.filter(code__in="pq").count() == 1


def test_a_plan_and_the_course_it_relies_on_do_not_pass_each_other_by() -> None:
    """A plan that lists a practice part with its theory is made while the part goes over to another theory."""
    major = Major.objects.create(code="900001", name="试", level="associate", discipline="试")
    theory, other = course("90001"), course("90002")
    parts = [course(f"9010{n}", is_practice=True, assessment="practice", theory=theory) for n in range(6)]
    for number, part in enumerate(parts):
        lines = [LineDraft("90001", 4, "core"), LineDraft(part.code, 2, "core")]

        def change(n: int, part: Course = part, lines: list[LineDraft] = lines, code: str = str(number)) -> bool:
            try:
                if n:
                    save(kinds.COURSES, part.pk, {"theory": other}, by=SYSTEM, reason="同时")
                else:
                    groups = [GroupDraft(1, "必考", "all_of", lines)]
                    save_plan(None, major, Head(code, "2026-10", 6, 1), groups, by=SYSTEM, reason="同时")
            except Problem as problem:
                if problem.code != Code.VALIDATION_FAILED:
                    raise
                return False
            return True

        found = threads(2, change)
        assert found.errors == {}
        assert sorted(found.values.values()) == [False, True]
    assert list(queries.faults_of(PlanVersion.objects.all())) == []
