"""指纹登录 on the web: what works without a script, and a real browser with a virtual authenticator."""

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django_otp_webauthn.models import WebAuthnCredential

from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import PROOF_LIFE
from candidate_api.candidates.models import Candidate
from candidate_api.passkeys import ceremonies
from home.tests.conftest import inline
from portal.kernel import clock
from tests import life
from tests.authenticator import Authenticator

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

pytestmark = pytest.mark.django_db
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8.0.50"


@pytest.fixture
def owner() -> Candidate:
    return life.registered()


@pytest.fixture
def web(owner: Candidate) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(owner.user)
    return client


def some_minutes_later() -> None:
    Device.objects.update(proved_at=clock.now() - 2 * PROOF_LIFE)


@pytest.fixture
def phone(web: Client) -> Authenticator:
    """A phone whose passkey was added by the pages."""
    phone = Authenticator()
    assert add(web, phone, "我的手机").url == "/me/passkeys/"
    return phone


def add(web: Client, phone: Authenticator, name: str) -> Any:
    made = web.post("/me/passkeys/add/", {"name": name})
    begun = made.context["begun"]
    credential = json.dumps(phone.create(begun.options))
    answer = {"ceremony_id": str(begun.ceremony_id), "credential": credential, "name": name}
    return web.post("/me/passkeys/add/", answer)


def test_added_listed_renamed_and_removed(web: Client, phone: Authenticator) -> None:
    page = web.get("/me/passkeys/").content.decode()
    assert "已添加“我的手机”" in page
    assert "还没有用过" in page
    key = WebAuthnCredential.objects.get().pk
    assert web.post(f"/me/passkeys/{key}/", {"name": "旧手机"}).url == "/me/passkeys/"
    page = web.get(f"/me/passkeys/{key}/").content.decode()
    assert f'href="/me/passkeys/{key}/remove/"' in page
    asked = web.get(f"/me/passkeys/{key}/remove/").content.decode()
    assert "确定删除这个通行密钥吗？" in asked
    assert "旧手机" in asked
    assert WebAuthnCredential.objects.count() == 1, "asked, and nothing done"
    gone = web.post(f"/me/passkeys/{key}/remove/", follow=True)
    assert "已删除“旧手机”" in gone.content.decode()
    assert WebAuthnCredential.objects.count() == 0
    assert web.get(f"/me/passkeys/{key}/").status_code == 404


def test_a_name_is_asked_for(web: Client) -> None:
    assert "请填写名称" in web.post("/me/passkeys/add/", {"name": ""}).content.decode()


def test_some_minutes_later_it_is_asked_who_it_is_by_any_proof(web: Client, phone: Authenticator) -> None:
    some_minutes_later()
    for address in ("/me/passkeys/add/", f"/me/passkeys/{WebAuthnCredential.objects.get().pk}/remove/"):
        proof = f"/me/security/proof/?{urlencode({'next': address})}"
        assert web.get(address).url == proof
        assert web.post(address, {"name": "手机"}).url == proof
        assert WebAuthnCredential.objects.count() == 1
    assert "短信验证码" in web.get(proof).content.decode(), "not the password alone"
    assert web.post(proof, {"old_password": life.PASSWORD}).url == address
    assert web.get(address).status_code == 200


def test_the_name_is_proposed_after_the_device(web: Client) -> None:
    told = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}
    assert 'value="iPhone"' in web.get("/me/passkeys/add/", headers=told).content.decode()


def test_signing_in_goes_where_one_was_going(web: Client, phone: Authenticator) -> None:
    web.post("/logout/")
    begun = web.post("/login/passkey/begin/").json()
    answer = {"ceremony_id": begun["ceremony_id"], "credential": json.dumps(phone.get(begun["options"]))}
    assert web.post("/login/passkey/", answer | {"next": "/me/profile/"}).url == "/me/profile/"
    assert "通行密钥 <span" in web.get("/me/security/").content.decode(), "最近登录 says how"
    web.post("/logout/")
    refused = web.post("/login/passkey/", answer | {"next": "/me/profile/"}, follow=True)
    assert refused.redirect_chain == [("/login/?next=%2Fme%2Fprofile%2F", 302)]
    assert "验证已超时或已使用" in refused.content.decode()
    assert web.get("/me/").status_code == 302


@pytest.mark.parametrize("credential", ["", "{", "5", "[[1]]", '"x"', "[" * 5000], ids=str)
def test_nonsense_signs_nobody_in(client: Client, credential: str) -> None:
    given = {"ceremony_id": str(ceremonies.begin_sign_in(life.VISITOR).ceremony_id), "credential": credential}
    assert "没有通过验证" in client.post("/login/passkey/", given, follow=True).content.decode()
    assert client.get("/me/").status_code == 302


def test_another_persons_passkey_does_not_exist(web: Client, phone: Authenticator) -> None:
    key = WebAuthnCredential.objects.get().pk
    web.force_login(life.registered().user)
    assert web.get(f"/me/passkeys/{key}/").status_code == 404
    assert web.post(f"/me/passkeys/{key}/", {"name": "我的"}).status_code == 404
    for answer in (web.get(f"/me/passkeys/{key}/remove/"), web.post(f"/me/passkeys/{key}/remove/")):
        assert answer.status_code == 404
    assert WebAuthnCredential.objects.count() == 1


def test_every_page_keeps_the_policy_and_says_what_it_needs(web: Client, phone: Authenticator) -> None:
    key = WebAuthnCredential.objects.get().pk
    pages = [web.get(path).content.decode() for path in ("/me/passkeys/", "/me/passkeys/add/", f"/me/passkeys/{key}/")]
    pages.append(web.post("/me/passkeys/add/", {"name": "手机"}).content.decode())
    pages.append(web.get(f"/me/passkeys/{key}/remove/").content.decode())
    pages.append(Client(HTTP_HOST="localhost").get("/login/").content.decode())
    for page in pages:
        assert inline(page).found == []
        assert len(set(inline(page).ids)) == len(inline(page).ids)
    assert all("JavaScript" in page for page in (pages[0], pages[1], pages[3]))
    assert "passkeys.js" not in web.get("/me/").content.decode()


def test_inside_wechat_the_page_says_to_leave_it(web: Client) -> None:
    told = {"User-Agent": WECHAT}
    for path in ("/me/passkeys/", "/me/passkeys/add/"):
        page = web.get(path, headers=told).content.decode()
        assert "在浏览器打开" in page
        assert "下一步" not in page
    page = Client(HTTP_HOST="localhost").get("/login/", headers=told).content.decode()
    assert "在浏览器打开" in page
    assert "data-passkey" not in page


def test_another_address_leads_to_the_one_that_can(web: Client, settings: Any) -> None:
    """Browsers refuse an IP address; the demo's is 127.0.0.1."""
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://localhost:8000"]
    assert 'href="http://localhost:8000/me/passkeys/"' in web.get("/me/passkeys/").content.decode()
    login = Client(HTTP_HOST="127.0.0.1:8000").get("/login/").content.decode()
    assert 'href="http://localhost:8000/login/"' in login
    assert "data-passkey" not in login


def test_apps_and_password_managers_find_what_they_look_for(client: Client, settings: Any) -> None:
    settings.ANDROID_APPS, settings.IOS_APPS = ["cn.example.zikao/AA:BB"], ["TEAM123456.cn.example.zikao"]
    [app] = client.get("/.well-known/assetlinks.json").json()
    assert app["relation"] == ["delegate_permission/common.get_login_creds"]
    assert app["target"]["package_name"] == "cn.example.zikao"
    assert app["target"]["sha256_cert_fingerprints"] == ["AA:BB"]
    assert client.get("/.well-known/apple-app-site-association").json() == {
        "webcredentials": {"apps": ["TEAM123456.cn.example.zikao"]}
    }
    assert client.get("/.well-known/passkey-endpoints").json() == {
        "enroll": "http://testserver/me/passkeys/add/",
        "manage": "http://testserver/me/passkeys/",
    }


# -- in a real browser ------------------------------------------------------------------------------------------
@pytest.fixture
def finger(browser: "Page") -> "tuple[CDPSession, str]":
    """The browser's phone has a fingerprint reader that recognises its owner."""
    cdp = browser.context.new_cdp_session(browser)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def enter(browser: "Page", live_server: Any, owner: Candidate) -> None:
    browser.goto(f"{live_server.url}/login/?next=/me/passkeys/")
    browser.fill("#id_account", owner.user.mobile)
    browser.fill("#id_password", life.PASSWORD)
    browser.click("form.card button.wide")
    browser.get_by_role("heading", name="我的通行密钥").wait_for()


@pytest.mark.django_db(transaction=True)
def test_a_finger_signs_in_without_a_name(
    browser: "Page", live_server: Any, owner: Candidate, finger: "tuple[CDPSession, str]", settings: Any
) -> None:
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    enter(browser, live_server, owner)
    browser.get_by_role("link", name="添加通行密钥").click()
    browser.fill("#id_name", "我的手机")
    browser.get_by_role("button", name="下一步").click()
    browser.get_by_role("button", name="验证并添加").click()
    browser.get_by_text("已添加“我的手机”").wait_for()

    browser.goto(f"{live_server.url}/me/")
    browser.get_by_role("button", name="退出登录").click()
    browser.goto(f"{live_server.url}/login/?next=/me/passkeys/")
    browser.get_by_role("button", name="指纹登录").click()
    browser.get_by_text("最近使用").wait_for()

    cdp, authenticator = finger
    browser.goto(f"{live_server.url}/me/")
    browser.get_by_role("button", name="退出登录").click()
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    browser.goto(f"{live_server.url}/login/")
    browser.get_by_role("button", name="指纹登录").click()
    browser.get_by_text("没有完成验证").wait_for()
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    browser.get_by_role("button", name="指纹登录").click()
    browser.get_by_role("heading", name="我的", exact=True).wait_for()

    browser.goto(f"{live_server.url}/me/passkeys/")
    browser.get_by_role("link", name=re.compile("我的手机")).click()
    browser.get_by_role("link", name="删除这个通行密钥").click()
    browser.get_by_role("button", name="确定删除").click()
    browser.get_by_text("还没有通行密钥").wait_for()
    browser.goto(f"{live_server.url}/me/")
    browser.get_by_role("button", name="退出登录").click()
    browser.goto(f"{live_server.url}/login/")
    browser.get_by_role("button", name="指纹登录").click()
    browser.get_by_text("没有通过验证").wait_for()


@pytest.mark.django_db(transaction=True)
def test_one_device_holds_one_passkey_of_a_person(
    browser: "Page", live_server: Any, owner: Candidate, finger: "tuple[CDPSession, str]", settings: Any
) -> None:
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    enter(browser, live_server, owner)
    for _time in range(2):
        browser.goto(f"{live_server.url}/me/passkeys/add/")
        browser.fill("#id_name", "手机")
        browser.get_by_role("button", name="下一步").click()
        browser.get_by_role("button", name="验证并添加").click()
        browser.get_by_text(re.compile("已添加“|已经添加过")).wait_for()
    assert "已经添加过通行密钥" in browser.inner_text("main")
    assert WebAuthnCredential.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_offered_where_the_browser_cannot(
    browser: "Page", live_server: Any, owner: Candidate, settings: Any
) -> None:
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = [live_server.url]
    browser.add_init_script("delete window.PublicKeyCredential")
    enter(browser, live_server, owner)
    browser.get_by_text("这个浏览器不支持通行密钥").wait_for()
    assert browser.get_by_role("link", name="添加通行密钥").count() == 0
    browser.goto(f"{live_server.url}/me/passkeys/add/")
    browser.get_by_text("这个浏览器不支持通行密钥").wait_for()
    assert browser.get_by_role("button", name="下一步").count() == 0
    browser.goto(f"{live_server.url}/me/")
    browser.get_by_role("button", name="退出登录").click()
    browser.goto(f"{live_server.url}/login/")
    browser.get_by_role("button", name="登录", exact=True).wait_for()
    assert browser.get_by_role("button", name="指纹登录").count() == 0
