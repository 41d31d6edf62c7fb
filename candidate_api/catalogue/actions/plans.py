"""Keep a plan with its groups and lines: as a whole, since only the whole can be right or wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.catalogue import queries, rules, stamps
from candidate_api.catalogue.actions.keeping import (
    authorise,
    last_change,
    refuse,
    require,
    told,
    unchanged_since,
    validate,
)
from candidate_api.catalogue.models import Course, Major, PlanCourse, PlanGroup, PlanVersion
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem

__all__ = ["GroupDraft", "Head", "LineDraft", "last_change", "remove_plan", "save_plan"]


@dataclass(frozen=True)
class Head:
    """The plan's own columns; a plan stays with its major and keeps its code."""

    code: str
    valid_from: str
    credits_required: int
    courses_required: int
    is_current: bool = False
    exemption_limit: int | None = None
    note: str = ""


@dataclass(frozen=True)
class LineDraft:
    course: str
    credits: int
    category: str
    set_no: int | None = None
    is_foreign_language: bool = False


@dataclass(frozen=True)
class GroupDraft:
    order: int
    label: str
    rule: str
    lines: Sequence[LineDraft] = field(default=())
    min_courses: int = 0
    min_credits: int = 0
    all_without_foreign_language: bool = False


@transaction.atomic
def save_plan(
    pk: int | None,
    major: Major,
    head: Head,
    groups: Sequence[GroupDraft],
    *,
    by: Actor,
    reason: str,
    seen: int | None = None,
) -> PlanVersion:
    """Make a plan, or give the one of that key these groups and lines. Where it is current, the major's former current
    plan is so no longer. Raises Problem as `keeping.save`: a plan with faults is never kept.
    """
    authorise(by)
    plan = queries.for_update(PlanVersion, pk) if pk else PlanVersion(major=major, code=head.code)
    require(reason)
    stamps.lock()
    before = _facts(plan) if pk else {}
    if pk:
        unchanged_since(plan, seen)
        if (plan.major_id, plan.code) != (major.pk, head.code):
            raise Problem(Code.VALIDATION_FAILED, _("专业和版本不能修改，请另建一个版本。"))
    for name, value in asdict(head).items():
        setattr(plan, name, value)
    courses = _courses(groups)
    refuse(rules.faults(_plain(plan, groups, courses)))
    with stamps.held():
        if plan.is_current:
            _retire_others(plan, by=by, reason=reason)
        validate(plan)
        plan.save()
        _write(plan, groups, courses)
    stamps.touch()
    after = _facts(plan)
    if after != before:
        told(f"plan.{'change' if pk else 'create'}", plan, before, after, by=by, reason=reason)
    return plan


@transaction.atomic
def remove_plan(pk: int, *, by: Actor, reason: str) -> None:
    """Take a plan away with its groups and lines. Raises Problem as `keeping.remove`; a current plan stays."""
    authorise(by)
    plan = queries.for_update(PlanVersion, pk)
    require(reason)
    stamps.lock()
    if plan.is_current:
        raise Problem(Code.STATE_CONFLICT, _("现行计划不能删除，请先将另一个版本设为现行。"))
    told("plan.delete", plan, _facts(plan), {}, by=by, reason=reason)
    plan.delete()


def _retire_others(plan: PlanVersion, *, by: Actor, reason: str) -> None:
    for other in PlanVersion.objects.filter(major=plan.major, is_current=True).exclude(pk=plan.pk):
        other.is_current = False
        other.save(update_fields=["is_current"])
        told("plan.change", other, {"is_current": True}, {"is_current": False}, by=by, reason=reason)


def _courses(groups: Sequence[GroupDraft]) -> dict[str, Course]:
    codes = {line.course for group in groups for line in group.lines}
    found = {course.code: course for course in Course.objects.select_related("theory").filter(code__in=codes)}
    refuse(_("没有课程%(code)s。") % {"code": code} for code in sorted(codes - found.keys()))
    return found


def _plain(plan: PlanVersion, groups: Sequence[GroupDraft], courses: dict[str, Course]) -> rules.Plan:
    def line(draft: LineDraft) -> rules.Line:
        course = courses[draft.course]
        return rules.Line(
            course.code,
            draft.credits,
            draft.set_no,
            draft.is_foreign_language,
            course.theory.code if course.theory else None,
            draft.category,
            course.is_practice,
        )

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
                lines=tuple(line(draft) for draft in group.lines),
                min_courses=group.min_courses,
                min_credits=group.min_credits,
                all_without_foreign_language=group.all_without_foreign_language,
            )
            for group in groups
        ),
        exemption_limit=plan.exemption_limit,
    )


def _write(plan: PlanVersion, groups: Sequence[GroupDraft], courses: dict[str, Course]) -> None:
    """Groups and lines anew: nothing refers to them but the plan, and the plan is locked."""
    plan.groups.all().delete()
    lines = []
    for draft in groups:
        values = {name: value for name, value in asdict(draft).items() if name != "lines"}
        group = PlanGroup(plan=plan, **values)
        group.full_clean(validate_unique=False, validate_constraints=False)
        group.save()
        for order, line in enumerate(draft.lines, 1):
            columns: dict[str, Any] = asdict(line) | {"course": courses[line.course]}
            lines.append(PlanCourse(group=group, order=order, **columns))
    PlanCourse.objects.bulk_create(lines)


def _facts(plan: PlanVersion) -> dict[str, Any]:
    """The whole plan as plain values: a group by its number, a course by its code."""
    found: dict[str, Any] = {name: getattr(plan, name) for name in Head.__dataclass_fields__}
    for group in plan.groups.prefetch_related("lines__course"):
        terms = f"{group.min_courses}/{group.min_credits}" if group.min_courses else ""
        switch = "all_without_foreign_language" if group.all_without_foreign_language else ""
        found[f"group {group.order}"] = " ".join(filter(None, [group.label, group.rule, terms, switch]))
        for line in group.lines.all():
            marks = [f"set {line.set_no}" if line.set_no else "", "foreign" if line.is_foreign_language else ""]
            text = [f"group {group.order}", str(line.credits), line.category, *marks]
            found[f"course {line.course.code}"] = " ".join(filter(None, text))
    return found
