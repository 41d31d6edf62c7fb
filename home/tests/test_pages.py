"""Every page of the portal: it is there, it keeps the policy, it asks the database little."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlencode
from urllib.robotparser import RobotFileParser

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.shortcuts import render
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from candidate_api.registrations import actions
from home.templatetags.portal import sprite
from home.tests.conftest import SESSION, inline
from home.urls import urlpatterns
from tests import life

pytestmark = pytest.mark.django_db
PUBLIC = [
    "/login/",
    "/login/?way=sms",
    "/login/reset/",
    "/login/reset/?way=account",
    "/login/reset/code/",
    "/login/reset/password/",
    "/register/notice/",
    "/register/?notice=2026-10",
    "/business/",
    "/business/plan/",
    "/business/majors/",
    "/business/majors/080901/",
    "/business/textbooks/",
    "/services/",
    "/windows/",
    "/search/?q=报名",
    "/business/apply/info-change/",
    "/verify/",
    "/elder/",
    "/language/",
    "/accessibility/",
    "/offline/",
    "/manifest.webmanifest",
    "/sw.js",
    "/.well-known/assetlinks.json",
    "/.well-known/apple-app-site-association",
    "/.well-known/passkey-endpoints",
    "/demo/components/",
    "/demo/outbox/",
]
PRIVATE = [
    "/me/",
    "/me/profile/",
    "/me/contact/",
    "/me/identity/",
    "/me/photo/",
    "/me/messages/",
    "/me/notifications/",
    "/me/security/",
    "/me/security/proof/",
    "/me/security/password/",
    "/me/security/mobile/",
    "/me/security/email/",
    "/me/security/devices/",
    "/me/passkeys/",
    "/me/passkeys/add/",
    "/me/data/",
    "/me/data/erasure/",
    "/services/complaints/",
    "/services/complaints/new/",
    "/business/applications/",
    "/business/registration/",
    "/business/my-registrations/",
    "/business/tickets/",
    "/business/waiting/",
    "/business/arrangements/",
    "/business/scores/",
    "/business/transferred-scores/",
    "/business/forecast/",
]
MOST_QUERIES = 12


@pytest.fixture
def order(candidate: Candidate) -> Order:
    return actions.submit(SESSION, [("02324", "450100"), ("00023", "450100")], by=life.actor(candidate)).order


@pytest.mark.usefixtures("candidate")
@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_page_is_there_for_everybody_and_keeps_the_policy(client: Client, web: Client, address: str) -> None:
    for browser in (client, web):
        answer = browser.get(address, follow=True)
        assert answer.status_code == 200
        page = inline(answer.content.decode())
        assert page.found == []
        assert len(page.ids) == len(set(page.ids))


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_page_is_there_for_its_owner_and_leads_others_to_the_sign_in(
    client: Client, web: Client, address: str
) -> None:
    answer = web.get(address)
    assert answer.status_code == 200
    page = inline(answer.content.decode())
    assert page.found == []
    assert len(page.ids) == len(set(page.ids))
    assert "no-store" in answer["Cache-Control"]
    away = client.get(address)
    assert (away.status_code, away.url) == (302, f"{reverse('home:login')}?next={address.replace('/', '%2F')}")


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize("address", [*PUBLIC, *PRIVATE])
def test_a_page_asks_the_database_little(web: Client, address: str) -> None:
    web.get(address, follow=True)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        web.get(address)
    assert len(asked) <= MOST_QUERIES, "\n".join(query["sql"][:90] + " … " + query["sql"][-60:] for query in asked)


def test_every_address_of_the_portal_is_tried_here_or_in_a_journey(order: Order) -> None:
    tried = {address.partition("?")[0].lstrip("/") for address in [*PUBLIC, *PRIVATE]}
    fixed = {str(entry.pattern) for entry in urlpatterns if "<" not in str(entry.pattern)}
    only_post = {
        "logout/",
        "login/passkey/",
        "login/passkey/begin/",
        "me/security/devices/revoke-others/",
        "me/messages/read/",
    }
    files = {"favicon.ico", "robots.txt", "me/calendar.ics"}
    assert fixed - tried == only_post | files | {"me/data/erasure/withdraw/", "alive/"}


def test_what_belongs_to_another_is_not_there(client: Client, order: Order) -> None:
    client.force_login(life.enrolled().user)
    row = order.registrations.first()
    assert client.get(reverse("home:order", args=[order.number])).status_code == 404
    assert client.get(reverse("home:registration-change", args=[row.pk])).status_code == 404
    assert client.post(reverse("home:registration-cancel", args=[row.pk])).status_code == 404
    assert client.post(reverse("home:order-pay", args=[order.number])).status_code == 404
    assert client.post(reverse("home:order-confirm", args=[order.number])).status_code == 404


@pytest.mark.parametrize("status", [400, 404, 413, 500])
def test_an_error_page_needs_no_request(status: int) -> None:
    page = render(None, f"errors/{status}.html", {"request_id": "r-1"}).content.decode()
    assert "r-1" in page
    assert inline(page).found == []


def test_an_unknown_address_is_answered_in_the_house_style(client: Client) -> None:
    answer = client.get("/there-is-nothing-here/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/login/", {"account": "字" * (2 * 1024 * 1024)}),
        ("/login/", {f"field-{number}": "x" for number in range(1001)}),
        ("/admin/login/", {"username": "x" * (6 * 1024 * 1024)}),
    ],
)
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "提交的内容太大"), ("en", "The content is too large")])
def test_what_is_too_large_to_be_read_is_refused_in_words(
    client: Client, caplog: pytest.LogCaptureFixture, path: str, given: dict[str, str], language: str, words: str
) -> None:
    client.cookies["language"] = language
    answer = client.post(path, urlencode(given), content_type="application/x-www-form-urlencoded")
    page = answer.content.decode()
    assert answer.status_code == 413
    assert (words if not path.startswith("/admin/") else "提交的内容太大") in page
    assert inline(page).found == []
    [said] = [record for record in caplog.records if record.name.startswith("django.")]
    assert (said.levelname, said.exc_info) == ("WARNING", None)


def test_what_cannot_be_read_is_refused_in_words(client: Client) -> None:
    answer = client.post("/login/", b"no such part", content_type="multipart/form-data; boundary=")
    assert answer.status_code == 400
    assert "请求无法读取" in answer.content.decode()


def test_the_icon_is_there_for_who_asks_for_it_by_its_old_name(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.url) == (302, "/static/img/favicon.svg")
    assert finders.find("img/favicon.svg")


def test_search_engines_leave_what_is_private_alone(client: Client) -> None:
    answer = client.get("/robots.txt")
    rules = RobotFileParser()
    rules.parse(answer.content.decode().splitlines())
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    closed = ["/admin/", "/api/v1/", "/me/", "/me/messages/", "/files/x/", "/login/?next=/me/"]
    assert [path for path in closed if rules.can_fetch("*", path)] == []
    opened = ["/", "/news/", "/business/majors/", "/services/", "/static/css/portal.css"]
    assert [path for path in opened if not rules.can_fetch("*", path)] == []


def test_a_form_that_is_too_old_is_refused_in_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"account": "13800001234"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    assert inline(answer.content.decode()).found == []


def test_a_tile_with_an_unknown_picture_still_has_one() -> None:
    assert (sprite("pin"), sprite("no-such-picture")) == ("pin", "doc")


def test_the_larger_type_is_switched_on_and_off(client: Client) -> None:
    assert 'class="elder"' not in client.get("/login/").content.decode()
    assert client.post("/elder/", {"elder": "1", "next": "/login/"}).url == "/login/"
    assert 'class="elder"' in client.get("/login/").content.decode()
    client.post("/elder/", {"elder": "0"})
    assert 'class="elder"' not in client.get("/login/").content.decode()


@pytest.mark.parametrize(
    ("files", "most"),
    [
        (["css/portal.css"], 20 * 1024),
        (["js/portal.js", "django_htmx/htmx-2.min.js"], 30 * 1024),
        (["img/icons.svg"], 10 * 1024),
    ],
)
def test_what_a_phone_downloads_stays_small(files: list[str], most: int) -> None:
    sizes = []
    for name in files:
        with open(finders.find(name), "rb") as file:
            sizes.append(len(gzip.compress(file.read(), 9)))
    assert sum(sizes) <= most


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', Path(finders.find("img/icons.svg")).read_text()))
    named = set()
    for path in (settings.ROOT / "templates").rglob("*.html"):
        named |= set(re.findall(r'(?:{% icon |icon=)"([\w-]+)"', path.read_text()))
    assert named - sprite == set()


def test_the_components_render_on_their_own() -> None:
    assert 'role="alert"' in render_to_string("components/notice.html", {"tone": "danger", "text": "停"})
    assert "<h2>空</h2>" in render_to_string("components/empty.html", {"title": "空"})
