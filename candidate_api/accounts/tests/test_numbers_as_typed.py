"""A mobile as telephones, address books and Chinese keyboards give it is the same mobile everywhere."""

import pytest
from django.test import Client

from candidate_api.accounts import actions, notice
from candidate_api.accounts.models import Device, VerificationCode
from candidate_api.accounts.rules import Purpose
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import clean_account
from portal.kernel.text import clean_mobile
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
MOBILE = "13912345678"
TYPED = [
    "139 1234 5678",
    "139-1234-5678",
    "１３９１２３４５６７８",
    "+86 139 1234 5678",
    "008613912345678",
    "86-13912345678",
    "\u202d+86 139\u20111234\u20115678\u202c",
    "\u2068139\u00a01234\u00a05678\u2069",
]


def solved():
    return dict(zip(("captcha_id", "captcha_value"), map(str, life.solved_captcha()), strict=True))


@pytest.mark.parametrize("typed", TYPED)
def test_it_is_stored_in_one_form(typed):
    assert clean_mobile(typed) == clean_account(typed) == MOBILE


@pytest.mark.parametrize("other", ["8613912345", "86139123456789", "+8512345678", "0010110102626", "139123456789"])
def test_what_is_no_mobile_is_not_made_one(other):
    assert clean_mobile(other) != MOBILE
    assert clean_account(other) == other, "a document's number keeps all that it has"


@pytest.mark.parametrize("typed", TYPED[:5])
def test_registered_and_signed_in_as_it_was_typed(api, typed):
    assert api.post("/api/v1/auth/sms-codes/", {"mobile": typed, "purpose": "register"} | solved()).status_code == 202
    given = {
        "notice_version": notice.CURRENT,
        "name": "韦小莉",
        "id_type": "resident_id",
        "id_number": life.id_number(123),
        "mobile": typed,
        "sms_code": life.code_sent_to(MOBILE),
        "password": life.PASSWORD,
    }
    assert api.post("/api/v1/auth/register/", given).status_code == 201
    assert User.objects.get(is_candidate=True).mobile == MOBILE
    again = {"account": typed, "password": life.PASSWORD}
    assert api.post("/api/v1/auth/login/password/", again).status_code == 200
    assert api.post("/api/v1/auth/sms-codes/", {"mobile": typed, "purpose": "login"} | solved()).status_code == 202
    by_code = {"mobile": MOBILE, "sms_code": life.code_sent_to(MOBILE)}
    assert api.post("/api/v1/auth/login/sms/", by_code).status_code == 200


def test_wrong_passwords_count_for_one_account_however_it_is_typed(api):
    life.registered(mobile=MOBILE)
    for typed in TYPED[:3]:
        answer = api.post("/api/v1/auth/login/password/", {"account": typed, "password": "wrong-one-1"})
        assert answer.json()["code"] == "invalid_credentials"
    answer = api.post("/api/v1/auth/login/password/", {"account": MOBILE, "password": life.PASSWORD})
    assert answer.json()["code"] == "captcha_required"


@pytest.mark.parametrize("channel", ["mobile", "account"])
def test_a_reset_begins_with_it(api, channel):
    life.registered(mobile=MOBILE)
    asked = {"channel": channel, "identifier": "+86 139-1234-5678"} | solved()
    assert api.post("/api/v1/auth/password-reset/", asked).json()["destination"] == "139****5678"
    assert life.code_sent_to(MOBILE)


def test_a_new_mobile_is_bound_with_it(api):
    person = life.registered()
    person.user.refresh_from_db()
    token, _ends = actions.issue_token(person.user, "", by=life.VISITOR)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    actions.send_sms_code("139 1234 5678", Purpose.BIND, *life.solved_captcha(), by=life.VISITOR)
    given = {"mobile": "+86 139 1234 5678", "new_sms_code": life.code_sent_to(MOBILE)}
    assert api.post("/api/v1/me/mobile/", given).status_code == 204
    person.user.refresh_from_db()
    assert person.user.mobile == MOBILE


def test_on_the_web_it_is_taken_too(client: Client):
    life.registered(mobile=MOBILE)
    typed = {"mobile": "+86 139-1234-5678"}
    assert "短信将在一分钟内送达" in client.post("/login/?way=sms", typed | {"act": "code"} | solved()).content.decode()
    assert client.post("/login/?way=sms", typed | {"sms_code": life.code_sent_to(MOBILE)}).url == "/me/"
    client.post("/logout/")
    assert client.post("/login/", {"account": "139 1234 5678", "password": life.PASSWORD}).url == "/me/"


@pytest.mark.parametrize("wrong", ["139 1234 567", "+86 139 1234 56789", "+1 139 1234 5678", "२३९१२३४५६७८"])
def test_another_number_is_refused_and_nothing_is_sent(api, wrong):
    answer = api.post("/api/v1/auth/sms-codes/", {"mobile": wrong, "purpose": "register"} | solved())
    assert [(e["field"], e["detail"]) for e in answer.json()["errors"]] == [("mobile", "请填写11位手机号码。")]
    assert not VerificationCode.objects.exists()
    assert not Candidate.objects.exists()
    assert not Device.objects.exists()
