"""Every door to a write journey, by API and on the web; reads stay up."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.registrations.actions import submit
from candidate_api.registrations.models import Registration
from candidate_api.waiting import actions
from candidate_api.waiting.models import WaitingPlace
from candidate_api.waiting.rules import Mode
from candidate_api.waiting.tests.line import NOON, opened, somebody
from portal.kernel.errors import Code
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
COURSE, OTHER, NANNING = "02324", "00023", "450100"
WANTED = {"session": "2026-10", "entries": [{"course": COURSE, "district": NANNING}]}


@pytest.fixture
def app(api: Any, person: Candidate) -> Any:
    api.force_authenticate(person.user)
    return api


@pytest.fixture
def web(person: Candidate) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def somebody_waits_before() -> None:
    opened(per_minute=60)
    actions.take_place(by=somebody())


def test_every_write_waits_and_every_read_goes_on(app: Any, person: Candidate) -> None:
    order = submit("2026-10", [(COURSE, NANNING)], by=life.actor(person)).order
    row = Registration.objects.get()
    somebody_waits_before()
    pay = f"/api/v1/me/orders/{order.number}/payments/"
    answers = [
        app.post("/api/v1/me/registrations/", WANTED),
        app.patch(f"/api/v1/me/registrations/{row.pk}/", {"course": OTHER}),
        app.post(pay, {"channel": "wechat", "scene": "h5"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (429, Code.WAITING_ROOM)
        assert (answer.json()["position"], answer.json()["estimate"]) == (2, 2)
        assert answer.headers["Retry-After"] == "5"
    assert Registration.objects.get().course.code == COURSE
    assert not PaymentAttempt.objects.exists()
    for path in ("me/registrations/", f"me/orders/{order.number}/", "exam-sessions/", "me/scores/"):
        assert app.get(f"/api/v1/{path}").status_code == 200, path
    assert app.delete(f"/api/v1/me/registrations/{row.pk}/").status_code == 204  # gives a seat back


def test_an_app_takes_a_place_waits_and_registers(app: Any, noon: Any) -> None:
    somebody_waits_before()
    looked = app.get("/api/v1/me/waiting-room/").json()
    assert looked == {
        "is_open": True, "may_enter": False, "position": None, "estimate": 2, "ask_again": 5, "until": None
    }  # fmt: skip
    assert WaitingPlace.objects.count() == 1  # looking takes no place
    assert app.post("/api/v1/me/waiting-room/").json()["position"] == 2

    key = {"HTTP_IDEMPOTENCY_KEY": "the-same"}
    assert app.post("/api/v1/me/registrations/", WANTED, **key).status_code == 429
    noon.move_to(NOON + timedelta(seconds=2))
    first = app.post("/api/v1/me/registrations/", WANTED, **key)
    assert first.status_code == 201  # the refusal has left the key free
    assert app.get("/api/v1/me/waiting-room/").json()["may_enter"]
    again = app.post("/api/v1/me/registrations/", WANTED, **key)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")


def test_an_answer_of_before_is_given_again_without_a_line(app: Any) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "of-before"}
    first = app.post("/api/v1/me/registrations/", WANTED, **key)
    somebody_waits_before()
    assert app.post("/api/v1/me/registrations/", WANTED, **key).json() == first.json()
    assert WaitingPlace.objects.count() == 1


def test_the_web_waits_and_goes_on_with_what_was_ticked(web: Client, noon: Any) -> None:
    somebody_waits_before()
    asked = {"submit": "1", "course": [COURSE], "district": NANNING}
    line = web.post("/business/registration/", asked)
    assert (line.status_code, line.url) == (302, "/business/waiting/?next=%2Fbusiness%2Fregistration%2F")
    page = web.get(line.url).content.decode()
    assert "您前面还有" in page
    assert '<meta http-equiv="refresh" content="5">' in page
    assert web.get(line.url).content.decode().count("正在排队") == 1
    assert WaitingPlace.objects.count() == 2  # reloading keeps the place
    part = web.get(line.url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part

    noon.move_to(NOON + timedelta(seconds=2))
    assert web.get(line.url, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/business/registration/"
    assert web.get(line.url).url == "/business/registration/"
    kept = web.get("/business/registration/")
    assert kept.context["count"] == 1
    assert web.post("/business/registration/", asked).url == f"/business/orders/{Order.objects.get().number}/"


@pytest.mark.parametrize("path", ["/business/registration/", "/business/my-registrations/{row}/change/"])
def test_a_form_is_not_shown_to_who_could_not_send_it(web: Client, person: Candidate, path: str) -> None:
    submit("2026-10", [(COURSE, NANNING)], by=life.actor(person))
    somebody_waits_before()
    path = path.format(row=Registration.objects.get().pk)
    assert web.get(path).url.startswith("/business/waiting/?next=")
    assert web.get(path, headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/business/waiting/")


def test_to_pay_one_waits_and_comes_back_to_the_order(web: Client, person: Candidate) -> None:
    order = submit("2026-10", [(COURSE, NANNING)], by=life.actor(person)).order
    somebody_waits_before()
    line = web.post(f"/business/orders/{order.number}/pay/", {"channel": "wechat"})
    assert line.url == f"/business/waiting/?next=%2Fbusiness%2Forders%2F{order.number}%2F"
    assert web.get(f"/business/orders/{order.number}/").status_code == 200
    assert not PaymentAttempt.objects.exists()


def test_another_persons_browser_does_not_pass_with_this_ones_place(web: Client, noon: Any) -> None:
    """A cookie carries no place: whoever is signed in is looked for."""
    somebody_waits_before()
    web.get("/business/registration/")
    noon.move_to(NOON + timedelta(seconds=2))
    assert web.get("/business/registration/").status_code == 200
    other = Client()
    other.force_login(life.confirm_contact(life.enrolled()).user)
    for name, cookie in web.cookies.items():
        if name != "sessionid":
            other.cookies[name] = cookie.value
    assert other.get("/business/registration/").url.startswith("/business/waiting/")


def test_without_a_line_the_page_says_so_and_leads_nowhere_else(web: Client) -> None:
    assert "现在不用排队" in web.get("/business/waiting/").content.decode()
    assert web.get("/business/waiting/?next=https://example.org/").url == "/me/"
    opened(mode=Mode.OFF)
    assert web.get("/business/registration/").status_code == 200
