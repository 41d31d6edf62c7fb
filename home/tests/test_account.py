"""Registering, signing in and out, in a browser without JavaScript."""

import base64
import json
import re
from datetime import timedelta

import altcha
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from candidate_api.accounts import captcha, guard
from candidate_api.accounts.models import Captcha, VerificationCode
from candidate_api.accounts.rules import FAILURES_FROM_ADDRESS
from candidate_api.candidates.models import Candidate
from cms.complaints import actions as complaints
from cms.complaints.models import Complaint
from cms.complaints.tests import desk
from cms.service.actions import end_notice, post_notice
from home.tests.conftest import inline
from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications.tests.scene import drafted, fresh, made
from tests import life

pytestmark = pytest.mark.django_db
ADDRESS = "/register/?notice=2026-10"


def typed(**changes: str) -> dict[str, str]:
    captcha_id, value = life.solved_captcha()
    return {
        "notice_version": "2026-10",
        "name": "韦小莉",
        "id_type": "resident_id",
        "id_number": life.id_number(7),
        "mobile": "13900001111",
        "password": life.PASSWORD,
        "sms_code": "",
        "captcha_id": str(captcha_id),
        "captcha_value": value,
    } | changes


def test_from_the_notice_to_the_own_page(client: Client) -> None:
    assert client.get("/register/").url == reverse("home:register-notice")
    page = client.post(ADDRESS, typed(act="code")).content.decode()
    assert "短信将在一分钟内送达" in page
    assert 'value="韦小莉"' in page, "what was typed is still there"
    assert Captcha.objects.count() == 1, "a fresh one, should another code be wanted; nobody has to solve it"
    # The form sends along the empty field of the captcha that was not needed.
    filled = typed(sms_code=life.code_sent_to("13900001111"), captcha_value="")
    answer = client.post(ADDRESS, filled, follow=True)
    assert answer.redirect_chain == [("/me/", 302)]
    assert "获取准考证号" in answer.content.decode()
    assert Candidate.objects.get().user.name == "韦小莉"


@pytest.mark.parametrize("given", [{}, {"notice_version": ""}, {"notice_version": "1999-01"}])
def test_whoever_has_not_read_the_notice_is_led_to_it(client: Client, given: dict[str, str]) -> None:
    client.post(ADDRESS, typed(act="code"))
    filled = typed(sms_code=life.code_sent_to("13900001111"), captcha_value="")
    del filled["notice_version"]
    answer = client.post("/register/", filled | given, follow=True)
    assert answer.redirect_chain == [(reverse("home:register-notice"), 302)]
    assert re.search("请先阅读注册须知。|请重新阅读并确认。", answer.content.decode())
    assert Candidate.objects.count() == 0


def test_a_mistake_is_said_beside_its_field_and_on_top(client: Client) -> None:
    page = client.post(ADDRESS, typed(id_number="450103199001011234", sms_code="123456")).content.decode()
    assert re.search(r"<title>错误：\s*注册", page)
    assert '<a href="#id_id_number">' in page
    assert 'id="id_id_number_error"' in page
    assert 'aria-describedby="id_id_number_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'value="450103199001011234"' in page
    assert Candidate.objects.count() == 0
    assert inline(page).found == []


def test_all_that_is_wrong_is_said_at_once(client: Client) -> None:
    """Also while the code has not been asked for: nobody pays a text message to hear of the next mistake."""
    wrong = typed(name="1", id_number="450103900101123", mobile="12", password="123")
    page = client.post(ADDRESS, wrong).content.decode()
    fields = re.findall(r'<a href="#id_(\w+)">', page)
    assert fields == ["name", "id_number", "password", "mobile", "sms_code"]
    assert "密码至少8位。" in page
    assert Candidate.objects.count() == 0


def test_a_slip_elsewhere_costs_neither_password_nor_captcha(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.post(ADDRESS, typed(act="code"))
    code = life.code_sent_to("13900001111")
    answer = client.post(ADDRESS, typed(sms_code=code, id_number="450103199001011234", captcha_value=""))
    page = answer.content.decode()

    assert f'value="{life.PASSWORD}"' in page
    assert f'value="{code}"' in page
    assert answer["Cache-Control"] == "private, no-store"
    assert life.PASSWORD not in json.dumps(dict(client.session.items())) + caplog.text
    assert life.PASSWORD not in client.get(ADDRESS).content.decode(), "only in the answer to that very form"
    assert client.post(ADDRESS, typed(sms_code=code, captcha_value="")).url == "/me/"


def test_a_password_that_is_itself_wrong_is_typed_anew(client: Client) -> None:
    client.post(ADDRESS, typed(act="code"))
    page = client.post(ADDRESS, typed(sms_code=life.code_sent_to("13900001111"), password="a-short")).content.decode()
    assert "密码至少8位" in page
    assert "a-short" not in page


def test_the_code_is_sent_inline_where_htmx_asks(client: Client) -> None:
    page = client.post(ADDRESS, typed(act="code"), headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="code-part"')
    refused = client.post(ADDRESS, typed(act="code", captcha_value="????"), headers={"HX-Request": "true"})
    assert "校验码不正确" in refused.content.decode()


def test_nobody_has_to_see_a_picture(client: Client) -> None:
    challenge = captcha.issue(by=life.VISITOR)
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge.work))
    work = base64.b64encode(json.dumps({"challenge": challenge.work, "solution": solution.to_dict()}).encode()).decode()
    page = client.post(ADDRESS, typed(act="code", captcha_id=str(challenge.captcha_id), captcha_value=work))
    assert "短信将在一分钟内送达" in page.content.decode()


def test_signing_in_by_password_and_out_again(client: Client) -> None:
    candidate = life.registered()
    given = {"account": candidate.user.mobile, "password": life.PASSWORD, "next": "/me/profile/"}
    assert client.post("/login/", given).url == "/me/profile/"
    assert client.get("/me/").status_code == 200
    assert client.get("/logout/").status_code == 405, "a link must not sign anybody out"
    client.post("/logout/")
    assert client.get("/me/").status_code == 302


def test_a_wrong_password_says_nothing_about_the_account(client: Client) -> None:
    known = life.registered().user.mobile
    pages = [
        client.post("/login/", {"account": account, "password": "wrong-one"}).content.decode()
        for account in (known, "13000000000")
    ]
    assert all("账号或密码不正确" in page for page in pages)
    assert "wrong-one" not in pages[0]


@pytest.mark.parametrize("known", [True, False])
def test_the_third_mistake_is_answered_with_the_captcha(client: Client, known: bool) -> None:
    account = life.registered().user.mobile if known else "13000000000"
    pages = [
        client.post("/login/", {"account": account, "password": "wrong-one"}).content.decode() for _time in range(3)
    ]
    assert ["captcha_id" in page for page in pages] == [False, False, True]
    assert "账号或密码不正确" in pages[2]
    assert "请填写校验码" not in pages[2]
    captcha_id, value = life.solved_captcha()
    solved = {"captcha_id": str(captcha_id), "captcha_value": value}
    nothing = client.post("/login/", {"account": account, "password": ""} | solved).content.decode()
    assert "captcha_id" in nothing, "it stays while something else is missing"
    answer = client.post("/login/", {"account": account, "password": life.PASSWORD} | solved)
    assert (answer.status_code == 302) == known


def in_two_tabs() -> tuple[Client, dict[str, str]]:
    """A browser that has signed in in one tab, and the form of another that it had opened before."""
    person = life.registered()
    client = Client(enforce_csrf_checks=True)
    form = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/login/").content.decode())
    assert form
    given = {"account": person.user.mobile, "password": life.PASSWORD, "csrfmiddlewaretoken": form[1]}
    assert client.post("/login/", given).url == "/me/"
    return client, given


@pytest.mark.parametrize("address", ["/login/", "/login/?way=sms", "/login/passkey/"])
def test_who_has_signed_in_in_another_tab_is_led_on(address: str) -> None:
    client, given = in_two_tabs()
    assert client.post(address, given).url == "/me/"
    assert client.post(address, given | {"next": "/me/profile/"}).url == "/me/profile/"
    assert client.post(address, given | {"next": "https://evil.example/"}).url == "/me/"
    script = client.post(address, given | {"act": "code"}, headers={"HX-Request": "true"})
    assert script["HX-Redirect"] == "/me/"


def test_another_form_that_is_too_old_is_still_refused_and_changes_nothing() -> None:
    client, given = in_two_tabs()
    for address in ("/logout/", "/me/security/devices/revoke-others/"):
        assert client.post(address, given).status_code == 403
    assert client.get("/me/").status_code == 200
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post("/login/", given).status_code == 403
    assert stranger.get("/me/").status_code == 302


@pytest.mark.parametrize("address", [ADDRESS, "/login/?way=sms"])
def test_a_wrong_mobile_is_marked_where_a_code_is_asked_for(client: Client, address: str) -> None:
    page = client.post(address, typed(act="code", mobile="1390000111", password="a", name="")).content.decode()
    assert '<a href="#id_mobile">请填写11位手机号码。</a>' in page
    assert re.search(r'<p class="error" id="id_mobile_error">.*请填写11位手机号码。', page)
    field = re.search('<input[^>]*id="id_mobile"[^>]*>', page)
    assert field
    assert 'value="1390000111"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_mobile_error"' in field[0]
    assert page.count('class="error"') == 1, "of what is not asked for yet nothing is said"
    assert not VerificationCode.objects.exists()
    part = client.post(address, typed(act="code", mobile=""), headers={"HX-Request": "true"}).content.decode()
    assert '<div id="address-part" hx-swap-oob="true">' in part
    assert 'id="id_mobile_error"' in part
    right = client.post(address, typed(act="code"), headers={"HX-Request": "true"}).content.decode()
    assert "address-part" not in right, "what is being typed there stays"


def test_after_three_mistakes_a_captcha_is_asked_for(client: Client) -> None:
    account = life.registered().user.mobile
    for _time in range(3):
        client.post("/login/", {"account": account, "password": "wrong-one"})
    page = client.post("/login/", {"account": account, "password": life.PASSWORD}).content.decode()
    assert "请完成校验后再点一次“登录”" in page
    assert 'class="error"' not in page, "nothing that was typed is wrong"
    assert f'value="{account}"' in page
    assert f'value="{life.PASSWORD}"' in page, "it has not been judged"
    assert 'name="captcha_id"' in page
    captcha_id, value = life.solved_captcha()
    given = {"account": account, "password": life.PASSWORD, "captcha_id": str(captcha_id), "captcha_value": value}
    assert client.post("/login/", given).url == "/me/"


def test_signing_in_by_a_code(client: Client) -> None:
    mobile = life.registered().user.mobile
    captcha_id, value = life.solved_captcha()
    asked = {"act": "code", "mobile": mobile, "captcha_id": str(captcha_id), "captcha_value": value}
    client.post("/login/?way=sms", asked)
    given = {"mobile": mobile, "sms_code": life.code_sent_to(mobile)}
    assert client.post("/login/?way=sms", given).url == "/me/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_out_of_the_house(client: Client, target: str) -> None:
    account = life.registered().user.mobile
    given = {"account": account, "password": life.PASSWORD}
    assert client.post("/login/", given | {"next": target}).url == "/me/"
    assert client.get("/login/", {"next": target}).url == "/me/", "already signed in"
    assert client.post("/elder/", {"elder": "1", "next": target}).url == "/me/"


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(client: Client, candidate: Candidate) -> None:
    client.post("/login/", {"account": candidate.user.mobile, "password": life.PASSWORD})
    client.cookies.pop(settings.SESSION_COOKIE_NAME)
    kept = client.post("/me/profile/", {"address": "星湖路2号", "password": "never"})
    assert kept.url == "/login/?next=%2Fme%2Fprofile%2F"
    assert "星湖路" not in json.dumps(dict(client.session.items())), "sealed, since sessions are stored"
    client.post("/login/", {"account": candidate.user.mobile, "password": life.PASSWORD, "next": "/me/profile/"})
    page = client.get("/me/profile/").content.decode()
    assert 'value="星湖路2号"' in page
    assert "已为您保留" in page
    candidate.refresh_from_db(fields=["address"])
    assert candidate.address == "民族大道1号"
    assert 'value="星湖路2号"' not in client.get("/me/profile/").content.decode(), "once"


def test_every_form_keeps_what_was_typed(client: Client, candidate: Candidate) -> None:
    """An application's questions, a complaint, an addition to one: the session ends between two keys."""
    desk.category()
    asked = complaints.submit(
        kind="consult", category="score", title="成绩没有公布", content="请问何时公布？", contact="",
        by=life.actor(candidate),
    )  # fmt: skip
    made()
    application = drafted(candidate.user)
    for address, typed in (
        (f"/business/applications/{application.number}/form/", {"phone": "13911112222"}),
        ("/services/complaints/new/", {"kind": "complaint", "category": "score", "title": "窗口没有人", "content": ""}),
        (f"/services/complaints/{asked.number}/", {"act": "add_message", "text": "窗口没有人"}),
    ):
        client.post("/login/", {"account": candidate.user.mobile, "password": life.PASSWORD})
        client.cookies.pop(settings.SESSION_COOKIE_NAME)
        door = client.post(address, typed).url
        client.post("/login/", {"account": candidate.user.mobile, "password": life.PASSWORD, "next": address})
        page = client.get(address).content.decode()
        assert door.startswith("/login/"), address
        assert "已为您保留" in page, address
        assert ("13911112222" in page, "窗口没有人" in page) in ((True, False), (False, True)), address
    assert application.answers == fresh(application).answers
    assert Complaint.objects.count() == 1


def test_where_everybody_is_asked_for_a_captcha_the_page_shows_it_beforehand(client: Client) -> None:
    """Behind one address many passwords were wrong: the first press of the next person is not lost."""
    account = life.registered().user.mobile
    assert 'name="captcha_id"' not in client.get("/login/").content.decode()
    elsewhere = Actor(user_id=None, name="", channel="web", address="127.0.0.1")
    for _time in range(FAILURES_FROM_ADDRESS.most):
        guard.tried_wrong_password(elsewhere)
    page = client.get("/login/").content.decode()
    assert 'name="captcha_id"' in page
    assert 'class="error"' not in page
    captcha_id, value = life.solved_captcha()
    solved = {"captcha_id": str(captcha_id), "captcha_value": value}
    assert client.post("/login/", {"account": account, "password": life.PASSWORD} | solved).url == "/me/"


def test_a_pause_of_the_house_keeps_it_too(client: Client, candidate: Candidate) -> None:
    desk.category()
    client.force_login(candidate.user)
    now = clock.now()
    notice = {"text": "系统维护", "starts_at": now, "ends_at": now + timedelta(hours=1), "pauses": True}
    made = post_notice(**notice, by=Actor.system("test"))
    typed = {"kind": "complaint", "category": "score", "title": "窗口没有人", "content": "等了一小时"}
    assert client.post("/services/complaints/new/", typed).status_code == 503
    end_notice(made.pk, by=Actor.system("test"), reason="已完成")
    page = client.get("/services/complaints/new/").content.decode()
    assert ("已为您保留" in page, "窗口没有人" in page, "等了一小时" in page) == (True, True, True)
    assert Complaint.objects.count() == 0


def test_a_token_of_before_the_sign_in_in_another_window_loses_nothing(candidate: Candidate) -> None:
    desk.category()
    web = Client(enforce_csrf_checks=True)
    web.force_login(candidate.user)
    typed = {"kind": "complaint", "category": "score", "title": "窗口没有人", "content": "等了一小时"}
    refused = web.post("/services/complaints/new/", typed | {"csrfmiddlewaretoken": "x" * 64})
    assert (refused.status_code, "您填写的内容已保留" in refused.content.decode()) == (403, True)
    page = web.get("/services/complaints/new/").content.decode()
    assert ("窗口没有人" in page, "等了一小时" in page) == (True, True)
    assert Complaint.objects.count() == 0
