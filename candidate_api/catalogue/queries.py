"""Reads of the catalogue. It is public: nothing here depends on who asks."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from candidate_api.catalogue import rules
from candidate_api.catalogue.models import (
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


def majors(q: str = "", level: str = "", school: str = "", status: str = "") -> QuerySet[Major]:
    """Majors by name or code, with their host schools and their current plan in `current_plans`."""
    found = Major.objects.select_related("school").prefetch_related(
        "co_schools",
        Prefetch("plans", PlanVersion.objects.filter(is_current=True), to_attr="current_plans"),
    )
    if q:
        found = found.filter(Q(name__icontains=q) | Q(code__icontains=q) | Q(old_code__icontains=q))
    if level:
        found = found.filter(level=level)
    if school:
        # A subquery, not a join: the second host of a major must not list it twice.
        co_hosted = Major.co_schools.through.objects.filter(school__code=school).values("major_id")
        found = found.filter(Q(school__code=school) | Q(pk__in=co_hosted))
    if status:
        found = found.filter(status=status)
    return found


def plan_of(major: Major, version: str = "") -> PlanVersion | None:
    """The plan of that version, or the current one, with groups and lines; None where there is none."""
    lines = PlanCourse.objects.select_related("course__theory").order_by("order")
    groups = PlanGroup.objects.order_by("order").prefetch_related(Prefetch("lines", lines))
    plans = PlanVersion.objects.prefetch_related(Prefetch("groups", groups))
    chosen = plans.filter(major=major, code=version) if version else plans.filter(major=major, is_current=True)
    return chosen.first()


def facts(plan: PlanVersion) -> rules.Plan:
    """The plan as plain values for `rules`; cheap on a plan from `plan_of`."""
    return rules.Plan(
        major=plan.major.code,
        version=plan.code,
        level=plan.major.level,
        credits_required=plan.credits_required,
        courses_required=plan.courses_required,
        groups=tuple(
            rules.Group(
                order=group.order,
                rule=group.rule,
                lines=tuple(
                    rules.Line(
                        line.course.code,
                        line.credits,
                        line.set_no,
                        line.is_foreign_language,
                        line.course.theory.code if line.course.theory else None,
                    )
                    for line in group.lines.all()
                ),
                min_courses=group.min_courses,
                min_credits=group.min_credits,
                all_without_foreign_language=group.all_without_foreign_language,
            )
            for group in plan.groups.all()
        ),
    )


def courses(q: str = "", major: str = "") -> QuerySet[Course]:
    """Courses by name or code; those of a major's current plan."""
    found = Course.objects.select_related("theory")
    if q:
        found = found.filter(Q(name__icontains=q) | Q(code__icontains=q))
    if major:
        found = found.filter(pk__in=_in_current_plan(major))
    return found


def course_ids_for(major: str) -> QuerySet[Course]:
    """Courses that serve a major's current plan: its own, and what stands for them under 课程顶替."""
    own = _in_current_plan(major)
    standing_in = Substitution.objects.filter(mutual=True, old__in=own).values("new")
    return Course.objects.filter(Q(pk__in=own) | Q(pk__in=standing_in))


def _in_current_plan(major: str) -> QuerySet[PlanCourse]:
    lines = PlanCourse.objects.filter(group__plan__is_current=True, group__plan__major__code=major)
    return lines.values("course_id")  # type: ignore[return-value]


def substitutions() -> QuerySet[Substitution]:
    """课程顶替 with their courses."""
    return Substitution.objects.prefetch_related("old", "new")


def swaps(session: str) -> list[rules.Swap]:
    """The substitutions that hold in that session, as plain values for `rules.credited`."""
    holding = substitutions().filter(Q(valid_to="") | Q(valid_to__gte=session), valid_from__lte=session)
    return [
        rules.Swap(
            frozenset(course.code for course in one.old.all()),
            frozenset(course.code for course in one.new.all()),
            one.mutual,
        )
        for one in holding
    ]


def substitutions_in(plan: PlanVersion) -> QuerySet[Substitution]:
    """Those that a course of the plan takes part in, on either side."""
    return substitutions_of(Course.objects.filter(plan_lines__group__plan=plan).values("pk"))


def substitutions_of(courses: QuerySet[Course, Any]) -> QuerySet[Substitution]:
    """Those that any of the courses takes part in, on either side."""
    old = Substitution.old.through.objects.filter(course__in=courses).values("substitution_id")
    new = Substitution.new.through.objects.filter(course__in=courses).values("substitution_id")
    return substitutions().filter(Q(pk__in=old) | Q(pk__in=new))


def textbooks(q: str = "", course: str = "", session: str = "", major: str = "") -> QuerySet[Textbook]:
    """Textbooks by title, author or course; those set for a session; those of a major's current plan."""
    found = Textbook.objects.select_related("course")
    if q:
        found = found.filter(
            Q(title__icontains=q)
            | Q(authors__icontains=q)
            | Q(course__name__icontains=q)
            | Q(course__code__icontains=q)
        )
    if course:
        found = found.filter(course__code=course)
    if session:
        found = found.filter(Q(valid_to="") | Q(valid_to__gte=session), valid_from__lte=session)
    if major:
        found = found.filter(course__in=course_ids_for(major))
    return found


def districts() -> QuerySet[District]:
    return District.objects.prefetch_related("areas")


def schools() -> QuerySet[School]:
    return School.objects.all()


def code_list(name: str) -> QuerySet[CodeItem]:
    """The entries of a code list in their order; empty where there is no such list."""
    return CodeItem.objects.filter(list=name)
