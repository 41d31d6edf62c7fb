"""Shapes of what is sent and answered about a person's own record."""

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from candidate_api.candidates import queries, rules
from candidate_api.candidates.actions import state_label
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.proving import Proof
from candidate_api.candidates.states import CANDIDATE, Category, Gender, IdType
from candidate_api.catalogue.models import CodeItem, District, Major
from candidate_api.catalogue.states import Level
from portal.kernel.api import Input
from portal.kernel.text import clean, mask_mobile


class CandidateOut(serializers.Serializer[Candidate]):
    """The candidate as clients see them: numbers masked, always."""

    name = serializers.CharField(source="user.name")
    candidate_number = serializers.CharField(allow_null=True, help_text="准考证号")
    state = serializers.ChoiceField(choices=CANDIDATE.choices)
    state_label = serializers.SerializerMethodField()
    id_type = serializers.ChoiceField(choices=IdType.choices)
    id_number = serializers.CharField(source="masked_id_number")
    mobile = serializers.SerializerMethodField()
    category = serializers.ChoiceField(choices=Category.choices)

    def get_state_label(self, candidate: Candidate) -> str:
        return state_label(candidate)

    def get_mobile(self, candidate: Candidate) -> str:
        return mask_mobile(candidate.user.mobile)


class ProfileOut(CandidateOut):
    category_label = serializers.CharField(source="get_category_display")
    gender = serializers.ChoiceField(choices=Gender.choices, allow_blank=True)
    birth_date = serializers.DateField(allow_null=True)
    former_name = serializers.CharField()
    ethnicity = serializers.CharField()
    political_status = serializers.CharField()
    education = serializers.CharField()
    occupation = serializers.CharField()
    employer = serializers.CharField()
    native_place = serializers.CharField()
    household_area = serializers.CharField()
    household_type = serializers.CharField()
    address_area = serializers.CharField()
    address = serializers.CharField()
    postcode = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField(source="user.email")
    district = serializers.CharField(source="district.code", default=None, allow_null=True)
    major = serializers.CharField(source="major.code", default=None, allow_null=True)
    level = serializers.ChoiceField(
        Level.choices, source="major.level", default=None, allow_null=True, help_text="报考层次"
    )
    assisting_school = serializers.CharField(
        source="assisting_school.code", default=None, allow_null=True, help_text="助学单位"
    )
    photo = serializers.SerializerMethodField()
    contact_confirmed_for = serializers.CharField(help_text="手机号码和通信地址已为哪个考期确认，例如 2026-10")
    locked = serializers.SerializerMethodField(help_text="不能自行修改、须办理考生信息变更的各项")

    def get_locked(self, candidate: Candidate) -> list[str]:
        return queries.locked(candidate)

    @extend_schema_field(serializers.BooleanField)
    def get_photo(self, candidate: Candidate) -> bool:
        return candidate.photo_id is not None


class CodeOf(serializers.CharField):
    """A code of one of the office's lists; refused where the list does not have it."""

    def __init__(self, code_list: str, **kwargs: Any) -> None:
        self.code_list = code_list
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if value and not CodeItem.objects.filter(list=self.code_list, code=value).exists():
            raise serializers.ValidationError(_("没有这个代码。"), code="unknown_code")
        return value


class AreaOrProvince(serializers.CharField):
    """户籍所在地, 通信地址: a county of Guangxi, or another province."""

    def to_internal_value(self, data: Any) -> str:
        value: str = super().to_internal_value(data)
        if value and not queries.is_area_or_province(value):
            raise serializers.ValidationError(_("没有这个代码。"), code="unknown_code")
        return value


class Text(serializers.CharField):
    """Free text as people type it: full-width digits normalised, control characters gone."""

    def to_internal_value(self, data: Any) -> str:
        value = clean(super().to_internal_value(data))
        if not value and not self.allow_blank:  # what is left of invisible characters
            self.fail("blank")
        return value


class Digits(Text):
    """Text of a form that is known, judged when it is normalised."""

    def __init__(self, form: str, wrong: str, **kwargs: Any) -> None:
        super().__init__(validators=[RegexValidator(form, wrong, "invalid")], **kwargs)


def secret_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=200, trim_whitespace=False, **options)


def code_field(**options: Any) -> serializers.CharField:
    return serializers.CharField(max_length=10, **options)


class ProofIn(Input):
    """That it is still they: the password, or a code of the purpose `bind` to what is bound now. Without any, a proof
    or sign-in of the last ten minutes on this device counts where the endpoint allows it."""

    password = secret_field(required=False, default="")
    sms_code = code_field(required=False, default="")
    email_code = code_field(required=False, default="")

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The body, with `proof` in place of its three fields."""
        given = super().read(request)
        password = given.pop("password", "") or given.pop("old_password", "")
        return given | {"proof": Proof(password, given.pop("sms_code"), given.pop("email_code"))}


class ProfileIn(ProofIn):
    """Any part of the profile; what is left out stays as it is. Name and document up to the first passed course; a
    change of these asks for a proof, all else for none."""

    name = serializers.CharField(max_length=100, error_messages={"max_length": rules.NAME_WRONG})
    id_type = serializers.ChoiceField(IdType.choices)
    id_number = serializers.CharField(max_length=40)
    gender = serializers.ChoiceField(Gender.choices)
    birth_date = serializers.DateField()
    former_name = Text(max_length=60, allow_blank=True)
    ethnicity = CodeOf("ethnicity")
    political_status = CodeOf("political_status")
    education = CodeOf("education")
    occupation = CodeOf("occupation")
    employer = Text(max_length=100, allow_blank=True)
    native_place = Text(max_length=60, allow_blank=True)
    household_area = AreaOrProvince(allow_blank=True)
    household_type = CodeOf("household_type", allow_blank=True)
    address_area = AreaOrProvince()
    address = Text(max_length=200)
    postcode = Digits(rules.POSTCODE, rules.POSTCODE_WRONG, allow_blank=True)
    phone = Digits(rules.PHONE, rules.PHONE_WRONG, max_length=20, allow_blank=True)
    email = serializers.CharField(help_text="只读：到 me/email/ 绑定")
    mobile = serializers.CharField(help_text="只读：到 me/mobile/ 绑定")
    district = serializers.SlugRelatedField(slug_field="code", queryset=District.objects.all())
    major = serializers.SlugRelatedField(slug_field="code", queryset=Major.objects.all())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields

    def validate_email(self, email: str) -> str:
        raise serializers.ValidationError(_("电子邮箱需验证，请到“绑定邮箱”（me/email/）修改。"), code="read_only")

    def validate_mobile(self, mobile: str) -> str:
        raise serializers.ValidationError(_("手机号码需验证，请到“绑定手机”（me/mobile/）修改。"), code="read_only")


class ContactIn(Input):
    session = serializers.RegexField(r"^[0-9]{4}-(04|10)$")


class FaultOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class PhotoCheckOut(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    converted = serializers.BooleanField(help_text="照片会被转换成规格要求的尺寸、格式和大小")
    errors = FaultOut(many=True)
