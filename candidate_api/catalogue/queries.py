"""Reads of the catalogue. It is public: nothing here depends on who asks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import reduce
from itertools import groupby
from operator import or_
from typing import Any, TypeVar, cast

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

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
from candidate_api.catalogue.natural import Natural
from candidate_api.catalogue.states import MajorStatus
from portal.kernel import clock
from portal.kernel.errors import Code, Problem

MAX_WORDS = 6
Row = TypeVar("Row", bound=Natural)


def matching(q: str, *columns: str) -> Q:
    """What has every word of `q` in one of the columns. Two Chinese characters are a word: they are looked for inside
    the text. Words beyond the sixth are not looked at."""
    found = Q()
    for word in q.split()[:MAX_WORDS]:
        found &= reduce(or_, (Q(**{f"{column}__icontains": word}) for column in columns))
    return found


def majors(
    q: str = "", level: str = "", school: str = "", status: str = "", taking_new: bool = False
) -> QuerySet[Major]:
    """Majors by name or code, with their host schools and their current plan in `current_plans`."""
    found = Major.objects.select_related("school").prefetch_related(
        "co_schools",
        Prefetch("plans", PlanVersion.objects.filter(is_current=True), to_attr="current_plans"),
    )
    found = found.filter(matching(q, "name", "code", "old_code"))
    if level:
        found = found.filter(level=level)
    if school:
        # A subquery, not a join: the second host of a major must not list it twice.
        co_hosted = Major.co_schools.through.objects.filter(school__code=school).values("major_id")
        found = found.filter(Q(school__code=school) | Q(pk__in=co_hosted))
    if status:
        found = found.filter(status=status)
    if taking_new:
        found = found.filter(pk__in=taking_new_on(clock.today()))
    return found


def taking_new_on(day: date) -> QuerySet[Major]:
    """Majors that somebody new may choose on that day: not closed, and with a current plan to study by."""
    plan = PlanVersion.objects.filter(major=OuterRef("pk"), is_current=True)
    still = Q(no_new_from=None) | Q(no_new_from__gt=day)
    return Major.objects.filter(still, Exists(plan)).exclude(status=MajorStatus.CLOSED)


def plan_of(major: Major, version: str = "") -> PlanVersion | None:
    """The plan of that version, or the current one, with groups and lines; None where there is none."""
    plans = _whole_plans()
    chosen = plans.filter(major=major, code=version) if version else plans.filter(major=major, is_current=True)
    return chosen.first()


def current_plans(majors: Iterable[str]) -> dict[str, PlanVersion]:
    """By major code, the current plans of these majors with groups and lines. Three queries for any number."""
    plans = _whole_plans().select_related("major").filter(is_current=True, major__code__in=list(majors))
    return {plan.major.code: plan for plan in plans}


def bare_plans() -> dict[str, PlanVersion]:
    """By major code, every current plan with its major and without its courses. One query."""
    plans = PlanVersion.objects.select_related("major").filter(is_current=True).order_by("major__code")
    return {plan.major.code: plan for plan in plans}


def fill(plans: Iterable[PlanVersion]) -> None:
    """Give bare plans their groups and lines. Two queries for any number."""
    prefetch_related_objects(list(plans), _groups())


def _whole_plans() -> QuerySet[PlanVersion]:
    return PlanVersion.objects.prefetch_related(_groups())


def _groups() -> "Prefetch[Any]":
    lines = PlanCourse.objects.select_related("course__theory").order_by("order")
    return Prefetch("groups", PlanGroup.objects.order_by("order").prefetch_related(Prefetch("lines", lines)))


def facts(plan: PlanVersion) -> rules.Plan:
    """The plan as plain values for `rules`; cheap on a plan from `plan_of`."""
    return _plain(plan, [(group, list(group.lines.all())) for group in plan.groups.all()])


def plain_plan(major: str) -> rules.Plan | None:
    """The current plan of the major of that code as plain values for `rules`, with one query; None without one. No plan
    that is kept has a group without courses."""
    rows = PlanCourse.objects.filter(group__plan__is_current=True, group__plan__major__code=major)
    lines = list(rows.select_related("group__plan__major", "course__theory").order_by("group__order", "order"))
    if not lines:
        return None
    groups = [list(of) for _group, of in groupby(lines, key=lambda line: line.group_id)]
    return _plain(lines[0].group.plan, [(of[0].group, of) for of in groups])


def _plain(plan: PlanVersion, groups: Sequence[tuple[PlanGroup, Sequence[PlanCourse]]]) -> rules.Plan:
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
                        line.category,
                        line.course.is_practice,
                    )
                    for line in lines
                ),
                min_courses=group.min_courses,
                min_credits=group.min_credits,
                all_without_foreign_language=group.all_without_foreign_language,
            )
            for group, lines in groups
        ),
        exemption_limit=plan.exemption_limit,
    )


def courses(q: str = "", major: str = "") -> QuerySet[Course]:
    """Courses by name or code; those of a major's current plan."""
    found = Course.objects.select_related("theory")
    found = found.filter(matching(q, "name", "code"))
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


def substitution_faults() -> Iterator[str]:
    """What is wrong with all substitutions together: a circle. Three queries."""
    terms = [
        rules.Term(
            one.code,
            frozenset(course.code for course in one.old.all()),
            frozenset(course.code for course in one.new.all()),
            one.valid_from,
            one.valid_to,
        )
        for one in substitutions()
    ]
    if circle := rules.substitution_circle(terms):
        yield _("课程顶替形成循环：%(circle)s。") % {"circle": " → ".join(circle)}


def faults_of(plans: QuerySet[PlanVersion]) -> Iterator[str]:
    """What is wrong with any of these plans, each sentence naming its plan. Three queries for any number."""
    for plan in _whole_plans().select_related("major").filter(pk__in=plans.values("pk")):
        yield from (f"{plan}：{fault}" for fault in rules.faults(facts(plan)))


def plans_with(course: Course) -> QuerySet[PlanVersion]:
    """The plans that list the course or a practice part of it."""
    listed = PlanCourse.objects.filter(Q(course=course) | Q(course__theory=course))
    return PlanVersion.objects.filter(pk__in=listed.values("group__plan"))


def for_update(model: type[Row], pk: int) -> Row:
    """The row, locked against other changes at the desk but not against rows that refer to it; `not_found` if gone."""
    row = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if row is None:
        raise Problem(Code.NOT_FOUND)
    return cast(Row, row)


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
    found = found.filter(matching(q, "title", "authors", "course__name", "course__code"))
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
    """The entries of a code list in their order, retired ones too; empty where there is no such list."""
    return CodeItem.objects.filter(list=name)


def retired(chosen: dict[str, str]) -> set[str]:
    """Of these lists, each with the code chosen of it, those whose code nobody may choose any more."""
    wanted = Q(pk=None)
    for name, code in chosen.items():
        wanted |= Q(list=name, code=code)
    return set(CodeItem.objects.filter(wanted, is_retired=True).values_list("list", flat=True))
