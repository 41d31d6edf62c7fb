"""A passkey as the second factor of staff: set up, shown, removed; and a real browser with a virtual authenticator."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential

from candidate_api.passkeys.models import Ceremony
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from portal.kernel.staff_door.models import Authenticator as App
from portal.kernel.staff_door.models import RecoveryCode
from portal.kernel.staff_door.rules import RECOVERIES
from portal.kernel.staff_door.tests.test_door import app
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.offices.actions import reset_second_factor
from tests.authenticator import Authenticator

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db
SETUP, CODE = "/admin/door/setup/", "/admin/door/verify/"
OWN, ADD, SHOW = (f"/admin/door/passkeys/{name}" for name in ("", "add/", "verify/"))
PASSWORD = "Qiu-Shi-1911"


@pytest.fixture(autouse=True)
def _obligatory(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def user() -> User:
    user = member("archive")
    user.mobile = "13800000001"
    user.set_password(PASSWORD)
    user.save()
    return user


def anew(user: User) -> Client:
    """Signed in by password in another browser."""
    client = Client(HTTP_HOST="localhost")
    assert client.post("/admin/login/", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


def add(client: Client, key: Authenticator, name: str = "手机") -> Any:
    page = client.post(ADD, {"name": name, "password": PASSWORD})
    given = {"ceremony_id": str(page.context["ceremony_id"]), "name": name}
    return client.post(ADD, given | {"credential": json.dumps(key.create(json.loads(page.context["options"])))})


def show(client: Client, key: Authenticator, path: str = SHOW) -> Any:
    page = client.get(path)
    signed = json.dumps(key.get(json.loads(page.context["options"])))
    return client.post(path, {"ceremony_id": str(page.context["ceremony_id"]), "credential": signed})


def codes_on(page: Any) -> list[str]:
    return re.findall(r"<code>(\w{5}-\w{5})</code>", page.content.decode())


def lands(client: Client, path: str = "/admin/") -> str:
    answer = client.get(path)
    return answer.headers.get("Location", "") if answer.status_code == 302 else str(answer.status_code)


def test_it_is_set_up_in_place_of_the_app_and_opens_the_door(user: User) -> None:
    client, key = anew(user), Authenticator()
    assert "改用通行密钥" in client.get(SETUP).content.decode()
    assert lands(client).startswith(SETUP)
    shown = add(client, key)
    assert len(set(codes_on(shown))) == 10
    assert "no-store" in shown["Cache-Control"]
    assert lands(client) == "200"
    assert Message.objects.filter(template="passkey_added", channel="sms").count() == 1

    other = anew(user)
    assert lands(other, "/admin/reports/locked/") == f"{CODE}?next=%2Fadmin%2Freports%2Flocked%2F"
    path = lands(other, f"{CODE}?next=%2Fadmin%2Faccount%2F")
    assert path == f"{SHOW}?next=%2Fadmin%2Faccount%2F"
    for closed in (ADD, OWN, SETUP):  # nobody adds another one instead of showing this one
        assert lands(other, closed).startswith(CODE)
    before = other.session.session_key
    assert show(other, key, path).headers["Location"] == "/admin/account/"
    assert other.session.session_key != before
    assert lands(other) == "200"
    assert AuditEntry.objects.filter(verb="staff_door.verify", actor_id=user.pk).count() == 1


def test_a_wrong_one_opens_nothing(user: User) -> None:
    key, colleague = Authenticator(), member("finance")
    add(anew(user), key)
    colleague.set_password(PASSWORD)
    colleague.save()
    theirs = Authenticator()
    add(anew(colleague), theirs)
    other = anew(user)
    page = other.get(SHOW)
    signed = json.dumps(key.get(json.loads(page.context["options"])))
    answer = {"ceremony_id": str(page.context["ceremony_id"]), "credential": signed}
    for client, given in (
        (other, {}),
        (other, answer | {"credential": "[" * 9000}),
        (anew(colleague), answer),  # mine, for a colleague's session: it is used up by that
        (other, answer),
    ):
        refused = client.post(SHOW, given)
        assert refused.status_code == 400
        assert re.search("没有通过验证|请重新开始", refused.content.decode())
    assert show(other, theirs).status_code == 400
    assert show(other, Authenticator(handle=key.handle)).status_code == 400
    assert lands(other).startswith(CODE)


def test_adding_asks_for_the_password_and_for_a_name(user: User) -> None:
    client = anew(user)
    for given, field in (
        ({"name": "手机", "password": "wrong"}, "password"),
        ({"name": "", "password": PASSWORD}, "name"),
        ({"name": "x" * 31, "password": PASSWORD}, "name"),
    ):
        assert list(client.post(ADD, given).context["form"].errors) == [field]
    assert not Ceremony.objects.exists()
    assert lands(client).startswith(SETUP)


def test_recovery_codes_open_without_the_app(user: User) -> None:
    key = Authenticator()
    codes = codes_on(add(anew(user), key))
    other = anew(user)
    assert "输入一个恢复代码" in other.get(f"{CODE}?by=code").content.decode()
    assert other.post(CODE, {"code": "123456"}).status_code == 400
    assert other.post(f"{CODE}?by=code", {"code": codes[0]}).status_code == 302
    assert lands(other) == "200"
    third = anew(user)
    assert third.post(CODE, {"code": codes[0]}).status_code == 400
    for _wrong in range(RECOVERIES.most):
        last = third.post(CODE, {"code": "aaaaa-bbbbb"})
    assert last.status_code == 429
    assert third.post(CODE, {"code": codes[1]}).status_code == 429
    assert lands(third).startswith(CODE)
    assert show(third, key).status_code == 302  # the owner's passkey is not kept out by that


def test_without_a_count_of_the_wrong_ones_no_recovery_code_opens(user: User, monkeypatch: Any) -> None:
    codes = codes_on(add(anew(user), Authenticator()))
    other = anew(user)
    monkeypatch.setattr("portal.kernel.limits._Window._count", lambda *_: 1 / 0)
    assert other.post(CODE, {"code": codes[0]}).status_code == 429
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def test_app_and_passkey_beside_each_other(user: User) -> None:
    client, key = anew(user), Authenticator()
    codes = codes_on(add(client, key))
    client.post(SETUP, {"begin": "1"})
    newer = codes_on(client.post(SETUP, {"code": app(user, confirmed=False)}))
    assert codes_on(add(client, Authenticator(), "另一把")) == []
    assert "另一把" in client.get(OWN).content.decode()
    assert RecoveryCode.objects.count() == 10
    other = anew(user)
    assert "改用通行密钥" in other.get(CODE).content.decode()
    assert other.post(CODE, {"code": newer[0]}).status_code == 302
    assert anew(user).post(CODE, {"code": codes[0]}).status_code == 400

    client.post("/admin/door/", {"code": newer[1], "remove": "1"})
    assert not App.objects.exists()
    assert RecoveryCode.objects.filter(used_at=None).count() == 8
    assert show(anew(user), key).status_code == 302


def test_removed_with_the_password_and_the_last_one_leads_to_the_set_up(user: User) -> None:
    client, key = anew(user), Authenticator()
    add(client, key)
    colleague = member("finance")
    WebAuthnCredential.objects.create(
        user=colleague, name="x", credential_id=b"1", public_key=b"1", sign_count=0, aaguid="0" * 32
    )
    theirs, mine = WebAuthnCredential.objects.order_by("pk").reverse()
    for given, status in (
        ({"remove": mine.pk, "password": "wrong"}, 401),
        ({"remove": theirs.pk, "password": PASSWORD}, 404),
        ({"remove": "9" * 30, "password": PASSWORD}, 404),
        ({"remove": "x", "password": PASSWORD}, 404),
    ):
        assert client.post(OWN, given).status_code == status
    assert WebAuthnCredential.objects.count() == 2
    assert client.post(OWN, {"remove": mine.pk, "password": PASSWORD}).status_code == 302
    assert list(WebAuthnCredential.objects.all()) == [theirs]
    assert lands(client).startswith(SETUP)
    assert len(codes_on(add(client, Authenticator()))) == 10
    assert RecoveryCode.objects.filter(user=user).count() == 10


def test_an_administrators_reset_takes_it_away(user: User) -> None:
    client, key = anew(user), Authenticator()
    add(client, key)
    reset_second_factor(user.pk, "密钥丢失", by=Actor.of(member("administrator"), "admin"))
    assert not WebAuthnCredential.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert lands(anew(user)).startswith(SETUP)


def test_elsewhere_the_page_names_the_address_that_can(user: User) -> None:
    client = Client(HTTP_HOST="127.0.0.1:8000")
    client.force_login(user)
    page = client.get(ADD).content.decode()
    assert 'href="http://localhost/admin/"' in page
    assert "下一步" not in page


@pytest.mark.django_db(transaction=True)
def test_in_a_browser(browser: "Page", live_server: Any, user: User, settings: Any) -> None:
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    cdp = browser.context.new_cdp_session(browser)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    def enter() -> None:
        browser.goto(f"{live_server.url}/admin/login/")
        browser.fill("[name=username]", user.username)
        browser.fill("[name=password]", PASSWORD)
        browser.get_by_role("button", name="登录").click()

    enter()
    browser.get_by_role("link", name=re.compile("改用通行密钥")).click()
    browser.fill("[name=name]", "安全密钥")
    browser.fill("[name=password]", PASSWORD)
    look(browser, "add")
    browser.get_by_role("button", name="下一步").click()
    browser.get_by_role("button", name="验证并添加").click()
    browser.get_by_role("heading", name="请保存恢复代码").wait_for()
    browser.get_by_role("link", name=re.compile("进入管理后台")).click()
    browser.goto(f"{live_server.url}/admin/door/passkeys/")
    browser.get_by_text("安全密钥").first.wait_for()
    look(browser, "own")
    browser.get_by_role("button", name="退出登录").click()

    enter()
    browser.get_by_role("heading", name="请使用通行密钥").wait_for()
    look(browser, "verify")
    browser.get_by_role("button", name="验证").click()
    browser.wait_for_url(f"{live_server.url}/admin/")
    browser.goto(f"{live_server.url}/admin/door/passkeys/")
    browser.fill("[name=password]", PASSWORD)
    browser.get_by_role("button", name="删除").click()
    browser.goto(f"{live_server.url}/admin/")
    browser.get_by_role("heading", name="设置动态口令").wait_for()
    look(browser, "setup")


def look(browser: "Page", name: str) -> None:
    """Nothing is wider than the screen, on a phone and on a desk."""
    for width in (390, 1280):
        browser.set_viewport_size({"width": width, "height": 844})
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, name
    browser.set_viewport_size({"width": 390, "height": 844})
