"""A business that staff make without code, from the tile to the last decision, in a browser: 实践课程报名."""

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from candidate_api.candidates.models import Candidate
from portal.kernel.tests.staff import member
from review.applications.models import Application
from review.applications.tests.scene import made, paper
from tests import life
from tests.e2e.browse import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page


def add_block(browser: "Page", panel: str, kind: str, **values: str) -> None:
    """Add a block of that kind at the end of a StreamField, and fill it in."""
    number = int(browser.locator(f"[name={panel}-count]").input_value())
    browser.locator(f"[data-contentpath='{panel}'] .c-sf-add-button").last.click()
    option = browser.get_by_role("option", name=kind, exact=True)
    if option.count():
        option.click()
    for name, value in values.items():
        field = browser.locator(f"[name={panel}-{number}-value-{name}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def take_next(screen: Visitor) -> None:
    screen.press("领取下一件")
    screen.page.locator("[data-paper] img").first.wait_for()


def decided(screen: Visitor) -> None:
    screen.page.wait_for_url("**/admin/applications/")


def make_type(screen: Visitor) -> None:
    browser = screen.page
    browser.get_by_label("业务名称").fill("实践课程报名")
    browser.locator("[name=slug]").fill("practice")
    browser.locator("[name=introduction]").fill("实践课程在此报名。")
    browser.locator("[name=is_published]").check()
    screen.press("表单", role="tab")
    add_block(browser, "questions", "课程", key="course", label="实践课程")
    add_block(browser, "questions", "单选", key="times", label="第几次", options="first=第一次\nagain=重修")
    screen.press("材料", role="tab")
    add_block(browser, "materials", "材料", key="id_card", label="身份证")
    screen.press("步骤", role="tab")
    add_block(browser, "steps", "机构审核", key="city", label="待市考办审核", reasons="照片不清楚，请重新拍摄。")
    add_block(browser, "steps", "考生确认", key="confirm", label="待考生网上确认")
    screen.press("保存")
    browser.wait_for_url("**/snippets/review/applicationtype/")


def apply(screen: Visitor) -> None:
    browser = screen.page
    screen.press("开始申请")
    browser.get_by_label("实践课程").select_option("00023")
    screen.sees("草稿已保存")
    browser.get_by_label("第一次").check()
    screen.press("下一步")
    photo = {"name": "a.png", "mimeType": "image/png", "buffer": paper()}
    browser.get_by_label("点击上传").set_input_files([photo])  # type: ignore[list-item]
    browser.locator(".papers img").wait_for()
    screen.follow("下一步")
    screen.press("提交申请")
    screen.sees("申请已提交")
    screen.sees("待市考办审核")


@pytest.mark.django_db(transaction=True)
def test_a_type_made_by_staff_from_tile_to_decision(browser: "Page", live_server: Any, reference: None) -> None:
    screen, person = Visitor(browser, live_server.url, "types"), life.enrolled(name="韦小莉").user
    screen.be(member("administrator", "45"), "/admin/snippets/review/applicationtype/add/")
    make_type(screen)
    screen.be(person, "/business/")
    screen.follow("实践课程报名")
    apply(screen)

    reviewer = member("first_reviewer", "450100")
    screen.be(reviewer, "/admin/applications/")
    take_next(screen)
    browser.keyboard.press("r")
    browser.keyboard.type("号码不清楚")
    screen.press("退回修改")
    decided(screen)

    mine = f"/business/applications/{Application.objects.get().number}/"
    screen.be(person, mine)
    screen.sees("号码不清楚")
    screen.follow("修改并重新提交")
    screen.press("下一步")
    screen.follow("下一步")
    screen.press("提交申请")
    screen.sees("申请已提交")

    screen.be(reviewer, "/admin/applications/")
    take_next(screen)
    browser.keyboard.press("a")
    browser.keyboard.press("Enter")
    decided(screen)

    screen.be(person, mine)
    screen.press("确认信息无误")
    screen.sees("已办结")
    assert Application.objects.get().state == "approved"


@pytest.mark.django_db
def test_without_a_script_and_for_nobody_else(candidate: Candidate, web: Client) -> None:
    made()
    url = "/business/apply/practice/"
    assert "开始申请" in web.get(url).content.decode()
    answer = web.post(f"{url}start/")
    form = answer.url
    number = form.split("/")[3]
    again = web.post(f"{url}start/")
    assert again.url == f"/business/applications/{number}/"
    refused = web.post(form, {"times": "first", "go": "on"})
    assert "请选择实践课程" in refused.content.decode()
    assert Application.objects.get().answers == {"times": "first"}
    answer = web.post(form, {"course": "00023", "times": "first", "phone": "13800001111", "go": "on"})
    assert answer.url.endswith("/materials/")
    check = f"/business/applications/{number}/check/"
    refused = web.post(check)
    assert refused.status_code == 400
    assert "请上传身份证（至少1份）" in refused.content.decode()
    assert "#materials-id_card" in refused.content.decode()
    stranger = Client()
    stranger.force_login(life.enrolled(name="陆大海").user)
    for path in ("", "form/", "materials/", "check/"):
        assert stranger.get(f"/business/applications/{number}/{path}").status_code == 404
        assert Client().get(f"/business/applications/{number}/{path}").status_code == 302


@pytest.mark.django_db
def test_proof_comes_first_where_a_kind_asks_for_it(candidate: Candidate, web: Client) -> None:
    life.open_window("", "info-change")
    form = web.post("/business/apply/info-change/start/").url
    assert "选填" not in web.get(form).content.decode()  # what is asked under a condition is not optional
    answer = {"what": ["ethnicity"], "new_ethnicity": "01", "reason": "随母", "go": "on"}
    assert web.post(form, answer).url.endswith("/materials/")
