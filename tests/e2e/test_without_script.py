"""Registration, sign-in and course registration on a phone whose browser runs no script."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from candidate_api.candidates import actions as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOBILE = "13977100003"
ID_NUMBER = life.id_number(99)


@pytest.fixture
def visitor(world: World, browser: "Page") -> Iterator[Visitor]:
    launched = browser.context.browser
    assert launched is not None
    context = launched.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="zh-CN")
    context.set_default_timeout(15_000)
    yield Visitor(context.new_page(), world.url, "plain")
    context.close()


def test_from_the_notice_to_the_paid_order(world: World, visitor: Visitor) -> None:
    visitor.go("/register/notice/")
    visitor.press("我已认真阅读并知晓有关规定")
    visitor.fill(name="韦小莉", id_number=ID_NUMBER, password=life.PASSWORD, mobile=MOBILE)
    visitor.read_captcha()
    visitor.press("获取验证码")
    visitor.sees("短信将在一分钟内送达")
    visitor.look("code-sent")
    visitor.fill(sms_code=world.code_sent_to(MOBILE))
    visitor.press("注册")
    visitor.sees("注册成功")
    visitor.look("registered")
    visitor.press("退出登录")

    candidate = Candidate.objects.get()
    candidates.save_profile(life.profile(), by=life.actor(candidate))
    candidates.set_photo(life.good_photo(9), by=life.actor(candidate))

    visitor.go("/business/registration/")
    visitor.fill(account=ID_NUMBER, password=life.PASSWORD)
    visitor.press("登录")
    visitor.sees("每个场次一门")
    slots = visitor.page.locator("section.slot")
    for index in range(2):
        slots.nth(index).locator("input[name=course]").first.check()
    # What is ticked stays ticked while the other list is looked at.
    visitor.press("其他专业课程")
    visitor.sees("已选的课程")
    visitor.look("chosen")
    visitor.press("提交课程报考")
    visitor.sees("待缴费")
    visitor.look("order")
    assert Order.objects.get().amount_fen == 8000

    visitor.press("微信支付")
    visitor.page.wait_for_url(re.compile(re.escape(world.twin.base_url)))
    visitor.page.get_by_role("button", name="确认支付").click()
    visitor.page.wait_for_url(f"{world.url}/business/orders/**")
    assert world.letter().status == 204
    visitor.page.reload()
    visitor.sees("报考成功")
    visitor.look("paid")
