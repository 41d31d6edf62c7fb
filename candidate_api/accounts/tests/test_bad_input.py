"""Whatever is sent to the doors of the house: a sentence, a code, nothing changed, never a 500."""

import json

import pytest

from candidate_api.accounts.models import VerificationCode
from candidate_api.candidates.models import Candidate
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db

CAPTCHA = {"captcha_id": "00000000-0000-0000-0000-000000000000", "captcha_value": "abcd"}
DOORS = {
    "captcha/": {},
    "sms-codes/": {"mobile": "13800001234", "purpose": "login", **CAPTCHA},
    "email-codes/": {"email": "someone@example.org", "purpose": "reset", **CAPTCHA},
    "register/": {
        "notice_version": "2026-10",
        "name": "韦小莉",
        "id_type": "resident_id",
        "id_number": life.id_number(1),
        "mobile": "13800001234",
        "sms_code": "123456",
        "password": life.PASSWORD,
        **CAPTCHA,
    },
    "login/password/": {"account": "13800001234", "password": life.PASSWORD},
    "login/sms/": {"mobile": "13800001234", "sms_code": "123456"},
}
WITH_FIELDS = sorted(set(DOORS) - {"captcha/"})
DEEP = '{"a":' * 100_000
BODIES = {
    "nothing": "",
    "half": "{",
    "list": "[]",
    "null": "null",
    "text": '"x"',
    "nan": '{"mobile": NaN}',
    "deep": DEEP,
    "deep list": "[" * 100_000,
    "digits": '{"mobile": ' + "9" * 10_000 + "}",
    "half a character": '{"\\ud800": "\\udfff"}',
    "half a character as value": '{"purpose": "\\ud800", "id_type": "\\ud800", "mobile": "\\ud800"}',
    "not utf-8": b'{"mobile": "\xff\xfe"}',
}
VALUES = {
    "null": None,
    "list": [],
    "object": {"a": 1},
    "true": True,
    "null byte": "1380000\x001234",
    "emoji": "😀" * 5,
    "long": "1" * 10_000,
    "half a character": "1380000\ud800",
    "markup": "<script>alert(1)</script>",
    "empty": "",
    "blank": "   ",
}


def post(api, door, body):
    return api.post(f"/api/v1/auth/{door}", body, content_type="application/json")


def nothing_changed():
    return [model.objects.count() for model in (User, Candidate, VerificationCode, Message)] == [0, 0, 0, 0]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("door", WITH_FIELDS)
def test_a_body_that_is_none(api, door, body):
    answer = post(api, door, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]
    assert nothing_changed()


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("door", WITH_FIELDS)
def test_a_field_of_the_wrong_kind(api, door, value):
    """Each field in turn: refused by name, or by the captcha, the code or the password that is wrong anyway."""
    for name in DOORS[door]:
        answer = post(api, door, json.dumps(DOORS[door] | {name: value}))
        assert answer.status_code in {400, 401}, (name, answer.content)
        assert answer.json()["detail"], name
    assert nothing_changed()


@pytest.mark.parametrize("door", WITH_FIELDS)
def test_a_field_that_is_not_declared(api, door):
    answer = post(api, door, json.dumps(DOORS[door] | {"is_staff": True}))
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("is_staff", "unknown_field")]
    assert nothing_changed()


@pytest.mark.parametrize("door", WITH_FIELDS)
def test_ten_megabytes(api, door):
    answer = post(api, door, json.dumps(DOORS[door] | {"padding": "x" * 10_000_000}))
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    assert nothing_changed()


@pytest.mark.parametrize("door", WITH_FIELDS)
def test_another_format(api, door):
    answer = api.post(f"/api/v1/auth/{door}", "mobile=1", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_full_width_digits_are_what_they_mean(api):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in "13800001234")
    captcha_id, value = life.solved_captcha()
    given = {"mobile": wide, "purpose": "register", "captcha_id": str(captcha_id), "captcha_value": value}
    assert api.post("/api/v1/auth/sms-codes/", given).status_code == 202
    assert Message.objects.get().address == "13800001234"
