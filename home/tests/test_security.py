"""安全中心 and 忘记密码, in a browser without JavaScript and in two real ones."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.test import Client

from candidate_api.accounts import actions
from candidate_api.accounts.models import Device
from candidate_api.candidates.models import Candidate
from home.tests.conftest import inline
from portal.kernel import clock
from tests import life

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db
NEW = "a-better-secret"


@pytest.fixture
def person() -> Candidate:
    return life.registered()


@pytest.fixture
def web(person: Candidate) -> Client:
    return entered(person)


def entered(person: Candidate, password: str = life.PASSWORD) -> Client:
    client = Client()
    assert client.post("/login/", {"account": person.user.mobile, "password": password}).url == "/me/"
    return client


def captcha() -> dict[str, str]:
    captcha_id, value = life.solved_captcha()
    return {"captcha_id": str(captcha_id), "captcha_value": value}


def test_the_three_steps_of_a_forgotten_password(client: Client, person: Candidate) -> None:
    other = entered(person)
    assert 'href="/login/reset/"' in client.get("/login/").content.decode()
    page = client.get("/login/reset/?way=account").content.decode()
    assert "就近的市自考办现场办理" in page
    assert inline(page).found == []
    asked = client.post("/login/reset/?way=account", {"identifier": person.id_number} | captcha())
    assert asked.url == "/login/reset/code/"
    page = client.get(asked.url).content.decode()
    assert "1**********" in page
    assert "验证码不正确" in client.post(asked.url, {"code": "000000"}).content.decode()
    given = client.post(asked.url, {"code": life.code_sent_to(person.user.mobile)})
    assert given.url == "/login/reset/password/"
    refused = client.post(given.url, {"new_password": NEW, "confirm_password": "other"}).content.decode()
    assert "两次输入的密码不一致" in refused
    assert NEW not in refused
    done = client.post(given.url, {"new_password": NEW, "confirm_password": NEW}, follow=True)
    assert done.redirect_chain == [("/login/", 302)]
    assert "密码已重置" in done.content.decode()
    assert other.get("/me/").status_code == 302
    entered(person, NEW)


@pytest.mark.parametrize("address", ["/login/reset/code/", "/login/reset/password/"])
def test_no_step_is_skipped(client: Client, address: str) -> None:
    for answer in (client.get(address), client.post(address, {"code": "1", "new_password": NEW})):
        assert answer.url == "/login/reset/"


def test_what_one_step_hands_the_next_is_sealed(client: Client, person: Candidate) -> None:
    client.post("/login/reset/", {"identifier": person.user.mobile} | captcha())
    assert person.user.mobile[-4:] not in str(dict(client.session.items()))


def test_another_picture_keeps_what_was_typed(client: Client) -> None:
    page = client.post("/login/reset/", {"identifier": "13711112222", "act": "picture"}).content.decode()
    assert 'value="13711112222"' in page
    assert "错误：" not in page


def test_a_new_password_keeps_this_browser_and_ends_the_other(web: Client, person: Candidate) -> None:
    other = entered(person)
    before = web.session.session_key
    given = {"old_password": life.PASSWORD, "new_password": NEW, "confirm_password": NEW}
    page = web.post("/me/security/password/", given, follow=True).content.decode()
    assert "密码已修改" in page
    assert web.session.session_key != before, "a rotated session"
    assert web.get("/me/").status_code == 200
    assert other.get("/me/").url == "/login/?next=%2Fme%2F"
    assert Device.objects.count() == 1


def test_a_wrong_old_password_is_said_at_its_field(web: Client, person: Candidate) -> None:
    given = {"old_password": "wrong-one-1", "new_password": NEW, "confirm_password": NEW}
    page = web.post("/me/security/password/", given).content.decode()
    assert '<a href="#id_old_password">密码不正确。</a>' in page
    assert NEW not in page
    person.user.refresh_from_db()
    assert person.user.check_password(life.PASSWORD)


def test_a_password_is_changed_with_a_code(web: Client, person: Candidate) -> None:
    address = "/me/security/password/?by=sms"
    assert "验证码已发送到" in web.post(address, {"act": "code"}).content.decode()
    assert "秒后重发" in web.post(address, {"act": "code"}).content.decode()
    given = {"sms_code": life.code_sent_to(person.user.mobile), "new_password": NEW, "confirm_password": NEW}
    assert web.post(address, given).url == "/me/security/"
    part = web.post(address, {"act": "code"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="proof-part"')


def test_after_some_minutes_it_is_asked_who_it_is_and_then_the_way_goes_on(web: Client, person: Candidate) -> None:
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        away = web.get("/me/security/mobile/")
        assert away.url == "/me/security/proof/?next=%2Fme%2Fsecurity%2Fmobile%2F"
        assert web.post("/me/security/mobile/", {"mobile": "13911110000"}).url == away.url
        assert "密码不正确" in web.post(away.url, {"old_password": "wrong-one-1"}).content.decode()
        assert web.post(away.url, {"old_password": life.PASSWORD}).url == "/me/security/mobile/"
        assert web.get("/me/security/mobile/").status_code == 200


def test_the_proof_leads_nobody_out_of_the_house(web: Client) -> None:
    answer = web.post("/me/security/proof/?next=https://evil.example/", {"old_password": life.PASSWORD})
    assert answer.url == "/me/"


def test_a_mobile_and_an_email_are_bound(web: Client, person: Candidate) -> None:
    page = web.post("/me/security/mobile/", {"mobile": "13911110000", "act": "code"} | captcha()).content.decode()
    assert "短信将在一分钟内送达" in page
    given = {"mobile": "13911110000", "sms_code": life.code_sent_to("13911110000")}
    assert "已绑定手机 139****0000" in web.post("/me/security/mobile/", given, follow=True).content.decode()
    page = web.post("/me/security/email/", {"email": "a@example.org", "act": "code"} | captcha()).content.decode()
    assert "邮件将在几分钟内送达" in page
    wrong = web.post("/me/security/email/", {"email": "a@example.org", "email_code": "000000"}).content.decode()
    assert '<a href="#id_email_code">验证码不正确或已过期。</a>' in wrong
    given = {"email": "a@example.org", "email_code": life.code_sent_to("a@example.org")}
    assert "已绑定邮箱 a***@example.org" in web.post("/me/security/email/", given, follow=True).content.decode()
    person.user.refresh_from_db()
    assert (person.user.mobile, person.user.email) == ("13911110000", "a@example.org")
    assert "a@example.org" in web.get("/me/profile/").content.decode()


def test_devices_are_listed_and_ended(web: Client, person: Candidate) -> None:
    other = entered(person)
    row = Device.objects.latest("created_at")
    page = web.get("/me/security/devices/").content.decode()
    assert page.count("本设备") == 1
    assert web.post(f"/me/security/devices/{row.pk}/revoke/").url == "/me/security/devices/"
    assert other.get("/me/").status_code == 302
    stranger = life.registered()
    actions.issue_token(stranger.user, "别人的", by=life.VISITOR)
    foreign = Device.objects.get(label="别人的")
    assert web.post(f"/me/security/devices/{foreign.pk}/revoke/").status_code == 404
    web.post("/me/security/devices/revoke-others/")
    assert Device.objects.filter(pk=foreign.pk).exists()
    assert web.get("/me/").status_code == 200


def test_the_session_that_ends_keeps_what_was_being_typed(web: Client, person: Candidate, reference: None) -> None:
    Device.objects.all().delete()
    assert web.post("/me/profile/", {"address": "星湖路2号"}).url == "/login/?next=%2Fme%2Fprofile%2F"
    web.post("/login/", {"account": person.user.mobile, "password": life.PASSWORD, "next": "/me/profile/"})
    assert 'value="星湖路2号"' in web.get("/me/profile/").content.decode()


def test_what_one_was_typing_is_never_shown_to_who_signs_in_next(
    web: Client, person: Candidate, reference: None
) -> None:
    other = life.registered(name="陆大海")
    Device.objects.filter(user=person.user).delete()
    web.post("/me/profile/", {"address": "星湖路2号", "id_number": life.id_number(77)})
    web.post("/login/", {"account": other.user.mobile, "password": life.PASSWORD, "next": "/me/profile/"})
    html = web.get("/me/profile/").content.decode()
    assert "陆大海" in html
    assert "星湖路2号" not in html
    assert life.id_number(77) not in html


@pytest.mark.django_db(transaction=True)
def test_in_two_browsers_the_one_is_out_when_the_other_changes_the_password(browser: "Page", live_server: Any) -> None:
    """Promise 26: a fresh sign-in is asked for, the others can be ended, the old cookie is dead at once."""
    person = life.registered()
    elsewhere = browser.context.browser.new_context()
    other = elsewhere.new_page()
    for page in (browser, other):
        page.goto(f"{live_server.url}/login/")
        page.fill("#id_account", person.user.mobile)
        page.fill("#id_password", life.PASSWORD)
        page.click("button.wide")
        page.wait_for_url("**/me/")
    cookie = next(c for c in elsewhere.cookies() if c["name"] == "sessionid")
    browser.goto(f"{live_server.url}/me/security/password/")
    for field, value in (("old", life.PASSWORD), ("new", NEW)):
        browser.fill(f"#id_{field}_password", value)
    browser.click("[data-reveal=id_new_password]")
    assert browser.get_attribute("#id_new_password", "type") == "text"
    browser.fill("#id_confirm_password", NEW)
    browser.click("button.wide")
    browser.get_by_text("密码已修改").wait_for()
    elsewhere.clear_cookies()
    elsewhere.add_cookies([cookie])
    other.goto(f"{live_server.url}/me/")
    assert "/login/" in other.url
    browser.goto(f"{live_server.url}/me/")
    assert browser.url.endswith("/me/")
    elsewhere.close()
