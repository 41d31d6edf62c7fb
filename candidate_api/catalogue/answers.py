"""How the catalogue is written as JSON. Codes decide; each has its label beside it."""

from typing import Any

from rest_framework import serializers

from candidate_api.catalogue.models import PlanGroup, Substitution
from candidate_api.catalogue.states import (
    Assessment,
    Category,
    FeeClass,
    Level,
    MajorStatus,
    OpenKind,
    Paper,
    Rule,
)


class Label(serializers.CharField):
    """The label of a coded column: `Label("status")` reads `get_status_display()`."""

    def __init__(self, column: str, **options: Any) -> None:
        super().__init__(source=f"get_{column}_display", read_only=True, **options)


class Named(serializers.Serializer[Any]):
    """A thing by its code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class DistrictAnswer(Named):
    areas = Named(many=True)


class CodeAnswer(serializers.Serializer[Any]):
    """What is retired is shown to whoever has it, and not offered."""

    code = serializers.CharField()
    label = serializers.CharField()
    is_retired = serializers.BooleanField()


# -- courses ----------------------------------------------------------------------------------------------------
class CourseAnswer(Named):
    assessment = serializers.ChoiceField(Assessment.choices)
    assessment_label = Label("assessment")
    paper = serializers.ChoiceField(Paper.choices)
    paper_label = Label("paper")
    category = serializers.ChoiceField(Category.choices)
    category_label = Label("category")
    is_practice = serializers.BooleanField()
    theory = Named(allow_null=True)
    fee_class = serializers.ChoiceField(FeeClass.choices)
    fee_class_label = Label("fee_class")


class TextbookAnswer(serializers.Serializer[Any]):
    course = Named()
    title = serializers.CharField()
    authors = serializers.CharField()
    publisher = serializers.CharField()
    edition_year = serializers.IntegerField()
    isbn = serializers.CharField(allow_null=True)
    valid_from = serializers.CharField(help_text="适用考期：从")
    valid_to = serializers.CharField(help_text="适用考期：至；空表示仍在使用")


class SubstitutionAnswer(serializers.Serializer[Substitution]):
    code = serializers.CharField()
    old = Named(many=True)
    new = Named(many=True)
    mutual = serializers.BooleanField()
    valid_from = serializers.CharField()
    valid_to = serializers.CharField()
    note = serializers.CharField()


class CoursePlanAnswer(serializers.Serializer[Any]):
    """Where a course is in a current plan."""

    major = Named(source="group.plan.major")
    version = serializers.CharField(source="group.plan.code")
    rule = serializers.ChoiceField(Rule.choices, source="group.rule")
    rule_label = serializers.CharField(source="group.get_rule_display")
    credits = serializers.IntegerField()


class CourseDetail(CourseAnswer):
    practices = Named(many=True)
    plans = CoursePlanAnswer(many=True, source="current_lines")
    textbooks = TextbookAnswer(many=True)
    substitutions = SubstitutionAnswer(many=True)


# -- majors -----------------------------------------------------------------------------------------------------
class MajorAnswer(Named):
    old_code = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    level_label = Label("level")
    school = Named(allow_null=True)
    co_schools = Named(many=True)
    discipline = serializers.CharField()
    degree = serializers.CharField()
    open_kind = serializers.ChoiceField(OpenKind.choices)
    open_kind_label = Label("open_kind")
    status = serializers.ChoiceField(MajorStatus.choices)
    status_label = Label("status")
    no_new_from = serializers.DateField(allow_null=True)
    last_exam = serializers.CharField()
    last_graduation = serializers.DateField(allow_null=True)
    restriction = serializers.CharField()
    credits_required = serializers.SerializerMethodField()
    courses_required = serializers.SerializerMethodField()

    def get_credits_required(self, major: Any) -> int | None:
        return major.current_plans[0].credits_required if major.current_plans else None

    def get_courses_required(self, major: Any) -> int | None:
        return major.current_plans[0].courses_required if major.current_plans else None


class LineAnswer(serializers.Serializer[Any]):
    course = CourseAnswer()
    credits = serializers.IntegerField()
    category = serializers.ChoiceField(Category.choices)
    category_label = Label("category")
    set_no = serializers.IntegerField(allow_null=True)
    is_foreign_language = serializers.BooleanField()


class GroupAnswer(serializers.Serializer[PlanGroup]):
    order = serializers.IntegerField()
    label = serializers.CharField()
    rule = serializers.ChoiceField(Rule.choices)
    rule_label = Label("rule")
    min_courses = serializers.IntegerField()
    min_credits = serializers.IntegerField()
    all_without_foreign_language = serializers.BooleanField()
    courses = LineAnswer(many=True, source="lines")


class VersionAnswer(serializers.Serializer[Any]):
    version = serializers.CharField(source="code")
    valid_from = serializers.CharField()
    is_current = serializers.BooleanField()
    credits_required = serializers.IntegerField()
    courses_required = serializers.IntegerField()
    note = serializers.CharField()


class PlanAnswer(VersionAnswer):
    groups = GroupAnswer(many=True)


class MajorDetail(MajorAnswer):
    plan = PlanAnswer(allow_null=True)
    versions = VersionAnswer(many=True)
    substitutions = SubstitutionAnswer(many=True)
