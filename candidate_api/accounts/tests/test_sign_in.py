"""Signing in and out; what a stranger can find out by trying, and what trying costs."""

from datetime import timedelta

import pytest
import time_machine

from candidate_api.accounts.models import Device
from portal.kernel import clock
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
MOBILE = "13800001234"


@pytest.fixture
def person():
    return life.registered(mobile=MOBILE)


def sign_in(api, account=MOBILE, password=life.PASSWORD, **more):
    given = {"account": account, "password": password, "device": "测试机", **more}
    return api.post("/api/v1/auth/login/password/", given)


def test_by_mobile_by_id_number_and_by_candidate_number(api, reference):
    person = life.enrolled(mobile=MOBILE)
    for account in (MOBILE, person.id_number, person.id_number.lower(), person.candidate_number):
        answer = sign_in(api, account)
        assert answer.status_code == 200
        assert answer.json()["candidate"]["candidate_number"] == person.candidate_number


@pytest.mark.parametrize("account", ["mobile", "id_number", "candidate_number"])
def test_a_frozen_person_hears_of_it_and_a_stranger_does_not(api, client, reference, account):
    person = life.enrolled(mobile=MOBILE)
    User.objects.filter(pk=person.user_id).update(is_active=False)
    number = MOBILE if account == "mobile" else getattr(person, account)
    right = sign_in(api, number)
    assert (right.status_code, right.json()["code"]) == (403, "account_frozen")
    wrong, unknown = sign_in(api, number, "wrong"), sign_in(api, "13900009999", "wrong")
    said = {(a.status_code, a.json()["code"], a.json()["detail"]) for a in (wrong, unknown)}
    assert said == {(401, "invalid_credentials", "账号或密码不正确。")}
    page = client.post("/login/", {"account": number, "password": life.PASSWORD}).content.decode()
    assert "该账号已被冻结，暂时不能登录。请持本人有效证件到所属市招生考试院（自考办）咨询办理。" in page
    assert not Device.objects.exists()


def test_a_frozen_person_hears_of_it_by_their_code(api, client, person):
    User.objects.filter(pk=person.user_id).update(is_active=False)
    captcha = dict(zip(("captcha_id", "captcha_value"), life.solved_captcha(), strict=True))
    sent = api.post("/api/v1/auth/sms-codes/", {"mobile": MOBILE, "purpose": "login"} | captcha)
    assert sent.status_code == 202
    given = {"mobile": MOBILE, "sms_code": "000000", "device": "测试机"}
    code = life.code_sent_to(MOBILE)
    assert api.post("/api/v1/auth/login/sms/", given).json()["code"] == "code_invalid"
    answer = api.post("/api/v1/auth/login/sms/", given | {"sms_code": code})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_frozen")
    assert not Device.objects.exists()


def test_only_a_digest_of_the_token_is_stored_and_it_ends(api, person):
    token = sign_in(api).json()["token"]
    row = Device.objects.get()
    assert token != row.digest
    assert (row.kind, row.label) == ("app", "测试机")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/api/v1/me/").status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert api.get("/api/v1/me/").json()["code"] == "not_authenticated"


def test_one_device_signs_out_and_the_other_stays(api, person):
    first, second = sign_in(api).json()["token"], sign_in(api).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {first}")
    assert api.post("/api/v1/auth/logout/").status_code == 204
    assert api.get("/api/v1/me/").status_code == 401
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {second}")
    assert api.get("/api/v1/me/").status_code == 200


def test_the_oldest_of_too_many_devices_goes(api, person):
    tokens = [sign_in(api).json()["token"] for _ in range(11)]
    assert Device.objects.count() == 10
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens[0]}")
    assert api.get("/api/v1/me/").status_code == 401


def test_known_and_unknown_accounts_are_answered_alike(api, person):
    known, unknown = sign_in(api, password="wrong-one-1"), sign_in(api, "13911112222")
    assert (known.status_code, unknown.status_code) == (401, 401)
    same = {key: value for key, value in known.json().items() if key != "request_id"}
    assert same == {key: value for key, value in unknown.json().items() if key != "request_id"}


def test_three_failures_ask_for_a_captcha_and_never_lock(api, person):
    for _ in range(3):
        assert sign_in(api, password="wrong-one-1").json()["code"] == "invalid_credentials"
    assert sign_in(api).json()["code"] == "captcha_required"
    captcha_id, value = life.solved_captcha()
    wrong = sign_in(api, captcha_id=str(captcha_id), captcha_value="zzzz")
    assert wrong.json()["code"] == "captcha_invalid"
    captcha_id, value = life.solved_captcha()
    assert sign_in(api, captcha_id=str(captcha_id), captcha_value=value).status_code == 200
    assert sign_in(api).status_code == 200, "a success forgets the failures"


def test_failures_at_an_unknown_account_ask_alike(api):
    for _ in range(3):
        sign_in(api, "13911112222")
    assert sign_in(api, "13911112222").json()["code"] == "captcha_required"


def test_staff_do_not_sign_in_at_the_candidates_door(api, django_user_model):
    django_user_model.objects.create_user("editor", life.PASSWORD, name="编辑", is_staff=True)
    assert sign_in(api, "editor").json()["code"] == "invalid_credentials"


@pytest.mark.parametrize("header", ["Bearer nothing", "Bearer ", "Token x", "Bearer " + "x" * 5000])
def test_a_wrong_token_is_refused_in_one_shape(api, header):
    api.credentials(HTTP_AUTHORIZATION=header)
    answer = api.get("/api/v1/me/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
