"""The shapes of 业务办理."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.kernel.api import Input, Query
from portal.kernel.states import Who
from review.applications.models import Application
from review.applications.states import ACTIONS, APPLICATION
from review.materials.models import Material
from review.types.schema import form
from review.types.states import StepActor


class EligibilityOut(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())


class ConditionOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    value = serializers.CharField()


class MaterialRuleOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    help = serializers.CharField()
    min = serializers.IntegerField()
    max = serializers.IntegerField()
    required_if = ConditionOut(allow_null=True)
    sample = serializers.CharField()


class TypeStepOut(serializers.Serializer[Any]):
    label = serializers.CharField()
    actor = serializers.ChoiceField(choices=StepActor.choices)
    onsite = serializers.BooleanField()
    working_days = serializers.IntegerField()


class ConsentTextOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    version = serializers.CharField()
    text = serializers.CharField()


class TypeListOut(serializers.Serializer[Any]):
    slug = serializers.CharField(source="type.slug")
    title = serializers.CharField(source="type.title")
    is_open = serializers.BooleanField(source="opening.is_open")
    opens_at = serializers.DateTimeField(source="opening.opens_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="opening.closes_at", allow_null=True)


class TypeOut(TypeListOut):
    introduction = serializers.CharField(source="type.introduction")
    version = serializers.IntegerField(source="type.version")
    eligibility = EligibilityOut(allow_null=True, help_text="null without a token")
    form = serializers.SerializerMethodField()
    materials = MaterialRuleOut(many=True, source="configuration.materials")
    steps = TypeStepOut(many=True, source="configuration.steps")
    consents = ConsentTextOut(many=True, source="configuration.consents")

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_form(self, shown: dict[str, Any]) -> dict[str, Any]:
        return form(shown["configuration"].questions, shown["options"])


class MaterialOut(serializers.Serializer[Material]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    name = serializers.CharField(source="file.name")
    content_type = serializers.CharField(source="file.content_type")
    size = serializers.IntegerField(source="file.size")
    added_at = serializers.DateTimeField()


class RemarkOut(serializers.Serializer[Any]):
    target = serializers.CharField(help_text="key of a question or of a kind of paper; empty: the whole application")
    text = serializers.CharField()


class EventOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    who = serializers.CharField()
    step = serializers.CharField(source="step_label")
    to_state = serializers.ChoiceField(choices=APPLICATION.choices)
    note = serializers.CharField()
    remarks = RemarkOut(many=True)


class ApplicationListOut(serializers.Serializer[Application]):
    number = serializers.CharField()
    type = serializers.CharField(source="type.slug")
    title = serializers.CharField(source="type.title")
    state = serializers.ChoiceField(choices=APPLICATION.choices)
    state_label = serializers.CharField()
    step = serializers.CharField(source="step_label")
    due_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS)))
    def get_allowed_actions(self, application: Application) -> list[str]:
        return application.allowed_to(Who.CANDIDATE)


class VerdictOut(serializers.Serializer[Any]):
    row = serializers.DictField()
    passed = serializers.BooleanField()
    note = serializers.CharField()


class ApplicationOut(ApplicationListOut):
    data = serializers.SerializerMethodField()
    materials = MaterialOut(many=True, source="papers.all")
    timeline = serializers.SerializerMethodField()
    remarks = RemarkOut(many=True)
    verdicts = serializers.SerializerMethodField(help_text="of each row that was decided by itself, once it is over")
    unavailable = serializers.BooleanField(
        source="is_unavailable",
        help_text="who has to be asked gives no answer; it is asked again by itself",
    )
    agreed = serializers.SerializerMethodField(help_text="keys of the consents given")

    @extend_schema_field({"type": "object", "additionalProperties": True})
    def get_data(self, application: Application) -> dict[str, Any]:
        return application.answers

    @extend_schema_field(EventOut(many=True))
    def get_timeline(self, application: Application) -> Any:
        return EventOut([event for event in application.events.all() if event.told], many=True).data

    @extend_schema_field(VerdictOut(many=True))
    def get_verdicts(self, application: Application) -> list[dict[str, Any]]:
        return [{"row": row, "passed": passed, "note": note} for row, passed, note in application.told_rows]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_agreed(self, application: Application) -> list[str]:
        return sorted({agreement.key for agreement in application.agreements.all()})

    @classmethod
    def of(cls, application: Application) -> Any:
        """The application as the store has it now."""
        rows = Application.objects.prefetch_related("papers__file", "events", "agreements").select_related("type")
        return cls(rows.get(pk=application.pk)).data


class ApplicationIn(Input):
    type = serializers.SlugField(max_length=40)
    data = serializers.DictField(default=dict)


class DataIn(Input):
    data = serializers.DictField()


class ConsentIn(Input):
    key = serializers.CharField(max_length=40)
    version = serializers.CharField(max_length=20)


class ApplicationQuery(Query):
    type = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=APPLICATION.choices, required=False)


MATERIAL_BODY = {
    "multipart/form-data": {
        "type": "object",
        "required": ["key"],
        "properties": {
            "key": {"type": "string"},
            "file": {"type": "string", "format": "binary"},
            "reuse": {"type": "integer", "description": "instead of a file: the id of a paper given before"},
        },
    }
}
