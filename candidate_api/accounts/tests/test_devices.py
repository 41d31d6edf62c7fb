"""Where somebody is signed in: one list for the app and for browsers; what ends a device ends it at once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.accounts import actions
from candidate_api.accounts.models import Device, SignIn
from candidate_api.accounts.rules import browser_label
from candidate_api.accounts.tasks import forget_accounts
from portal.kernel import clock
from portal.kernel.messages.models import Message
from tests import life

pytestmark = pytest.mark.django_db
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def person():
    return life.registered()


def token_of(person, label="小米手机"):
    person.user.refresh_from_db()
    return actions.issue_token(person.user, label, by=life.VISITOR)[0]


@pytest.fixture
def app(api, person):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    return api


def browser_of(person, user_agent=IPHONE):
    client = Client(headers={"user-agent": user_agent})
    client.post("/login/", {"account": person.user.mobile, "password": life.PASSWORD})
    assert client.get("/me/").status_code == 200
    return client


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (IPHONE, "iPhone · Safari"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Windows · Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Windows · Edge"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0", "Android · 微信"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114 Safari/537.36", "鸿蒙 · Chrome"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:132.0) Gecko/20100101 Firefox/132.0", "Mac · Firefox"),
        ("curl/8.5", "浏览器"),
        ("", "浏览器"),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(user_agent, label):
    assert browser_label(user_agent) == label


def test_app_and_browser_stand_in_one_list_and_the_present_one_is_marked(app, person):
    browser_of(person)
    listed = app.get("/api/v1/me/devices/").json()["results"]
    assert [(d["kind"], d["label"], d["current"]) for d in listed] == [
        ("web", "iPhone · Safari", False),
        ("app", "小米手机", True),
    ]
    one = app.get(f"/api/v1/me/devices/{listed[0]['id']}/").json()
    assert one == listed[0]


def test_a_browser_that_is_revoked_is_signed_out_at_once(app, person):
    browser = browser_of(person)
    other = browser_of(person, "Firefox")
    row = Device.objects.get(label="iPhone · Safari")
    assert app.delete(f"/api/v1/me/devices/{row.pk}/").status_code == 204
    assert browser.get("/me/").url == "/login/?next=%2Fme%2F"
    assert "sessionid" not in browser.cookies or not browser.session.get("_auth_user_id")
    assert other.get("/me/").status_code == 200
    assert app.get("/api/v1/me/").status_code == 200
    assert app.get(f"/api/v1/me/devices/{row.pk}/").status_code == 404


def test_an_app_that_is_revoked_in_the_browser_is_signed_out_at_once(app, person):
    browser = browser_of(person)
    row = Device.objects.get(kind="app")
    browser.post(f"/me/security/devices/{row.pk}/revoke/")
    assert app.get("/api/v1/me/").json()["code"] == "not_authenticated"


def test_all_others_are_signed_out(app, person):
    browser, token = browser_of(person), token_of(person, "平板")
    assert app.post("/api/v1/me/devices/revoke-others/").json() == {"revoked": 2}
    assert browser.get("/me/").status_code == 302
    assert Device.objects.get().label == "小米手机"
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert app.get("/api/v1/me/").status_code == 401


def test_another_persons_device_is_not_there(app):
    stranger = life.registered()
    token_of(stranger)
    row = Device.objects.get(user=stranger.user)
    for device_id in (row.pk, uuid4()):
        assert app.get(f"/api/v1/me/devices/{device_id}/").status_code == 404
        assert app.delete(f"/api/v1/me/devices/{device_id}/").status_code == 404
    app.post("/api/v1/me/devices/revoke-others/")
    assert Device.objects.filter(pk=row.pk).exists()


def test_signing_out_ends_this_device_alone(app, person):
    browser = browser_of(person)
    browser.post("/logout/")
    assert Device.objects.get().kind == "app"
    browser = browser_of(person)
    assert app.post("/api/v1/auth/logout/").status_code == 204
    assert Device.objects.get().kind == "web"
    assert browser.get("/me/").status_code == 200


def test_a_browser_signing_in_again_is_one_device(person):
    browser = browser_of(person)
    before = browser.session.session_key
    browser.post("/logout/")
    browser.post("/login/", {"account": person.user.mobile, "password": life.PASSWORD})
    assert Device.objects.count() == 1
    browser.force_login(person.user)
    assert Device.objects.count() == 1
    assert browser.session.session_key != before


def test_a_session_that_somebody_else_prepared_is_not_the_one_that_is_signed_in(person):
    """Session fixation: the id changes at the sign-in, and so does the CSRF token."""
    victim = Client()
    victim.get("/login/reset/code/")
    session = victim.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    victim.cookies["sessionid"] = planted
    victim.get("/login/")
    csrf = victim.cookies["csrftoken"].value
    victim.post("/login/", {"account": person.user.mobile, "password": life.PASSWORD})
    assert victim.session.session_key != planted
    assert victim.cookies["csrftoken"].value != csrf
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("kind", "used", "after", "lives"),
    [
        ("web", timedelta(minutes=50), timedelta(hours=11), True),
        ("web", timedelta(minutes=50), timedelta(hours=12), False),
        ("web", timedelta(minutes=61), timedelta(minutes=61), False),
        ("app", timedelta(days=13), timedelta(days=29), True),
        ("app", timedelta(days=13), timedelta(days=30), False),
        ("app", timedelta(days=14), timedelta(days=14), False),
    ],
)
def test_a_device_ends_unused_and_ends_at_last(api, person, kind, used, after, lives):
    """Used every `used` until `after`: is it signed in still?"""
    began = clock.now()
    with time_machine.travel(began, tick=False) as travel:
        browser = browser_of(person) if kind == "web" else None
        if browser is None:
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")

        def is_in():
            return (browser.get("/me/") if browser else api.get("/api/v1/me/")).status_code == 200

        at = used
        while at < after:
            travel.move_to(began + at)
            assert is_in()
            at += used
        travel.move_to(began + after)
        assert is_in() is lives
        forget_accounts()
        assert Device.objects.exists() is lives


def test_last_seen_is_written_every_few_minutes_and_a_call_costs_one_query(app):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            app.get("/api/v1/me/devices/")
        return [q["sql"].split()[0] for q in queries if "SAVEPOINT" not in q["sql"]]

    who = "EXECUTE" if connection.vendor == "postgresql" else "SELECT"  # prepared where it can be
    assert asked() == [who, "SELECT", "SELECT"], "who asks, how many, which"
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert asked() == [who, "UPDATE", "SELECT", "SELECT"]
        assert asked() == [who, "SELECT", "SELECT"]


def test_a_web_page_finds_device_and_user_in_one_query(person):
    browser = browser_of(person)
    with CaptureQueriesContext(connection) as queries:
        browser.get("/elder/")
    assert ["_device" in query["sql"] for query in queries] == [False, True, False], (
        "the session, both of them, and what every page says"
    )


def test_who_is_no_longer_active_is_signed_out(app, person):
    browser = browser_of(person)
    person.user.is_active = False
    person.user.save()
    assert app.get("/api/v1/me/").status_code == 401
    assert browser.get("/me/").status_code == 302


def test_a_new_device_is_told_and_a_known_one_is_not(person):
    token_of(person, "小米手机")
    assert not Message.objects.filter(template="new_device").exists(), "the very first"
    token_of(person, "小米手机")
    assert not Message.objects.filter(template="new_device").exists(), "known"
    token_of(person, "平板")
    told = Message.objects.get(template="new_device")
    assert "平板" in told.text
    assert (told.recipient, told.channel) == (person.user, "in_app")
    assert SignIn.objects.count() == 3


def test_staff_have_no_device_and_stay_signed_in(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("chief", "x", name="主任"))
    assert client.get("/admin/").status_code in (200, 302)
    assert Device.objects.count() == 0
    assert client.session["_auth_user_id"]


def test_one_and_fifty_devices_are_asked_for_alike(app, person, django_assert_num_queries):
    with django_assert_num_queries(3):
        app.get("/api/v1/me/devices/?page_size=100")
    row = Device.objects.get()
    Device.objects.bulk_create(
        Device(**{f.attname: getattr(row, f.attname) for f in row._meta.fields} | {"id": uuid4(), "digest": f"{n}"})
        for n in range(49)
    )
    with django_assert_num_queries(3):
        assert app.get("/api/v1/me/devices/?page_size=100").json()["count"] == 50


@pytest.mark.parametrize(
    ("called", "label"),
    [
        ("小米\n手机", "小米 手机"),
        ("A\u202e39.0.311.21\u202c", "A39.0.311.21"),
        ("\u2066x\u2069 \u200e\u200f\u061c手机\u0007", "x 手机"),
        ("\u202e\u2067", ""),
    ],
)
def test_a_label_cannot_turn_or_break_what_stands_beside_it(api, person, called, label):
    given = {"account": person.user.mobile, "password": life.PASSWORD, "device": called}
    assert api.post("/api/v1/auth/login/password/", given).status_code == 200
    assert Device.objects.get().label == SignIn.objects.get().label == label
    browser = browser_of(person)
    for address in ("/me/security/", "/me/security/devices/"):
        assert f"<bdi>{label or '手机应用'}</bdi>" in browser.get(address).content.decode()


def test_the_latest_sign_ins_say_when_how_with_what_and_from_where(api, person):
    browser = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari"})
    browser.post("/login/", {"account": person.user.mobile, "password": life.PASSWORD})
    code = {"captcha_id": "", "captcha_value": ""}
    code["captcha_id"], code["captcha_value"] = map(str, life.solved_captcha())
    api.post("/api/v1/auth/sms-codes/", {"mobile": person.user.mobile, "purpose": "login"} | code)
    given = {"mobile": person.user.mobile, "sms_code": life.code_sent_to(person.user.mobile), "device": "小米手机"}
    token = api.post("/api/v1/auth/login/sms/", given).json()["token"]
    token_of(person, "以前的手机")  # as the release before wrote it down
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    rows = api.get("/api/v1/me/sign-ins/").json()
    assert rows["count"] == 3
    shown = [{name: value for name, value in row.items() if name != "at"} for row in rows["results"]]
    assert shown == [
        {"way": "", "way_label": "", "kind": "app", "label": "以前的手机", "address": ""},
        {"way": "sms", "way_label": "短信验证码", "kind": "app", "label": "小米手机", "address": "127.0.0.1"},
        {"way": "password", "way_label": "密码", "kind": "web", "label": "iPhone · Safari", "address": "127.0.0.1"},
    ]
    assert [row["at"] for row in rows["results"]] == sorted((row["at"] for row in rows["results"]), reverse=True)
    page = browser.get("/me/security/").content.decode()
    assert re.findall(r'<span class="mute small">(\S*) ?<span class="num">', page) == ["", "短信验证码", "密码"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(life.registered())}")
    assert api.get("/api/v1/me/sign-ins/").json()["count"] == 1, "one's own"


def test_one_and_fifty_sign_ins_are_asked_for_alike(app, person, django_assert_num_queries):
    SignIn.objects.all().delete()
    rows = [SignIn(user=person.user, kind="app", label=f"{n}", at=clock.now()) for n in range(50)]
    for some, count in ((rows[:1], 1), (rows[1:], 50)):
        SignIn.objects.bulk_create(some)
        with django_assert_num_queries(3):
            assert app.get("/api/v1/me/sign-ins/?page_size=100").json()["count"] == count
