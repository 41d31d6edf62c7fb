"""From the 注册须知 to the printed 准考证, as a candidate does it on a phone."""

import re
from typing import TYPE_CHECKING

import pytest
import requests

from candidate_api.candidates.photo import spec_on
from candidate_api.payments.models import Order, PaymentEvent
from candidate_api.registrations.models import Registration
from portal.demo.portraits import portrait
from portal.kernel import clock
from portal.kernel.messages.models import Message
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.world import World, pictures_of, qr_address, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOBILE = "13977100002"
ID_NUMBER = life.id_number(88)
CHOSEN = 3


@pytest.fixture
def visitor(world: World, browser: "Page") -> Visitor:
    return Visitor(browser, world.url, "phone")


def test_from_the_notice_to_the_admission_ticket(world: World, visitor: Visitor, http: requests.Session) -> None:
    register(world, visitor)
    sign_in(visitor)
    number = get_number(visitor)
    choose(world, visitor)
    cancel_one(visitor)
    pay(world, visitor)
    pdf = ticket(world, visitor, http)

    text = text_of(pdf)
    confirmed = Registration.objects.filter(state="confirmed").select_related("course")
    assert len(confirmed) == CHOSEN - 1
    for words in ("韦小莉", number, ID_NUMBER, *(row.course.code for row in confirmed)):
        assert words in text
    assert (480, 640) in pictures_of(pdf)

    # whoever scans the code
    visitor.page.context.clear_cookies()
    visitor.page.goto(qr_address(pdf))
    visitor.sees("核验通过")
    visitor.sees("韦*莉")
    visitor.look("verified")


def register(world: World, visitor: Visitor) -> None:
    visitor.go("/")
    visitor.look("home")
    visitor.go("/business/registration/")
    visitor.follow("新生注册")
    visitor.look("notice")
    visitor.press("我已认真阅读并知晓有关规定")
    visitor.look("register")
    visitor.press("注册")
    visitor.sees("请检查以下问题")
    visitor.look("register-errors")

    visitor.fill(name="韦小莉", id_number=ID_NUMBER, password=life.PASSWORD, mobile=MOBILE)
    visitor.read_captcha()
    visitor.press("获取验证码")
    visitor.sees("短信将在一分钟内送达")
    visitor.look("register-code-sent")
    assert visitor.page.locator("[name=name]").input_value() == "韦小莉"
    visitor.fill(sms_code=world.code_sent_to(MOBILE))
    visitor.look("register-filled")
    visitor.press("注册")
    visitor.sees("注册成功")
    visitor.look("registered")


def sign_in(visitor: Visitor) -> None:
    visitor.press("退出登录")
    visitor.sees("您已安全退出")
    visitor.fill(account=MOBILE, password=life.PASSWORD)
    visitor.look("sign-in")
    visitor.press("登录")
    visitor.sees("尚未生成")


def get_number(visitor: Visitor) -> str:
    """Profile and photo; the 准考证号."""
    visitor.go("/business/registration/")
    visitor.look("not-yet")
    visitor.go("/me/profile/")
    visitor.fill(**{name: str(value) for name, value in life.profile().items() if name not in {"district", "major"}})
    visitor.fill(district="450100", major="080901")
    visitor.look("profile")
    visitor.press("保存")
    visitor.sees("保存成功")
    spec = spec_on(clock.today())
    choose_file(visitor, portrait(8, spec, background=(200, 40, 40)))
    visitor.press("上传照片")
    visitor.sees("照片须为纯蓝色或白色背景")
    visitor.look("photo-refused")
    choose_file(visitor, life.good_photo(8))
    visitor.sees(re.compile(r"480×640 像素"))
    visitor.press("上传照片")
    visitor.sees("您的准考证号是")
    visitor.look("number")
    found = re.search(r"\d{12}", visitor.page.locator("main").inner_text())
    assert found
    return found.group()


def choose_file(visitor: Visitor, content: bytes) -> None:
    visitor.page.locator("[name=photo]").set_input_files(
        {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}
    )


def choose(world: World, visitor: Visitor) -> None:
    visitor.go("/business/registration/")
    visitor.look("choose")
    slots = visitor.page.locator("section.slot")
    assert slots.count() >= CHOSEN
    for index in range(CHOSEN):
        slots.nth(index).locator("input[name=course]").first.check()
    assert visitor.page.locator("select[name=district]").input_value() == "450100"
    visitor.sees("¥120.00")
    visitor.look("chosen", whole=False)
    visitor.press("提交课程报考")
    visitor.sees("待缴费")
    visitor.look("order")
    assert Order.objects.get().amount_fen == 12000


def cancel_one(visitor: Visitor) -> None:
    visitor.go("/business/my-registrations/")
    visitor.look("my-registrations")
    visitor.page.get_by_role("link", name="取消报考").last.click()
    visitor.page.get_by_role("button", name="确定取消报考").click()
    visitor.sees("已取消报考")
    visitor.look("cancelled")
    assert Order.objects.get().amount_fen == 8000


def pay(world: World, visitor: Visitor) -> None:
    page, number = visitor.page, Order.objects.get().number
    visitor.go(f"/business/orders/{number}/")
    visitor.press("确认支付完成")
    visitor.sees("还没有收到支付结果")
    visitor.look("not-paid-yet")
    visitor.press("微信支付")
    page.wait_for_url(re.compile(re.escape(world.twin.base_url)))
    page.get_by_text("¥80.00").wait_for()
    visitor.look("gateway")
    page.get_by_role("button", name="确认支付").click()
    visitor.sees("报考成功")
    visitor.look("paid")
    letter = world.letter()
    assert letter.status == 204

    # An old tab with the button still on it, a replay, a forgery: nothing changes.
    before = facts()
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    for action in ("pay", "confirm"):
        again = page.request.post(
            f"{world.url}/business/orders/{number}/{action}/",
            form={"csrfmiddlewaretoken": token},
            headers={"Referer": page.url},
        )
        assert (again.status, again.url) == (200, f"{world.url}/business/orders/{number}/")
    assert letter.sent_again() == 204
    assert letter.sent_again(headers=letter.headers | {"Wechatpay-Signature": "AAAA"}) == 401
    assert facts() == before
    visitor.go("/business/my-registrations/")
    visitor.look("my-registrations-paid")
    assert page.get_by_role("link", name="取消报考").count() == 0


def facts() -> list[object]:
    return [
        list(Order.objects.values()),
        list(Registration.objects.values()),
        Message.objects.count(),
        PaymentEvent.objects.filter(kind="notify", outcome="paid").count(),
    ]


def ticket(world: World, visitor: Visitor, http: requests.Session) -> bytes:
    visitor.go("/business/tickets/")
    visitor.look("ticket-not-released")
    world.release_tickets()
    visitor.go("/business/tickets/")
    visitor.follow("签署诚信考试承诺书")
    visitor.look("pledge")
    visitor.page.get_by_label("我已阅读并承诺遵守").check()
    visitor.press("签署承诺书")
    visitor.sees("可以打印")
    visitor.look("ticket-released")
    answer = visitor.page.request.get(f"{world.url}/business/tickets/{world.session}.pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    visitor.follow("考场安排")
    visitor.sees("座位")
    visitor.look("seats")
    return answer.body()
