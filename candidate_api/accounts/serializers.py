"""Shapes of what is sent and answered about accounts."""

from typing import Any

from rest_framework import serializers

from candidate_api.accounts.models import Device, SignIn
from candidate_api.accounts.rules import Channel, Kind, Purpose, Way
from candidate_api.candidates.rules import NAME_WRONG, STEPS
from candidate_api.candidates.serializers import CandidateOut, ProofIn, code_field, secret_field
from candidate_api.candidates.states import IdType
from candidate_api.identity.api import IdentityOut
from portal.kernel.api import Input
from review.offices.states import Role


class NoticeOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    body = serializers.CharField(help_text="HTML")


class CaptchaOut(serializers.Serializer[Any]):
    captcha_id = serializers.UUIDField()
    image = serializers.CharField(help_text="PNG, data URI")
    work = serializers.DictField(
        help_text="ALTCHA v2 challenge; captcha_value is then ALTCHA's payload: base64 of {challenge, solution}"
    )
    expires_in = serializers.IntegerField(help_text="seconds")


class _WithCaptcha(Input):
    captcha_id = serializers.UUIDField()
    captcha_value = serializers.CharField(max_length=4000)


class SmsCodeIn(_WithCaptcha):
    mobile = serializers.CharField(max_length=30)
    purpose = serializers.ChoiceField([p for p in Purpose.choices if p[0] != Purpose.ON_SITE])


class EmailCodeIn(_WithCaptcha):
    email = serializers.CharField(max_length=254)
    purpose = serializers.ChoiceField([(one.value, one.label) for one in (Purpose.RESET, Purpose.BIND)])


class SentOut(serializers.Serializer[Any]):
    expires_in = serializers.IntegerField(help_text="seconds")
    resend_after = serializers.IntegerField(help_text="seconds")


class RegisterIn(Input):
    captcha_id = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="获取短信验证码时已完成校验码的，不必再提交"
    )
    captcha_value = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    notice_version = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100, error_messages={"max_length": NAME_WRONG})
    id_type = serializers.ChoiceField(IdType.choices)
    id_number = serializers.CharField(max_length=40)
    mobile = serializers.CharField(max_length=30)
    sms_code = serializers.CharField(max_length=10)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    device = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class PasswordLoginIn(Input):
    account = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    device = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    captcha_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    captcha_value = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class SmsLoginIn(Input):
    mobile = serializers.CharField(max_length=30)
    sms_code = serializers.CharField(max_length=10)
    device = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class SignedInOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    candidate = CandidateOut()


class ProofCodeIn(Input):
    to = serializers.ChoiceField(("mobile", "email"))


class PasswordIn(ProofIn):
    password = None
    old_password = secret_field(required=False, default="")
    new_password = secret_field()
    confirm_password = secret_field()


class MobileIn(ProofIn):
    mobile = serializers.CharField(max_length=30)
    new_sms_code = code_field()


class EmailIn(ProofIn):
    email = serializers.CharField(max_length=254)
    new_email_code = code_field()


class ResetIn(_WithCaptcha):
    channel = serializers.ChoiceField(Channel.choices)
    identifier = serializers.CharField(max_length=254)


class ResetStartedOut(serializers.Serializer[Any]):
    reset_id = serializers.CharField()
    destination = serializers.CharField(help_text="masked")
    expires_in = serializers.IntegerField(help_text="seconds")
    resend_after = serializers.IntegerField(help_text="seconds")


class ResetCodeIn(Input):
    reset_id = serializers.CharField(max_length=100)
    code = code_field()


class ResetTokenOut(serializers.Serializer[Any]):
    reset_token = serializers.CharField()


class NewPasswordIn(Input):
    reset_token = serializers.CharField(max_length=100)
    new_password = secret_field()
    confirm_password = secret_field()


class DeviceOut(serializers.Serializer[Device]):
    """Where somebody is signed in. `expires_at` is the latest end; it comes earlier where the device is not used."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    label = serializers.CharField()
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField(help_text="to a few minutes")
    expires_at = serializers.DateTimeField()
    current = serializers.SerializerMethodField()

    def get_current(self, device: Device) -> bool:
        return bool(device.pk == self.context["current"])


class SignInOut(serializers.Serializer[SignIn]):
    """That somebody signed in, also where the device is signed out since. `way` is empty where it was not
    written down."""

    at = serializers.DateTimeField()
    way = serializers.ChoiceField(Way.choices, allow_blank=True)
    way_label = serializers.CharField(source="get_way_display")
    kind = serializers.ChoiceField(Kind.choices)
    label = serializers.CharField()
    address = serializers.CharField()


class RevokedOut(serializers.Serializer[Any]):
    revoked = serializers.IntegerField()


class StepOut(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=STEPS)
    label = serializers.CharField()
    done = serializers.BooleanField()


class MeOut(serializers.Serializer[Any]):
    candidate = CandidateOut()
    onboarding = StepOut(many=True)
    identity = IdentityOut()
    roles = serializers.ListField(child=serializers.ChoiceField(choices=["candidate", *Role.values]))
