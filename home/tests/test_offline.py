"""The portal as an app on the telephone: installed, without a network, and left alone for an hour."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client
from wagtail.models import Site

from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from cms.tests import factories
from home.tests.conftest import SESSION

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def phone(_chromium: "Browser") -> "Iterator[Page]":
    """A telephone that keeps what the portal gives it to keep."""
    context = _chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def sign_in(page: "Page", url: str, candidate: Candidate) -> None:
    client = Client()
    client.force_login(candidate.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])


def installed(page: "Page", url: str) -> None:
    page.goto(url + "/verify/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_what_was_read_can_be_read_without_a_network(phone: "Page", live_server: Any, candidate: Candidate) -> None:
    front = {"hostname": "testserver", "root_page": factories.index()}
    Site.objects.update_or_create(is_default_site=True, defaults=front)
    notice = factories.news("关于2026年下半年报考的通知", text="<p>请在规定时间内报考。</p>")
    address = live_server.url + (notice.get_url() or "")
    installed(phone, live_server.url)
    phone.goto(address)

    phone.context.set_offline(True)

    phone.goto(address)
    phone.get_by_text("请在规定时间内报考。").wait_for()
    phone.goto(live_server.url + "/business/majors/")
    phone.get_by_role("heading", name="现在没有网络").wait_for()
    phone.get_by_role("link", name="关于2026年下半年报考的通知").wait_for()


@pytest.fixture
def seated(time_machine: Any) -> Candidate:
    """Somebody with a seat, the moment the tickets are released."""
    sitting, place = make.session(), make.district()
    make.site(place, [30])
    [one] = make.people(1)
    make.give_photo(one)
    make.entries([one], sitting, place, [1])
    time_machine.move_to(make.RELEASE)
    make.arrange(SESSION)
    return one


def test_a_ticket_stays_until_its_owner_signs_out(phone: "Page", live_server: Any, seated: Candidate) -> None:
    sign_in(phone, live_server.url, seated)
    installed(phone, live_server.url)
    phone.goto(live_server.url + "/business/tickets/")
    phone.get_by_role("link", name="签署诚信考试承诺书").click()
    phone.get_by_label("我已阅读并承诺遵守").check()
    phone.get_by_role("button", name="签署承诺书").click()
    ticket = f"{live_server.url}/business/tickets/{SESSION}.pdf"
    assert opened(phone, ticket) == "application/pdf"

    phone.context.set_offline(True)
    phone.goto(live_server.url + "/me/")
    phone.get_by_role("link", name=f"准考证 {SESSION}").wait_for()
    assert opened(phone, ticket) == "application/pdf"
    phone.context.set_offline(False)
    again = phone.context.new_page()  # the other one may be coming back by itself at this moment
    again.goto(live_server.url + "/me/")
    again.get_by_role("button", name="退出登录").click()
    again.get_by_text("您已安全退出").wait_for()
    assert again.evaluate("caches.has('own')") is False


def opened(page: "Page", address: str) -> str:
    script = "address => document.body.append(Object.assign(document.createElement('iframe'), {src: address}))"
    with page.expect_response(address) as answer:
        page.evaluate(script, address)
    assert answer.value.from_service_worker
    return str(answer.value.headers["content-type"])


def test_whoever_reads_for_long_is_asked_and_stays(phone: "Page", live_server: Any, candidate: Candidate) -> None:
    sign_in(phone, live_server.url, candidate)
    phone.clock.install()
    phone.goto(live_server.url + "/me/profile/")
    phone.clock.fast_forward("54:00")
    phone.get_by_role("dialog", name="您还在吗？").wait_for()
    with phone.expect_response("**/alive/") as answer:
        phone.get_by_role("button", name="继续使用").click()
    assert answer.value.status == 204
    phone.clock.fast_forward("50:00")
    assert phone.get_by_role("dialog").count() == 0
    phone.clock.fast_forward("10:00")
    phone.get_by_text("您已自动退出").wait_for()


def test_nobody_signed_in_is_nobody_here(client: Client, reference: None) -> None:
    assert client.get("/alive/").status_code == 302
    told = client.get("/manifest.webmanifest").json()
    assert (told["display"], told["start_url"], [icon["sizes"] for icon in told["icons"]]) == (
        "standalone",
        "/",
        ["192x192", "512x512", "512x512"],
    )
