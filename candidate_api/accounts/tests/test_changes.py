"""Changing password, mobile and e-mail: it is still they, the others are signed out, the old address is told."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from candidate_api.accounts import actions
from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import Purpose
from candidate_api.accounts.tests.test_devices import browser_of, token_of
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
NEW = "a-better-secret"
MOBILE = "13911110000"


@pytest.fixture
def person():
    return life.registered()


@pytest.fixture
def app(api, person):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    return api


def code_to_new_mobile(mobile=MOBILE):
    actions.send_sms_code(mobile, Purpose.BIND, *life.solved_captcha(), by=life.VISITOR)
    return life.code_sent_to(mobile)


def code_to_new_email(email):
    actions.send_email_code(email, Purpose.BIND, *life.solved_captcha(), by=life.VISITOR)
    return life.code_sent_to(email.lower())


def change(app, **given):
    return app.post("/api/v1/me/password/", {"new_password": NEW, "confirm_password": NEW} | given)


def told(person, template):
    return {(m.channel, m.address) for m in Message.objects.filter(template=template, recipient=person.user)}


def test_a_new_password_signs_everything_else_out(app, person):
    browser = browser_of(person)
    assert change(app, old_password=life.PASSWORD).status_code == 204
    assert browser.get("/me/").status_code == 302, "the old cookie is dead at once"
    assert app.get("/api/v1/me/").status_code == 200, "this device stays"
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)
    assert Device.objects.count() == 1
    assert told(person, "password_changed") == {("in_app", ""), ("sms", person.user.mobile)}
    assert AuditEntry.objects.get(verb="accounts.change_password").data == {"devices": 1}


def test_a_code_to_the_bound_mobile_is_as_good_as_the_old_password(app, person):
    assert app.post("/api/v1/me/proof/code/", {"to": "mobile"}).status_code == 202
    code = life.code_sent_to(person.user.mobile)
    assert change(app, sms_code=code).status_code == 204
    assert change(app, sms_code=code, new_password=NEW + "2", confirm_password=NEW + "2").json()["code"] == (
        "code_invalid"
    )


def test_a_code_to_an_address_that_is_not_bound_cannot_be_asked_for(app):
    answer = app.post("/api/v1/me/proof/code/", {"to": "email"}).json()
    assert [(e["field"], e["code"]) for e in answer["errors"]] == [("to", "not_bound")]


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({}, 403, None),
        ({"old_password": "wrong-one-1"}, 401, "old_password"),
        ({"sms_code": "123456"}, 400, "sms_code"),
        ({"email_code": "123456"}, 400, "email_code"),
        ({"old_password": life.PASSWORD, "confirm_password": "other"}, 400, "confirm_password"),
        ({"old_password": life.PASSWORD, "new_password": "short", "confirm_password": "short"}, 400, "new_password"),
        ({"old_password": life.PASSWORD, "user": 1}, 400, "user"),
    ],
)
def test_what_is_refused_changes_nothing(app, person, given, status, field):
    browser = browser_of(person)
    answer = change(app, **given)
    assert answer.status_code == status
    assert [e["field"] for e in answer.json()["errors"]] == ([field] if field else [])
    person.user.refresh_from_db()
    assert person.user.check_password(life.PASSWORD)
    assert browser.get("/me/").status_code == 200
    assert told(person, "password_changed") == set()


def test_the_password_of_before_is_no_new_one(app, person):
    browser = browser_of(person)
    same = {"new_password": life.PASSWORD, "confirm_password": life.PASSWORD}
    answer = change(app, old_password=life.PASSWORD, **same)
    assert answer.status_code == 400
    assert [(e["field"], e["code"], e["detail"]) for e in answer.json()["errors"]] == [
        ("new_password", "same", "新密码不能与当前密码相同。")
    ]
    guess = change(app, old_password="wrong-one-1", **same)
    assert [e["field"] for e in guess.json()["errors"]] == ["old_password"], "nobody tries passwords out by it"
    assert browser.get("/me/").status_code == 200
    assert told(person, "password_changed") == set()
    assert not AuditEntry.objects.filter(verb="accounts.change_password").exists()
    page = browser.post("/me/security/password/", {"old_password": life.PASSWORD} | same).content.decode()
    assert '<a href="#id_new_password">新密码不能与当前密码相同。</a>' in page


@pytest.mark.parametrize(
    "weak",
    [
        "1234567",
        "password1",
        "韦小莉1911",
        "zikao2026",
        "GXZK12345",
        "gxzikao123456"[:12],
        "{number}",
        "{tail}abc",
        "{mobile}88",
        "x" * 129,
    ],
)
def test_a_password_that_others_would_guess_is_refused(app, person, weak):
    weak = weak.format(number=person.id_number[6:14], tail=person.id_number[-6:], mobile=person.user.mobile)
    answer = change(app, old_password=life.PASSWORD, new_password=weak, confirm_password=weak)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "new_password")


@pytest.mark.parametrize("fine", ["八月桂花遍地开开", "correct horse battery", "x1" * 64, "zikao-and-more-than-that"])
def test_length_counts_and_not_the_mixture(app, fine):
    assert change(app, old_password=life.PASSWORD, new_password=fine, confirm_password=fine).status_code == 204


def test_a_stolen_session_cannot_guess_the_password(app, person):
    for _ in range(5):
        assert change(app, old_password="wrong-one-1").json()["code"] == "invalid_credentials"
    refused = change(app, old_password=life.PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    person.user.refresh_from_db()
    assert person.user.check_password(life.PASSWORD)
    app.post("/api/v1/me/proof/code/", {"to": "mobile"})
    assert change(app, sms_code=life.code_sent_to(person.user.mobile)).status_code == 204, "a code still helps"


def test_some_minutes_after_the_sign_in_a_proof_is_asked_for_and_then_counts(app, person):
    body = {"mobile": MOBILE, "new_sms_code": "000000"}
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        answer = app.post("/api/v1/me/mobile/", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_required")
        assert app.post("/api/v1/me/proof/", {}).json()["code"] == "proof_required"
        assert app.post("/api/v1/me/proof/", {"password": "wrong-one-1"}).status_code == 401
        assert app.post("/api/v1/me/proof/", {"password": life.PASSWORD}).status_code == 204
        assert app.post("/api/v1/me/mobile/", body | {"new_sms_code": code_to_new_mobile()}).status_code == 204
    with time_machine.travel(clock.now() + timedelta(minutes=22)):
        assert app.post("/api/v1/me/mobile/", body).json()["code"] == "proof_required"


def test_a_new_mobile_signs_in_and_the_old_one_is_told(app, person):
    old = person.user.mobile
    assert app.post("/api/v1/me/mobile/", {"mobile": MOBILE, "new_sms_code": code_to_new_mobile()}).status_code == 204
    person.user.refresh_from_db()
    assert person.user.mobile == MOBILE
    assert told(person, "mobile_changed") == {("in_app", ""), ("sms", old)}
    assert app.post("/api/v1/auth/login/password/", {"account": MOBILE, "password": life.PASSWORD}).status_code == 200
    assert app.post("/api/v1/auth/login/password/", {"account": old, "password": life.PASSWORD}).status_code == 401


def test_a_mobile_without_its_code_is_not_bound(app, person):
    old = person.user.mobile
    code = code_to_new_mobile("13911110001")
    answer = app.post("/api/v1/me/mobile/", {"mobile": MOBILE, "new_sms_code": code})
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("new_sms_code", "code_invalid")]
    person.user.refresh_from_db()
    assert person.user.mobile == old


def test_a_number_of_another_account_is_refused_to_whoever_holds_it_and_to_nobody_else(app, person):
    other = life.registered()
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        code = code_to_new_mobile(other.user.mobile)
        wrong = app.post("/api/v1/me/mobile/", {"mobile": other.user.mobile, "new_sms_code": "000000"})
        free = app.post("/api/v1/me/mobile/", {"mobile": MOBILE, "new_sms_code": "000000"})
        assert {**wrong.json(), "request_id": ""} == {**free.json(), "request_id": ""}
        held = app.post("/api/v1/me/mobile/", {"mobile": other.user.mobile, "new_sms_code": code})
    assert (held.status_code, held.json()["code"]) == (409, "already_registered")
    assert other.user.name not in str(held.json())
    assert told(person, "mobile_changed") == set()
    assert len(set(User.objects.filter(is_candidate=True).values_list("mobile_index", flat=True))) == 2


def test_an_email_is_bound_in_one_spelling_and_belongs_to_one_account(app, person):
    body = {"email": "Xiaoli@Example.org", "new_email_code": code_to_new_email("Xiaoli@Example.org")}
    assert app.post("/api/v1/me/email/", body).status_code == 204
    assert app.get("/api/v1/me/profile/").json()["email"] == "xiaoli@example.org"
    assert told(person, "email_bound") == {("in_app", ""), ("sms", person.user.mobile)}, "there was no old one"
    assert told(person, "email_changed") == set()
    other = life.registered()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(other)}")
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        body["new_email_code"] = code_to_new_email("XIAOLI@example.org")
        assert app.post("/api/v1/me/email/", body).json()["code"] == "already_registered"
    other.user.refresh_from_db()
    assert other.user.email == ""


def test_the_old_email_is_told_of_the_new_one_and_of_a_new_password(app, person):
    for email in ("a@example.org", "b@example.org"):
        body = {"email": email, "new_email_code": code_to_new_email(email)}
        assert app.post("/api/v1/me/email/", body).status_code == 204
    assert ("email", "a@example.org") in told(person, "email_changed")
    assert ("email", "b@example.org") not in told(person, "email_changed")
    change(app, old_password=life.PASSWORD)
    assert ("email", "b@example.org") in told(person, "password_changed")


def test_the_profile_does_not_change_the_email_behind_its_back(app, person):
    answer = app.patch("/api/v1/me/profile/", {"email": "thief@example.org"})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "read_only")
    assert "me/email/" in answer.json()["detail"]
    assert app.get("/api/v1/me/profile/").json()["email"] == ""


def test_nobody_without_a_token_changes_anything():
    for path in ("password", "mobile", "email", "proof", "proof/code", "devices/revoke-others"):
        assert Client().post(f"/api/v1/me/{path}/", {}, content_type="application/json").status_code == 401


def test_a_right_code_forgets_the_wrong_passwords(app, person):
    codes = [change(app, old_password="wrong").json()["code"] for _try in range(6)]
    assert codes == ["invalid_credentials"] * 5 + ["throttled"]
    assert app.post("/api/v1/me/proof/", {"password": life.PASSWORD}).json()["code"] == "throttled"
    assert app.post("/api/v1/me/proof/code/", {"to": "mobile"}).status_code == 202
    sms_code = life.code_sent_to(person.user.mobile)
    assert app.post("/api/v1/me/proof/", {"sms_code": sms_code}).status_code == 204
    assert app.post("/api/v1/me/proof/", {"password": life.PASSWORD}).status_code == 204


def test_each_code_says_what_it_is_for_and_binds_itself_to_our_host(person, settings):
    """The last line is what phones go by when they offer to fill a code in: on this host's pages and on no other's."""
    settings.BASE_URL = "https://zk.example.cn:8443"
    mobile = person.user.mobile
    actions.send_sms_code(mobile, Purpose.LOGIN, *life.solved_captcha(), by=life.VISITOR)
    actions.send_sms_code(MOBILE, Purpose.BIND, *life.solved_captcha(), by=life.VISITOR)
    actions.send_proof_code("mobile", by=life.actor(person))
    actions.send_email_code("a@example.org", Purpose.BIND, *life.solved_captcha(), by=life.VISITOR)
    queued = {(m.template, m.channel): m for m in Message.objects.filter(state="queued")}
    said = {key: re.sub(r"\d{6}", "N", message.text) for key, message in queued.items()}
    tail = "，10分钟内有效。请勿告诉他人。"
    assert said == {
        ("code_login", "sms"): f"【广西自考】登录验证码：N{tail}\n@zk.example.cn #N",
        ("code_bind", "sms"): f"【广西自考】绑定手机或邮箱的验证码：N{tail}\n@zk.example.cn #N",
        ("code_prove", "sms"): f"【广西自考】验证本人的验证码：N{tail}\n@zk.example.cn #N",
        ("code_bind", "email"): f"绑定手机或邮箱的验证码：N{tail}",
    }
    assert all(len(set(re.findall(r"\d{6}", message.text))) == 1 for message in queued.values()), "the same code"
    assert list(json.loads(queued["code_login", "sms"].values)) == ["code"], "what providers are handed is as before"
    assert life.code_sent_to(MOBILE).isdigit()
