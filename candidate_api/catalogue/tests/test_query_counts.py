from typing import Any

import pytest

from candidate_api.catalogue.models import (
    Area,
    CodeItem,
    Course,
    District,
    Major,
    PlanCourse,
    PlanGroup,
    PlanVersion,
    School,
    Substitution,
    Textbook,
)

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"


def populate(n: int) -> None:
    """`n` of everything that lists show, each major with a plan of its own."""
    district = District.objects.create(code="450100", name="南宁市")
    for i in range(n):
        school = School.objects.create(code=f"{10000 + i}", name=f"学校{i}")
        other = School.objects.create(code=f"{20000 + i}", name=f"学校{i}")
        theory = Course.objects.create(
            code=f"{10000 + i}", name="理论", assessment="written", paper="national", category="core"
        )
        practice = Course.objects.create(
            code=f"{20000 + i}", name="实践", assessment="practice", paper="school", category="core", is_practice=True,
            theory=theory,
        )  # fmt: skip
        major = Major.objects.create(
            code=f"{100000 + i}", name="专业", level="bachelor", discipline="工学", school=school
        )
        major.co_schools.add(other)
        plan = PlanVersion.objects.create(
            major=major, code="2026", valid_from="2026-04", credits_required=6, courses_required=1, is_current=True
        )
        group = PlanGroup.objects.create(plan=plan, order=1, label="必考", rule="all_of")
        for course in (theory, practice):
            PlanCourse.objects.create(group=group, course=course, order=1, credits=3, category="core")
        Textbook.objects.create(
            course=theory, title="书", publisher="社", edition_year=2026, valid_from="2026-04", valid_to=""
        )
        Area.objects.create(code=f"{450101 + i}", name="县", district=district)
        CodeItem.objects.create(list="some", code=str(i), label=str(i), order=i)


@pytest.mark.parametrize("n", [1, 50])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("majors/?page_size=100", 5),  # the stamp, the count, the majors, co-hosts, current plans
        ("courses/?page_size=100", 3),
        ("textbooks/?page_size=100", 3),
        ("districts/", 4),
        ("schools/", 3),
        ("codes/some/", 4),
    ],
)
def test_as_many_queries_for_fifty_rows_as_for_one(
    api: Any, django_assert_num_queries: Any, n: int, path: str, queries: int
) -> None:
    populate(n)
    with django_assert_num_queries(queries):
        page = api.get(BASE + path).json()
    assert page["count"] >= n or path == "districts/"


@pytest.mark.parametrize("n", [1, 50])
def test_a_plan_of_fifty_courses_costs_as_much_as_one(api: Any, django_assert_num_queries: Any, n: int) -> None:
    populate(n + 1)
    group = PlanGroup.objects.get(plan__major__code="100000")
    for i in range(1, n + 1):
        course = Course.objects.get(code=f"{20000 + i}")
        PlanCourse.objects.create(group=group, course=course, order=1 + i, credits=1, category="core")
        swap = Substitution.objects.create(code=str(i), valid_from="2026-04")
        swap.old.set([course])
        swap.new.set([Course.objects.get(code=f"{10000 + i}")])
    # The stamp; the major, co-hosts and current plan; plan, groups and lines; versions; substitutions and both sides.
    with django_assert_num_queries(11):
        detail = api.get(f"{BASE}majors/100000/").json()
    assert len(detail["plan"]["groups"][0]["courses"]) == n + 2
    assert len(detail["substitutions"]) == n


@pytest.mark.parametrize("n", [1, 50])
def test_a_course_in_fifty_plans_costs_as_much_as_in_one(api: Any, django_assert_num_queries: Any, n: int) -> None:
    populate(n)
    course = Course.objects.get(code="10000")
    for i in range(1, n):
        group = PlanGroup.objects.get(plan__major__code=f"{100000 + i}")
        PlanCourse.objects.create(group=group, course=course, order=9, credits=3, category="core")
    # The stamp; the course, practice parts, textbooks, plan lines; substitutions.
    with django_assert_num_queries(6):
        detail = api.get(f"{BASE}courses/10000/").json()
    assert len(detail["plans"]) == n
