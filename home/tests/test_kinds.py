"""Kinds of business from the candidate's telephone to the reviewers' desk and back, in a browser."""

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.utils import timezone

from candidate_api.applications.tests.acts import scored
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import PlanCourse
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.graduations.models import Graduation
from candidate_api.imports import actions as imports
from candidate_api.imports.models import ImportBatch
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


def import_platform_file(story: Story, person: Candidate) -> None:
    """One keeper of the archive uploads what the platform has sent of this person, the other approves."""
    heads = ("准考证号", "姓名", "转出省份", "转出省准考证号", "课程代码", "课程名称", "成绩", "合格考期")
    there = (person.candidate_number, "韦小莉", "广东省", "190120261234")
    courses = [("00023", "高等数学（工本）", "75", "2024-10"), ("99999", "离散数学（粤）", "88", "")]
    text = "\n".join(",".join(map(str, row)) for row in (heads, *((*there, *course) for course in courses)))
    browser, (archive, other) = story.browser, (member("archive", number=number) for number in (1, 2))
    story.be(archive, "/admin/imports/upload/")
    browser.get_by_label("转入考籍").check()
    file = {"name": "platform.csv", "mimeType": "text/csv", "buffer": text.encode()}
    browser.locator("[name=file]").set_input_files([file])  # type: ignore[list-item]
    browser.locator("[name=expected]").fill("2")
    browser.locator("[name=reason]").fill("国家转考平台下发")
    story.press("上传并核对")
    browser.wait_for_url("**/admin/imports/*/")
    imports.check_due(by=SYSTEM)
    story.be(other, f"/admin/imports/{ImportBatch.objects.get().pk}/")
    story.reads("离散数学（粤）")
    shot(browser, "transfer-preview")
    story.press("同意写入", "link")
    browser.locator("[name=reason]").fill("与平台核对无误")
    story.press("同意写入")
    story.reads("已写入")


def test_a_record_from_another_province_from_the_file_to_the_score(
    browser: "Page", live_server: Any, reference: None
) -> None:
    person = life.enrolled(name="韦小莉")
    scored(person, "13000", source="written")
    story = Story(browser, live_server)
    import_platform_file(story, person)

    application = Application.objects.get()
    first = member("first_reviewer")
    story.be(first, "/admin/course-matches/new/")
    browser.locator("[name=province]").select_option("44")
    for name, value in (("code", "99999"), ("name", "离散数学（粤）"), ("course", "02324"), ("reason", "大纲相同")):
        browser.locator(f"[name={name}]").fill(value)
    shot(browser, "transfer-match")
    browser.locator("#w-editor-form button[type=submit]").first.click()
    browser.wait_for_url("**/admin/course-matches/")
    shot(browser, "transfer-matches")
    story.be(first, f"/admin/applications/{application.pk}/")
    story.reads("02324")
    shot(browser, "transfer-desk")
    browser.locator("#desk-approve button[value=approve]").click()
    story.decided()

    story.be(person.user, f"/business/applications/{application.number}/")
    story.reads("待考生网上确认")
    assert browser.get_by_role("link", name="下载登记表（PDF）").count() == 1
    shot(browser, "transfer-confirm")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    story.press("确认信息无误")
    for role in ("first_reviewer", "second_reviewer"):
        user = first if role == "first_reviewer" else member(role)
        story.be(user, f"/admin/applications/{application.pk}/")
        browser.locator("#desk-approve button[value=approve]").click()
        story.decided()
    story.be(person.user, "/business/transferred-scores/")
    story.reads("广东省")
    shot(browser, "transfer-scores")
    assert sorted(s.course.code for s in Score.objects.filter(source="transfer")) == ["00023", "02324"]


def test_the_rules_of_exemptions_are_read_and_changed_at_the_desk(
    browser: "Page", live_server: Any, reference: None
) -> None:
    story = Story(browser, live_server)
    story.be(member("administrator"), "/admin/catalogue-exemptions/")
    story.reads("bachelor-politics")
    shot(browser, "exemption-rules")
    rule = ExemptionRule.objects.get(code="bachelor-politics")
    story.be(member("administrator", number=2), f"/admin/catalogue-exemptions/edit/{rule.pk}/")
    browser.locator("[name=valid_to]").fill("2027-12-31")
    browser.locator("[name=reason]").fill("2028年起按新办法")
    shot(browser, "exemption-rule")
    browser.locator("#w-editor-form button[type=submit]").first.click()
    browser.wait_for_url("**/admin/catalogue-exemptions/")
    story.browser.goto(f"{live_server.url}/admin/catalogue-exemptions/edit/{rule.pk}/")
    story.reads("2028年起按新办法")
    assert str(ExemptionRule.objects.get(pk=rule.pk).valid_to) == "2027-12-31"
