"""Alibaba Cloud SMS (Dysmsapi 2017-05-25): one signed call (ACS3-HMAC-SHA256). Settings stand in SMS_ALIYUN.

Its SDK brings twenty-nine packages for this one request, so the request is made here.
"""

import hashlib
import hmac
import json
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

import requests
from django.conf import settings

from portal.kernel import clock
from portal.kernel.messages.providers.contract import Away, Sms, Undelivered, template_id

TIMEOUT = (3, 5)  # seconds: to connect, to read

# Refusals that are about this text or this number; whatever else is refused would be refused for everybody.
_OF_THE_MESSAGE = (
    "isv.MOBILE_NUMBER_ILLEGAL",
    "isv.BUSINESS_LIMIT_CONTROL",
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.PARAM_",
    "isv.TEMPLATE_",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.INVALID_JSON_PARAM",
    "isv.INVALID_PARAMETERS",
    "MOBILE_NUMBER_ILLEGAL",
)


class Aliyun:
    name = "aliyun"

    def send(self, sms: Sms) -> None:
        given = settings.SMS_ALIYUN
        query = {
            "PhoneNumbers": sms.mobile,
            "SignName": given["sign_name"],
            "TemplateCode": template_id(given["templates"], sms),
            "TemplateParam": json.dumps(sms.values, ensure_ascii=False),
        }
        try:
            answer = requests.post(
                f"{given['endpoint']}/?{_canonical(query)}",
                headers=signed(given, "SendSms", query),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            told = answer.json()
            code = str(told.get("Code", ""))
        except (requests.RequestException, ValueError, AttributeError) as error:
            raise Away(f"aliyun: {type(error).__name__}") from error
        if code != "OK":
            kind = Undelivered if code.startswith(_OF_THE_MESSAGE) else Away
            raise kind(f"aliyun: {answer.status_code} {code}: {told.get('Message', '')}")


def signed(given: dict[str, str], action: str, query: dict[str, str]) -> dict[str, str]:
    """The headers of a POST without a body, signed as Alibaba's V3 scheme asks."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": urlsplit(given["endpoint"]).netloc,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": uuid4().hex,
        "x-acs-version": "2017-05-25",
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", "/", _canonical(query), lines, names, empty])
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    signature = hmac.new(given["key_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    credential = f"ACS3-HMAC-SHA256 Credential={given['key_id']},SignedHeaders={names},Signature={signature}"
    return headers | {"Authorization": credential}


def _canonical(query: dict[str, str]) -> str:
    return urlencode(sorted(query.items()), quote_via=quote, safe="~")
