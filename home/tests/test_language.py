"""The portal in English: chosen on the device, whole on every page, and never mixed into what is kept or sent."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from candidate_api.registrations import actions
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession
from candidate_api.tickets import rules as tickets
from candidate_api.tickets.models import Pledge
from candidate_api.tickets.paper import facts as printed
from cms.tests import factories
from home.tests.conftest import SESSION
from home.tests.places import addresses
from home.tests.reading import read
from portal.kernel import clock
from portal.kernel.messages.models import Message
from review.applications.tests.scene import drafted, made
from tests import life

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")


@pytest.fixture
def order(candidate: Candidate) -> Order:
    entries = [("02324", "450100"), ("00023", "450100")]
    return actions.submit(SESSION, entries, by=life.actor(candidate)).order


def in_english(browser: Client) -> Client:
    browser.cookies["language"] = "en"
    return browser


def test_every_page_in_english_says_nothing_in_chinese_unless_it_says_so(
    client: Client, web: Client, candidate: Candidate, order: Order
) -> None:
    made()
    stray = []
    for address in addresses(order, drafted(candidate.user)):
        for browser in (in_english(client), in_english(web)):
            answer = browser.get(address)
            if answer.status_code == 302:
                continue
            page = read(answer.content.decode())
            assert page.language == answer["Content-Language"] == "en", address
            assert "Cookie" in answer["Vary"]
            assert "Accept-Language" not in answer["Vary"]
            stray += [(address, text) for text in page.stray]
    assert stray == []


def test_a_page_is_chinese_until_somebody_chooses(client: Client) -> None:
    page = client.get("/login/", headers={"accept-language": "en-US,en;q=0.9"}).content.decode()
    assert '<html lang="zh-Hans"' in page
    assert "登录" in page
    assert "bdi" not in page


def test_choosing_goes_back_and_stays_on_the_device(client: Client) -> None:
    page = client.get("/language/", headers={"referer": "http://testserver/windows/"}).content.decode()
    assert 'name="next" value="http://testserver/windows/"' in page
    answer = client.post("/language/", {"language": "en", "next": "http://testserver/windows/"})
    assert (answer.status_code, answer.url) == (302, "http://testserver/windows/")
    assert client.cookies["language"]["httponly"]
    assert read(client.get("/windows/").content.decode()).language == "en"
    answer = client.post("/language/", {"language": "zh-hans", "next": "https://elsewhere.example/"})
    assert answer.url == "/me/"
    assert read(client.get("/windows/").content.decode()).language == "zh-Hans"


@pytest.mark.parametrize("wanted", ["fr", "", "zh", "EN", "en\r\nSet-Cookie: a=b"])
def test_a_language_that_is_not_there_is_chinese(client: Client, wanted: str) -> None:
    client.post("/language/", {"language": wanted})
    assert client.cookies["language"].value == ""
    client.cookies["language"] = wanted.partition("\r")[0] or "x"
    assert read(client.get("/login/").content.decode()).language == ("en" if wanted.startswith("en\r") else "zh-Hans")


def test_what_makes_the_app_is_in_the_language_too(client: Client) -> None:
    chinese = client.get("/sw.js").content
    assert client.get("/manifest.webmanifest").json()["lang"] == "zh-hans"
    in_english(client)
    told = client.get("/manifest.webmanifest")
    assert told.json()["lang"] == "en"
    assert told.json()["name"] == "Guangxi Self-Taught Exams"
    assert "Cookie" in told["Vary"]
    assert client.get("/sw.js").content != chinese, "the page without a network is fetched anew"


def test_the_desk_stays_chinese(client: Client) -> None:
    page = in_english(client).get("/admin/login/", headers={"accept-language": "en"})
    assert page["Content-Language"] == "zh-hans"


def test_the_api_answers_in_the_language_that_is_asked_for(client: Client, api: Any) -> None:
    in_english(client)
    chinese = client.get("/api/v1/me/")
    english = client.get("/api/v1/me/", headers={"accept-language": "fr, en-GB;q=0.8, zh;q=0.5"})
    assert chinese.json()["title"] == "请先登录", "no cookie counts here"
    assert english.json()["title"] == "Please sign in"
    assert chinese.json()["code"] == english.json()["code"] == "not_authenticated"
    assert "Accept-Language" in english["Vary"]
    wrong = {"account": "", "password": ""}
    fields = [
        api.post("/api/v1/auth/login/password/", wrong, HTTP_ACCEPT_LANGUAGE=language).json()["errors"]
        for language in ("zh-CN", "en")
    ]
    chinese_ones, english_ones = fields
    assert [error["code"] for error in chinese_ones] == [error["code"] for error in english_ones]
    assert [error["detail"] for error in chinese_ones] != [error["detail"] for error in english_ones]


def test_ready_answers_are_not_mixed(client: Client) -> None:
    factories.index()
    address = "/api/v1/home/"
    first = {code: client.get(address, headers={"accept-language": code}) for code in ("zh-CN", "en")}
    assert first["zh-CN"]["ETag"] != first["en"]["ETag"]
    for code, answer in first.items():
        again = client.get(address, headers={"accept-language": code})
        assert (again["ETag"], again.content) == (answer["ETag"], answer.content)
        assert again["Content-Language"] == {"zh-CN": "zh-hans", "en": "en"}[code]


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_sign_in_to_an_order_by_codes_alone(candidate: Candidate, language: str) -> None:
    """The same requests lead to the same rows in both languages: nothing goes by a label."""
    browser = Client()
    browser.cookies["language"] = language
    answer = browser.post("/login/", {"way": "password", "account": candidate.user.mobile, "password": life.PASSWORD})
    assert answer.status_code == 302
    given = {"course": ["02324", "00023"], "district": "450100", "submit": "1"}
    answer = browser.post("/business/registration/", given)
    order = Order.objects.get()
    assert answer.url == f"/business/orders/{order.number}/"
    assert order.title == "2026年10月高等教育自学考试 课程报考", "what is kept is in the house's language"
    page = browser.get(answer.url).content.decode()
    assert ("Registration order" in page) == (language == "en")
    assert ("报考单" in page) == (language == "zh-hans")
    first = Registration.objects.order_by("pk")[0]
    assert browser.post(f"/business/my-registrations/{first.pk}/cancel/").status_code == 302
    assert Registration.objects.get(pk=first.pk).state == "cancelled"
    new = dict.fromkeys(("new_password", "confirm_password"), "an0ther-Pass-9")
    browser.post("/me/security/password/", {"old_password": life.PASSWORD, **new})
    changed = Message.objects.filter(template="password_changed").latest("pk")
    assert "密码" in changed.text


def test_what_is_printed_is_chinese_whoever_asked(candidate: Candidate, session: ExamSession) -> None:
    pledge = Pledge(candidate=candidate, session=session, signed_at=clock.now())
    facts = {}
    for language in LANGUAGES:
        with translation.override(language):
            facts[language] = printed(candidate, session, pledge, [], "ABCD")
    assert facts["en"] == facts["zh-hans"], "else each change of language would void the paper"
    assert facts["en"]["title"] == tickets.title(SESSION)
    assert facts["en"]["gender"] in ("男", "女")
