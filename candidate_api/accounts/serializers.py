"""Shapes of what is sent and answered about accounts."""

from typing import Any

from rest_framework import serializers

from candidate_api.accounts.rules import Purpose
from candidate_api.candidates.serializers import CandidateOut
from candidate_api.candidates.states import IdType
from portal.kernel.api import Input


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
    purpose = serializers.ChoiceField(Purpose.choices)


class SentOut(serializers.Serializer[Any]):
    expires_in = serializers.IntegerField(help_text="seconds")
    resend_after = serializers.IntegerField(help_text="seconds")


class RegisterIn(_WithCaptcha):
    notice_version = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100)
    id_type = serializers.ChoiceField(IdType.choices)
    id_number = serializers.CharField(max_length=40)
    mobile = serializers.CharField(max_length=30)
    sms_code = serializers.CharField(max_length=10)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    device = serializers.CharField(max_length=80, required=False, default="")


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


class StepOut(serializers.Serializer[Any]):
    step = serializers.CharField()
    label = serializers.CharField()
    done = serializers.BooleanField()


class MeOut(serializers.Serializer[Any]):
    candidate = CandidateOut()
    onboarding = StepOut(many=True)
    roles = serializers.ListField(child=serializers.CharField())
