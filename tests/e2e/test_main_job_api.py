"""From the 注册须知 to the printed 准考证, as the native app does it: nothing but HTTP."""

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from candidate_api.candidates.photo import spec_on
from candidate_api.payments.models import PaymentEvent
from portal.demo.portraits import portrait
from portal.kernel import clock
from portal.kernel.messages.models import Message
from tests import contract, life
from tests.e2e.world import World, pictures_of, qr_address, solved, text_of

MOBILE = "13977100001"
ID_NUMBER = life.id_number(77)
MAJOR = "080901"  # 计算机科学与技术
DISTRICT = "450100"


class App:
    """A telephone: speaks HTTP, keeps its token; every answer is held against the OpenAPI document."""

    def __init__(self, url: str, http: requests.Session) -> None:
        self.url = f"{url}/api/v1/"
        self.http = http

    def call(self, method: str, path: str, expected: int = 200, **options: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        response = self.http.request(method, self.url + path, headers=headers, timeout=20, **options)
        assert response.status_code == expected, f"{method} {path}: {response.status_code} {response.text}"
        contract.check(method, urlsplit(self.url + path).path, response)
        if response.headers.get("Content-Type", "").split(";")[0].endswith("json"):
            return response.json()
        return response.content

    def get(self, path: str, expected: int = 200) -> Any:
        return self.call("GET", path, expected)

    def post(self, path: str, expected: int = 200, **body: Any) -> Any:
        return self.call("POST", path, expected, json=body)

    def carry(self, token: str) -> None:
        self.http.headers["Authorization"] = f"Bearer {token}"

    def captcha(self) -> dict[str, str]:
        """A challenge, worked out."""
        given = self.post("auth/captcha/")
        return {"captcha_id": given["captcha_id"], "captcha_value": solved(given["work"])}


@pytest.fixture
def app(world: World, http: requests.Session) -> App:
    return App(world.url, http)


def enrolled(app: App) -> None:
    """Somebody with a 准考证号 signs in on this telephone."""
    candidate = life.enrolled()
    signed_in = app.post("auth/login/password/", account=candidate.candidate_number, password=life.PASSWORD)
    app.carry(signed_in["token"])


def choices(app: App, session: str, number: int) -> list[dict[str, Any]]:
    """Courses of the own major in different slots."""
    found = app.get(f"me/registration-options/?session={session}&scope=own&page_size=100")["results"]
    free = {option["slot"]: option for option in reversed(found) if option["blocked"] is None}
    return [free[slot] for slot in sorted(free)][:number]


def submit(app: App, session: str, number: int) -> dict[str, Any]:
    entries = [{"course": option["course"], "district": DISTRICT} for option in choices(app, session, number)]
    submitted: dict[str, Any] = app.post("me/registrations/", 201, session=session, entries=entries)
    return submitted


def everything(app: App) -> Any:
    """Whatever a payment could have changed for the candidate."""
    return [app.get("me/orders/"), app.get("me/registrations/"), Message.objects.count()]


def test_from_the_notice_to_the_admission_ticket(world: World, app: App) -> None:
    register_and_sign_in(world, app)
    number = get_number(world, app)
    order_path = choose_and_cancel_one(world, app)
    pay_once(world, app, order_path)
    pdf = print_ticket(world, app, number)
    verify(world, app, pdf, number)


def register_and_sign_in(world: World, app: App) -> None:
    # 注册须知, captcha, text message, registration
    notice = app.get("auth/notice/")
    assert "证件" in notice["body"]
    sent = app.post("auth/sms-codes/", 202, mobile=MOBILE, purpose="register", **app.captcha())
    assert sent["expires_in"] == 600
    registered = app.post(
        "auth/register/",
        201,
        notice_version=notice["version"],
        name="韦小莉",
        id_type="resident_id",
        id_number=ID_NUMBER,
        mobile=MOBILE,
        sms_code=world.code_sent_to(MOBILE),
        password=life.PASSWORD,
        **app.captcha(),
    )
    assert registered["candidate"]["candidate_number"] is None

    # signing in
    refused = app.post("auth/login/password/", 401, account=MOBILE, password="wrong")
    assert refused["code"] == "invalid_credentials"
    app.carry(app.post("auth/login/password/", account=MOBILE, password=life.PASSWORD, device="手机")["token"])
    me = app.get("me/")
    assert me["candidate"]["id_number"] == f"{ID_NUMBER[:4]}{'*' * 10}{ID_NUMBER[-4:]}"
    assert {step["step"]: step["done"] for step in me["onboarding"]}["profile"] is False


def get_number(world: World, app: App) -> str:
    """Profile and photo; the 准考证号."""
    # no 准考证号, no registration
    blocked = app.post(
        "me/registrations/", 409, session=world.session, entries=[{"course": "13000", "district": DISTRICT}]
    )
    assert blocked["code"] == "onboarding_incomplete"

    # the profile, by the office's own lists
    [nation] = [c for c in app.get("codes/ethnicity/?page_size=100")["results"] if c["label"] == "壮族"]
    profile = life.profile() | {"ethnicity": nation["code"], "district": DISTRICT, "major": MAJOR}
    app.call("PATCH", "me/profile/", json=profile)
    # an address given while registration is open is confirmed for it; whoever asks again is told the same
    confirmed = app.post("me/contact-confirmation/", session=world.session)
    assert confirmed["contact_confirmed_for"] == world.session

    # a photo that does not meet the specification, then one that does
    spec = spec_on(clock.today())
    red = {"photo": ("me.jpg", portrait(5, spec, background=(200, 40, 40)), "image/jpeg")}
    looked_at = app.call("POST", "me/photo/check/", files=red)
    assert [error["code"] for error in looked_at["errors"]] == ["background"]
    app.call("PUT", "me/photo/", 400, files=red)
    saved = app.call("PUT", "me/photo/", files={"photo": ("me.jpg", life.good_photo(5), "image/jpeg")})
    number = saved["candidate_number"]
    assert re.fullmatch(r"\d{12}", number)
    assert all(step["done"] for step in app.get("me/")["onboarding"])
    return str(number)


def choose_and_cancel_one(world: World, app: App) -> str:
    """Three courses of the real plan and timetable, two of which are kept; the order's address."""
    # courses of the own plan, as the timetable has them
    chosen = choices(app, world.session, 3)
    plan = app.get(f"majors/{MAJOR}/")
    in_plan = {line["course"]["code"] for group in plan["plan"]["groups"] for line in group["courses"]}
    assert {option["course"] for option in chosen} <= in_plan
    timetable = app.get(f"exam-plans/?session={world.session}&major={MAJOR}&page_size=100")["results"]
    assert {(o["course"], o["slot"]) for o in chosen} <= {(row["course"]["code"], row["slot"]) for row in timetable}
    submitted = submit(app, world.session, 3)
    order = submitted["order"]
    assert (order["state"], order["amount"], order["currency"]) == ("pending", "120.00", "CNY")
    assert [row["state"] for row in submitted["registrations"]] == ["pending"] * 3

    # one is cancelled before paying
    gone = submitted["registrations"][-1]
    assert "cancel" in gone["allowed_actions"]
    app.call("DELETE", f"me/registrations/{gone['id']}/", 204)
    order_path = f"me/orders/{order['number']}/"
    assert app.get(order_path)["amount"] == "80.00"
    return order_path


def pay_once(world: World, app: App, order_path: str) -> None:
    # 确认支付完成 only asks: nothing is paid, so nothing changes
    started = app.post(f"{order_path}payments/", 201, channel="wechat", scene="h5")
    before = everything(app)
    assert app.post(f"{order_path}confirm/")["state"] == "pending"
    assert everything(app) == before
    # a second click hands out the same attempt
    again = app.post(f"{order_path}payments/", 201, channel="wechat", scene="h5")
    assert again["invoke"] == started["invoke"]

    # the payer pays at the gateway; its signed notice turns the order paid
    page = app.http.get(started["invoke"]["h5_url"], timeout=20)
    assert "¥80.00" in page.text
    assert app.http.post(started["invoke"]["h5_url"], data={"result": "success"}, timeout=20).status_code == 200
    letter = world.letter()
    assert letter.status == 204
    paid = app.get(order_path)
    assert (paid["state"], [payment["state"] for payment in paid["payments"]]) == ("paid", ["succeeded"])
    mine = app.get(f"me/registrations/?session={world.session}")["results"]
    assert sorted(row["state"] for row in mine) == ["cancelled", "confirmed", "confirmed"]

    # whatever comes now changes nothing
    before = everything(app)
    assert app.post(f"{order_path}payments/", 409, channel="wechat", scene="h5")["code"] == "already_paid"
    assert letter.sent_again() == 204
    assert letter.sent_again(body=letter.body.replace(b"TRANSACTION", b"transaction")) == 401
    assert app.post(f"{order_path}confirm/")["state"] == "paid"
    kept = next(row for row in mine if row["state"] == "confirmed")
    assert app.call("DELETE", f"me/registrations/{kept['id']}/", 409)["code"] == "already_paid"
    assert everything(app) == before
    assert [trade["state"] for trade in world.books()["trades"]] == ["SUCCESS"]
    assert world.books()["refunds"] == []


def print_ticket(world: World, app: App, number: str) -> bytes:
    # the ticket, not before its release and not without the pledge
    ticket = f"me/admission-tickets/{world.session}.pdf"
    assert app.get(ticket, 409)["code"] == "not_released"
    world.release_tickets()
    assert app.get(ticket, 409)["code"] == "pledge_required"
    app.post(f"me/admission-tickets/{world.session}/pledge/", 201)
    pdf = app.get(ticket)

    mine = app.get(f"me/registrations/?session={world.session}")["results"]
    seats = app.get(f"me/exam-arrangements/?session={world.session}")["results"]
    text = text_of(pdf)
    assert len(seats) == 2
    for row in mine:
        assert (row["course"] in text) == (row["state"] == "confirmed")
    for words in ("韦小莉", number, ID_NUMBER, *(seat["site"] for seat in seats)):
        assert words in text
    spec = spec_on(clock.today())
    assert (spec.width, spec.height) in pictures_of(pdf)
    return bytes(pdf)


def verify(world: World, app: App, pdf: bytes, number: str) -> None:
    """Anybody can tell that the paper is genuine."""
    app.http.headers.pop("Authorization")
    token = qr_address(pdf).removeprefix(f"{world.url}/verify/").removesuffix("/")
    proof = app.get(f"verify/{token}/")
    assert (proof["signed"], proof["current"]) == (True, True)
    assert (proof["name"], proof["number"], proof["session"]) == ("韦*莉", number[-4:], world.session)
    assert app.get(f"verify/{proof['code']}/")["number"] == number[-4:]
    app.get("verify/2222222222222222/", 404)


def test_a_lost_notice_is_made_good_by_asking(world: World, app: App, http: requests.Session) -> None:
    enrolled(app)
    order_path = f"me/orders/{submit(app, world.session, 1)['order']['number']}/"
    started = app.post(f"{order_path}payments/", 201, channel="wechat", scene="h5")
    http.post(started["invoke"]["h5_url"], data={"result": "never"}, timeout=20)
    assert app.get(order_path)["state"] == "pending"

    assert app.post(f"{order_path}confirm/")["state"] == "paid"

    assert world.letters.empty()
    assert PaymentEvent.objects.filter(kind="notify").count() == 0


@pytest.mark.parametrize(
    ("lie", "status"),
    [("wrong_signature", 401), ("stale_timestamp", 401), ("wrong_amount", 400), ("wrong_merchant", 401)],
)
def test_a_forged_notice_turns_nothing(world: World, app: App, http: requests.Session, lie: str, status: int) -> None:
    enrolled(app)
    number = submit(app, world.session, 1)["order"]["number"]
    started = app.post(f"me/orders/{number}/payments/", 201, channel="wechat", scene="h5")
    world.twin.gateway.ledger.pay(started["payment"]["id"])  # taken; the notice is written below
    before = everything(app)
    trade = world.twin.gateway.ledger.trade(started["payment"]["id"])
    assert trade is not None
    world.twin.gateway.lie(lie, on="notify")
    url, headers, body = world.twin.gateway.letter(trade, "event-1")

    assert http.post(url, data=body, headers=headers, timeout=20).status_code == status

    assert everything(app) == before
    assert app.get(f"me/orders/{number}/")["state"] == "pending"
    # The truth is still believed afterwards.
    url, headers, body = world.twin.gateway.letter(trade, "event-2")
    assert http.post(url, data=body, headers=headers, timeout=20).status_code == 204
    assert app.get(f"me/orders/{number}/")["state"] == "paid"
