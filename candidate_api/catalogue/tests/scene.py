"""A plan as the desk sends it, a row's values as its form does."""

from typing import Any

from candidate_api.catalogue.actions import save_plan
from candidate_api.catalogue.actions.plans import GroupDraft, Head, LineDraft
from candidate_api.catalogue.kinds import Kind
from candidate_api.catalogue.models import PlanVersion
from portal.kernel.actor import Actor


def values(kind: Kind, row: Any) -> dict[str, Any]:
    many = {field.name for field in row._meta.many_to_many}
    return {name: list(getattr(row, name).all()) if name in many else getattr(row, name) for name in kind.fields}


def head(plan: PlanVersion) -> Head:
    return Head(**{name: getattr(plan, name) for name in Head.__dataclass_fields__})


def drafts(plan: PlanVersion) -> list[GroupDraft]:
    return [
        GroupDraft(
            group.order,
            group.label,
            group.rule,
            [
                LineDraft(line.course.code, line.credits, line.category, line.set_no, line.is_foreign_language)
                for line in group.lines.select_related("course").order_by("order")
            ],
            group.min_courses,
            group.min_credits,
            group.all_without_foreign_language,
        )
        for group in plan.groups.order_by("order")
    ]


def save_again(plan: PlanVersion, by: Actor | None = None) -> PlanVersion:
    by = by or Actor.system("tests")
    return save_plan(plan.pk, plan.major, head(plan), drafts(plan), by=by, reason="核对")
