"""考试计划 at the desk: the plan's columns, its groups and its courses on one form, saved as a whole."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.forms import formset_factory
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.generic import CopyView

from candidate_api.catalogue import queries
from candidate_api.catalogue.actions import remove_plan, save_plan
from candidate_api.catalogue.actions.plans import GroupDraft, Head, LineDraft
from candidate_api.catalogue.admin.forms import CodeInput, KeptForm, form_for
from candidate_api.catalogue.admin.screens import Create, Delete, Edit, Inspect, KeptViewSet
from candidate_api.catalogue.kinds import Kind
from candidate_api.catalogue.models import Course, PlanVersion
from candidate_api.catalogue.states import Category, Rule
from portal.kernel.admin import at_desk, yes_or_no

_HEAD = tuple(Head.__dataclass_fields__)
_PLAN = Kind("plan", PlanVersion, ("major", *_HEAD), fixed=("major", "code"))
_CURRENT = yes_or_no("is_current", _("现行"))
_COURSES = "plan-courses"  # one list of courses for all rows
_NOT_CHOSEN = ("", "")  # first in a select, so that a row that is left empty is sent empty


class GroupRow(forms.Form):
    order = forms.IntegerField(label=_("组"), min_value=1, max_value=99)
    label = forms.CharField(label=_("名称"), max_length=60)
    rule = forms.ChoiceField(label=_("要求"), choices=[_NOT_CHOSEN, *Rule.choices])
    min_courses = forms.IntegerField(label=_("最少门数"), min_value=0, max_value=99, required=False)
    min_credits = forms.IntegerField(label=_("最少学分"), min_value=0, max_value=300, required=False)
    all_without_foreign_language = forms.BooleanField(label=_("不考外语者全选"), required=False)


class LineRow(forms.Form):
    group = forms.IntegerField(label=_("组"), min_value=1, max_value=99)
    course = forms.RegexField(
        r"^[0-9]{5}\Z",
        label=_("课程代码"),
        widget=CodeInput(options=_COURSES),
        error_messages={"invalid": _("课程代码为5位数字。")},
    )
    credits = forms.IntegerField(label=_("学分"), min_value=0, max_value=50)
    category = forms.ChoiceField(label=_("课程类别"), choices=[_NOT_CHOSEN, *Category.choices])
    set_no = forms.IntegerField(label=_("组号"), min_value=1, max_value=9, required=False)
    is_foreign_language = forms.BooleanField(label=_("外语"), required=False)


class PlanForm(KeptForm):
    """The plan's columns, and a row for each group and course; rows that are left empty say nothing."""

    source: PlanVersion | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.source or (self.instance if self.instance.pk else None)
        groups, lines = _rows(shown) if shown else ([], [])
        data = self.data if self.is_bound else None
        self.groups = _formset(GroupRow, 2 if groups else 4)(data, prefix="groups", initial=groups)
        self.lines = _formset(LineRow, 5 if lines else 20)(data, prefix="lines", initial=lines)
        self.course_options = [(course.code, course.name) for course in Course.objects.all()]
        self.courses_id = _COURSES
        names = dict(self.course_options)
        for row in self.lines:
            row.course_name = names.get(str(row["course"].value() or ""), "")

    def is_valid(self) -> bool:
        parts = [super().is_valid(), self.groups.is_valid(), self.lines.is_valid()]
        if not all(parts[1:]) and not self.non_field_errors():
            self.add_error(None, _("课程组或课程填写有误，请检查标出的行。"))
        if all(parts):
            known = {row["order"] for row in _given(self.groups)}
            for n in sorted({row["group"] for row in _given(self.lines)} - known):
                self.add_error(None, _("课程填写的第%(n)d组不存在。") % {"n": n})
        return not self.errors and all(parts)

    def head(self) -> Head:
        return Head(**{name: self.cleaned_data[name] for name in _HEAD})

    def drafts(self) -> list[GroupDraft]:
        """The groups with their courses, in the order of the rows."""
        lines: dict[int, list[LineDraft]] = {}
        for row in _given(self.lines):
            given = {name: value for name, value in row.items() if name not in ("group", "DELETE")}
            lines.setdefault(row["group"], []).append(LineDraft(**given))
        made = []
        for row in _given(self.groups):
            given = {name: row[name] or 0 for name in ("min_courses", "min_credits")}
            made.append(
                GroupDraft(
                    row["order"],
                    row["label"],
                    row["rule"],
                    lines.get(row["order"], []),
                    all_without_foreign_language=row["all_without_foreign_language"],
                    **given,
                )
            )
        return made


def _formset(row: type[forms.Form], extra: int) -> Any:
    return formset_factory(row, extra=extra, can_delete=True, max_num=200, absolute_max=200)


def _given(formset: Any) -> Iterable[dict[str, Any]]:
    return [row.cleaned_data for row in formset if row.cleaned_data and not row.cleaned_data.get("DELETE")]


def _rows(plan: PlanVersion) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    groups, lines = [], []
    for group in plan.groups.prefetch_related("lines__course").order_by("order"):
        groups.append({name: getattr(group, name) for name in GroupRow.base_fields})
        for line in sorted(group.lines.all(), key=lambda line: line.order):
            row = {name: getattr(line, name) for name in LineRow.base_fields if name not in ("group", "course")}
            lines.append(row | {"group": group.order, "course": line.course.code})
    return groups, lines


class _SavesPlan:
    form: Any
    request: Any

    def save_instance(self) -> PlanVersion:
        form, given = self.form, self.form.cleaned_data
        return save_plan(
            form.instance.pk,
            given["major"],
            form.head(),
            form.drafts(),
            by=at_desk(self.request),
            reason=given["reason"],
            seen=given["seen"],
        )


class CreatePlan(_SavesPlan, Create):
    pass


class EditPlan(_SavesPlan, Edit):
    pass


class CopyPlan(_SavesPlan, Create, CopyView):
    """A new version like this one, not yet current."""

    def get_initial_form_instance(self) -> PlanVersion:
        source = get_object_or_404(PlanVersion.objects.select_related("major"), pk=self.kwargs["pk"])
        columns = {name: getattr(source, name) for name in _HEAD if name not in ("code", "is_current")}
        return PlanVersion(major=source.major, **columns)

    def get_form_class(self) -> Any:
        made: Any = super().get_form_class()
        source = get_object_or_404(PlanVersion, pk=self.kwargs["pk"])
        return type(made.__name__, (made,), {"source": source})


class DeletePlan(Delete):
    def delete_action(self) -> None:
        remove_plan(self.object.pk, by=at_desk(self.request), reason=self.form.cleaned_data["reason"])


class InspectPlan(Inspect):
    """The plan as candidates know it: groups with their courses."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"plan": queries.plan_of(self.object.major, self.object.code)}


class PlanViewSet(KeptViewSet):
    kind = _PLAN
    name = "catalogue-plans"
    icon = "list-ol"
    menu_label = _("考试计划")
    related = ("major",)
    add_view_class = CreatePlan
    edit_view_class = EditPlan
    copy_view_class = CopyPlan
    delete_view_class = DeletePlan
    inspect_view_class = InspectPlan
    create_template_name = edit_template_name = "catalogue/admin/plan_form.html"
    inspect_template_name = "catalogue/admin/plan.html"
    copy_view_enabled = True
    list_display: ClassVar = ["__str__", "valid_from", "credits_required", "courses_required", _CURRENT]
    list_filter: ClassVar = ["is_current", "major__level"]
    search_fields: ClassVar = ["major__code", "major__name", "code"]

    def get_form_class(self, for_update: bool = False) -> Any:
        return form_for(self.kind, PlanForm)
