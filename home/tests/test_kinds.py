"""Kinds of business from the candidate's telephone to the reviewers' desk and back, in a browser."""

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

from candidate_api.applications.tests.acts import scored
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import PlanCourse
from candidate_api.graduations.models import Graduation
from candidate_api.results.models import Score
from home.tests.test_applications import Story
from portal.kernel.tests.staff import member
from review.applications import actions
from review.applications.models import Application
from review.applications.tests.scene import SYSTEM, paper
from review.bulk.actions import run_due
from tests import life

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def shot(browser: "Page", name: str) -> None:
    folder = settings.ROOT / "var" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    browser.screenshot(path=str(folder / f"kinds-{name}.png"), full_page=True)


def upload(browser: "Page", *labels: str) -> None:
    for number, label in enumerate(labels):
        photo = {"name": "a.png", "mimeType": "image/png", "buffer": paper(number * 20)}
        group = browser.locator(".card, section").filter(has_text=label).last
        group.get_by_label("点击上传").set_input_files([photo])  # type: ignore[list-item]
        browser.locator(".papers img").nth(number).wait_for()


def test_exemption_line_by_line_and_told_together(browser: "Page", live_server: Any, reference: None) -> None:
    person = life.enrolled(name="韦小莉")
    life.open_window("", "exemption")
    scored(person, "02324", source="written")
    story = Story(browser, live_server)
    story.be(person.user, "/business/apply/exemption-diploma/")
    story.press("开始申请")
    browser.get_by_label("本科毕业").check()
    for name, value in (("school", "广西大学"), ("major", "土木工程"), ("number", "1059"), ("date", "2015-06-30")):
        browser.locator(f"[name={name}]").fill(value)
    browser.locator("[name=point]").select_option("450100")
    browser.locator("[name=lines-0-course]").select_option("15040")
    browser.locator("[name=lines-0-original]").fill("毛泽东思想概论")
    browser.locator("[name=lines-0-grade]").fill("80")
    browser.locator("[name=lines-1-course]").select_option("00023")
    browser.locator("[name=lines-1-original]").fill("高等数学")
    story.press("增加一行")
    browser.locator("[name=lines-2-course]").wait_for()
    shot(browser, "exemption-form")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    story.press("下一步")
    upload(browser, "身份证", "毕业证书", "成绩单")
    story.press("下一步", "link")
    story.press("提交申请")
    story.reads("原课程须有60分以上的百分制成绩")  # the second line has none
    browser.goto(browser.url.replace("check", "form"))
    browser.locator("[name=lines-1-grade]").fill("85")
    story.press("下一步")
    story.press("下一步", "link")
    story.press("提交申请")
    story.reads("待现场确认")
    decided_and_told(story, person)


def decided_and_told(story: Story, person: Candidate) -> None:
    browser, application = story.browser, Application.objects.get()
    story.be(member("first_reviewer", "450100"), "/admin/applications/")
    story.take_next()
    browser.locator("#desk-approve button[value=approve]").click()
    story.decided()
    first, second = member("first_reviewer"), member("second_reviewer")
    for who in (first, second):
        story.be(who, "/admin/applications/")
        story.take_next()
        browser.locator("[name=verdict-1][value=no]").check()
        browser.locator("[name=verdict-note-1]").fill("内容不同")
        shot(browser, "exemption-desk")
        browser.locator("#desk-approve button[value=approve]").click()
        story.decided()
    story.be(person.user, f"/business/applications/{application.number}/")
    story.reads("待自治区招生考试院审定")
    assert browser.get_by_text("内容不同").count() == 0

    story.be(first, "/admin/applications/?turn=held")
    story.press("批量公布", "link")
    shot(browser, "bulk")
    browser.get_by_label("输入件数以确认").fill("1")
    story.press("公布结果")
    browser.wait_for_url("**/admin/bulk/*/")
    run_due()
    browser.reload()
    story.reads("已办理 1 件")
    shot(browser, "bulk-done")
    story.be(person.user, f"/business/applications/{application.number}/")
    story.reads("内容不同")
    shot(browser, "exemption-result")
    assert [s.course.code for s in Score.objects.filter(source="exemption")] == ["15040"]


def test_graduation_to_the_certificate(browser: "Page", live_server: Any, reference: None) -> None:
    person = life.enrolled(name="韦小莉")
    life.open_window("", "graduation")
    lines = PlanCourse.objects.filter(group__plan__major=person.major, group__plan__is_current=True)
    for line in lines.select_related("course"):
        thesis = {"score": None, "grade": "良好", "source": "thesis"} if line.category == "graduation" else {}
        scored(person, line.course.code, **thesis)
    story = Story(browser, live_server)
    story.be(person.user, "/business/apply/graduation/")
    story.press("开始申请")
    filled = {
        "native_place": "广西南宁", "political": "群众", "prior_school": "广西职业技术学院", "prior_major": "计算机",
        "prior_number": "123456789012345678", "prior_date": "2016-06-30", "self": "努力学习。",
        "resume-0-begin": "2010-09", "resume-0-end": "2016-06", "resume-0-where": "南宁三中", "resume-0-what": "学生",
        "resume-1-begin": "2016-07", "resume-1-where": "南宁某公司", "resume-1-what": "职员",
    }  # fmt: skip
    browser.locator("[name=point]").select_option("450100")
    for name, value in filled.items():
        browser.locator(f"[name={name}]").fill(value)
    shot(browser, "graduation-form")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    story.press("下一步")
    story.press("下一步", "link")
    browser.locator("[name=consent-diploma]").check()
    story.press("提交申请")
    story.reads("申请已提交")
    Application.objects.update(next_ask_at=timezone.now())
    actions.ask_due(by=SYSTEM)
    application = Application.objects.get()

    story.be(member("first_reviewer", "450100"), f"/admin/applications/{application.pk}/")
    story.reads("可以毕业")
    shot(browser, "graduation-desk")
    browser.locator("#desk-approve button[value=approve]").click()
    story.decided()
    story.be(person.user, f"/business/applications/{application.number}/")
    story.reads("待考生网上确认")
    shot(browser, "graduation-confirm")
    assert browser.get_by_role("link", name="下载登记表（PDF）").count() == 1
    story.press("确认信息无误")
    for role in ("first_reviewer", "second_reviewer"):
        story.be(member(role), f"/admin/applications/{application.pk}/")
        browser.locator("#desk-approve button[value=approve]").click()
        story.decided()

    story.be(member("archive"), "/admin/graduations/")
    shot(browser, "graduations")
    story.press("韦*莉", "link")
    browser.get_by_label("毕业证书编号").fill("65450126100001")
    story.press("登记毕业证书编号")
    story.reads("已登记")
    assert Graduation.objects.get().number == "65450126100001"
