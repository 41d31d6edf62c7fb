"""What arrives by a file, and rules kept at the desk, in a browser; the kinds of business are in tests/e2e/chapters."""

from typing import TYPE_CHECKING, Any

import pytest

from candidate_api.applications.tests.acts import scored
from candidate_api.candidates.models import Candidate
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.imports import actions as imports
from candidate_api.imports.models import ImportBatch
from candidate_api.results.models import Score
from portal.kernel.tests.staff import member
from review.applications.models import Application
from review.applications.tests.scene import SYSTEM
from tests import life
from tests.e2e.browse import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def import_platform_file(desk: Visitor, person: Candidate) -> None:
    """One keeper of the archive uploads what the platform has sent of this person, the other approves."""
    heads = ("准考证号", "姓名", "转出省份", "转出省准考证号", "课程代码", "课程名称", "成绩", "合格考期")
    there = (person.candidate_number, "韦小莉", "广东省", "190120261234")
    courses = [("00023", "高等数学（工本）", "75", "2024-10"), ("99999", "离散数学（粤）", "88", "")]
    text = "\n".join(",".join(map(str, row)) for row in (heads, *((*there, *course) for course in courses)))
    browser, (archive, other) = desk.page, (member("archive", number=number) for number in (1, 2))
    desk.be(archive, "/admin/imports/upload/")
    browser.get_by_label("转入考籍").check()
    file = {"name": "platform.csv", "mimeType": "text/csv", "buffer": text.encode()}
    browser.locator("[name=file]").set_input_files([file])  # type: ignore[list-item]
    browser.locator("[name=expected]").fill("2")
    browser.locator("[name=reason]").fill("国家转考平台下发")
    desk.press("上传并核对")
    browser.wait_for_url("**/admin/imports/*/")
    imports.check_due(by=SYSTEM)
    desk.be(other, f"/admin/imports/{ImportBatch.objects.get().pk}/")
    desk.sees("离散数学(粤)")
    desk.look("transfer-preview", whole=False)
    desk.press("同意写入", role="link")
    browser.locator("[name=reason]").fill("与平台核对无误")
    desk.press("同意写入")
    desk.sees("已写入")


def test_a_record_from_another_province_from_the_file_to_the_score(
    browser: "Page", live_server: Any, reference: None
) -> None:
    person = life.enrolled(name="韦小莉")
    scored(person, "13000", source="written")
    desk = Visitor(browser, live_server.url, "kinds")
    import_platform_file(desk, person)

    application = Application.objects.get()
    first = member("first_reviewer")
    desk.be(first, "/admin/course-matches/new/")
    browser.locator("[name=province]").select_option("44")
    for name, value in (("code", "99999"), ("name", "离散数学（粤）"), ("course", "02324"), ("reason", "大纲相同")):
        browser.locator(f"[name={name}]").fill(value)
    desk.look("transfer-match", whole=False)
    browser.locator("#w-editor-form button[type=submit]").first.dispatch_event("click")  # the calendar may lie over it
    browser.wait_for_url("**/admin/course-matches/")
    desk.look("transfer-matches", whole=False)
    desk.be(first, f"/admin/applications/{application.pk}/")
    desk.sees("02324")
    desk.look("transfer-desk", whole=False)
    browser.locator("#desk-approve button[value=approve]").click()
    browser.wait_for_url("**/admin/applications/")

    desk.be(person.user, f"/business/applications/{application.number}/")
    desk.sees("待考生网上确认")
    assert browser.get_by_role("link", name="下载登记表（PDF）").count() == 1
    desk.look("transfer-confirm", whole=False)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390
    desk.press("确认信息无误")
    for role in ("first_reviewer", "second_reviewer"):
        user = first if role == "first_reviewer" else member(role)
        desk.be(user, f"/admin/applications/{application.pk}/")
        browser.locator("#desk-approve button[value=approve]").click()
        browser.wait_for_url("**/admin/applications/")
    desk.be(person.user, "/business/transferred-scores/")
    desk.sees("广东省")
    desk.look("transfer-scores", whole=False)
    assert sorted(s.course.code for s in Score.objects.filter(source="transfer")) == ["00023", "02324"]


def test_the_rules_of_exemptions_are_read_and_changed_at_the_desk(
    browser: "Page", live_server: Any, reference: None
) -> None:
    desk = Visitor(browser, live_server.url, "kinds")
    desk.be(member("administrator"), "/admin/catalogue-exemptions/")
    desk.sees("bachelor-politics")
    desk.look("exemption-rules", whole=False)
    rule = ExemptionRule.objects.get(code="bachelor-politics")
    desk.be(member("administrator", number=2), f"/admin/catalogue-exemptions/edit/{rule.pk}/")
    browser.locator("[name=valid_to]").fill("2027-12-31")
    browser.locator("[name=reason]").fill("2028年起按新办法")
    desk.look("exemption-rule", whole=False)
    browser.locator("#w-editor-form button[type=submit]").first.dispatch_event("click")  # the calendar may lie over it
    browser.wait_for_url("**/admin/catalogue-exemptions/")
    desk.go(f"/admin/catalogue-exemptions/edit/{rule.pk}/")
    desk.sees("2028年起按新办法")
    assert str(ExemptionRule.objects.get(pk=rule.pk).valid_to) == "2027-12-31"
