"""What the scripts add, in a real browser on a phone's screen. The fixture fails on any refusal by the policy."""

from typing import TYPE_CHECKING, Any

import pytest

from candidate_api.accounts import guard
from candidate_api.accounts.rules import FREE_TRIES
from candidate_api.candidates.models import Candidate
from tests import life

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_device_works_instead_of_the_eye_and_a_code_is_sent_inline(browser: "Page", live_server: Any) -> None:
    browser.goto(f"{live_server.url}/register/?notice=2026-10")
    browser.fill("#id_name", "韦小莉")
    browser.fill("#id_mobile", "13900002222")
    browser.click("button[value=code]")  # quicker than the device: the request waits for its work
    browser.locator(".notice.success").wait_for()
    assert browser.input_value("#id_name") == "韦小莉"
    browser.get_by_text("没有收到？重新获取").click()
    browser.get_by_text("秒后可重发").wait_for()
    assert life.code_sent_to("13900002222").isdigit()


def test_the_work_is_done_unasked_and_the_picture_is_a_choice(browser: "Page", live_server: Any) -> None:
    browser.goto(f"{live_server.url}/login/?way=sms")
    browser.get_by_text("已完成验证").wait_for()
    assert not browser.is_visible(".captcha-img")
    browser.get_by_role("button", name="改用图片校验码").focus()
    browser.keyboard.press("Enter")
    browser.locator("#id_captcha_value:focus").wait_for()
    assert browser.is_visible(".captcha-img")
    assert browser.input_value("#id_captcha_value") == ""


def test_the_summary_has_the_focus_and_leads_to_the_field(browser: "Page", live_server: Any) -> None:
    browser.goto(f"{live_server.url}/login/")
    browser.click("button.wide")
    browser.locator(".summary:focus").wait_for()
    browser.click(".summary a >> nth=0")
    browser.locator("#id_account:focus").wait_for()


def test_the_bar_counts_what_is_ticked_and_says_a_clash(
    browser: "Page", live_server: Any, candidate: Candidate
) -> None:
    browser.goto(f"{live_server.url}/login/?next=/business/registration/")
    browser.fill("#id_account", candidate.user.mobile)
    browser.fill("#id_password", life.PASSWORD)
    browser.click("button.wide")
    browser.check("#course-02324")
    browser.check("#course-00023")
    assert browser.inner_text("[data-total]") == "¥80.00"
    assert browser.is_hidden("[data-clash]")
    browser.check("#course-13003")
    assert "考试时间冲突" in browser.inner_text("[data-clash]")
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_captcha_that_has_become_due_is_worked_for_and_says_one_thing(browser: "Page", live_server: Any) -> None:
    account = life.registered().user.mobile
    browser.goto(f"{live_server.url}/login/")
    for _time in range(FREE_TRIES.most):
        guard.asks_captcha(account, life.VISITOR)
    browser.fill("#id_account", account)
    browser.fill("#id_password", life.PASSWORD)
    browser.click("button.wide")
    browser.get_by_text("已完成验证").wait_for()
    assert browser.locator(".error").count() == 0
    browser.get_by_text("请完成校验后再点一次“登录”").wait_for()
    browser.click("button.wide")
    browser.wait_for_url("**/me/")


def test_what_was_wrong_with_a_captcha_goes_when_the_next_is_solved(browser: "Page", live_server: Any) -> None:
    account = life.registered().user.mobile
    for _time in range(FREE_TRIES.most + 1):
        guard.asks_captcha(account, life.VISITOR)
    browser.goto(f"{live_server.url}/login/")
    browser.fill("#id_account", account)
    browser.fill("#id_password", life.PASSWORD)
    browser.click("button.wide")
    browser.get_by_text("改用图片校验码").click()
    browser.fill("#id_captcha_value", "????")
    browser.fill("#id_password", life.PASSWORD)
    browser.click("button.wide")
    browser.get_by_text("已完成验证").wait_for()
    assert browser.get_by_text("换一张再试").count() == 0
