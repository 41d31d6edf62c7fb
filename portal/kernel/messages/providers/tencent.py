"""Tencent Cloud SMS (API 2021-01-11) through its own SDK. Settings stand in SMS_TENCENT."""

from django.conf import settings
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from portal.kernel.messages.providers.contract import Away, Sms, Undelivered, template_id

TIMEOUT = 5  # seconds, to connect and to read

# Refusals that are about this text or this number; whatever else is refused would be refused for everybody.
_OF_THE_MESSAGE = (
    "InvalidParameterValue.IncorrectPhoneNumber",
    "InvalidParameterValue.TemplateParameter",
    "UnsupportedOperation.",
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.PhoneNumberInBlacklist",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "LimitExceeded.PhoneNumber",
)


class Tencent:
    name = "tencent"

    def send(self, sms: Sms) -> None:
        given = settings.SMS_TENCENT
        request = SendSmsRequest()
        request.SmsSdkAppId = given["app_id"]
        request.SignName = given["sign_name"]
        request.TemplateId = template_id(given["templates"], sms)
        request.TemplateParamSet = list(sms.values.values())
        request.PhoneNumberSet = [f"+86{sms.mobile}"]
        try:
            [status] = _client(given).SendSms(request).SendStatusSet
        except TencentCloudSDKException as error:
            raise _refusal(str(error.code), str(error.message)) from error
        except (TypeError, ValueError, KeyError) as error:  # an answer that is none
            raise Away(f"tencent: {type(error).__name__}") from error
        if status.Code != "Ok":
            raise _refusal(status.Code, status.Message)


def _client(given: dict[str, str]) -> SmsClient:
    protocol, _, host = given["endpoint"].partition("://")
    profile = ClientProfile(httpProfile=HttpProfile(protocol=protocol, endpoint=host, reqTimeout=TIMEOUT))
    return SmsClient(Credential(given["secret_id"], given["secret_key"]), given["region"], profile)


def _refusal(code: str, message: str) -> Undelivered:
    kind = Undelivered if code.startswith(_OF_THE_MESSAGE) else Away
    return kind(f"tencent: {code}: {message}")
