"""六、业务办理 （三）转考管理"""

from candidate_api.applications.tests.stories import STORIES, arrived
from candidate_api.candidates.models import Candidate
from candidate_api.transfers.models import TransferOut
from portal.kernel.users.models import User
from review.applications.tests.scene import reviewer
from tests.e2e.chapters.applying import Applicant

OUT, IN = STORIES["transfer-out"], STORIES["transfer-in"]


def test_leaving_for_another_province(applicant: Applicant, person: Candidate) -> None:
    """1. 转出管理"""
    phone = applicant.screen
    applicant.begins("转至外省")
    applicant.fills_in(OUT.answers(person))
    phone.illustrate("6-3-out-form")
    applicant.goes_on()
    applicant.hands_in_papers()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("待考生网上确认")
    phone.illustrate("6-3-out-confirm")
    sheet = applicant.sheet()
    for words in ("转考（转出）登记表", "广东省", "190120261234", "02324", "04735"):
        assert words in sheet
    applicant.confirms()
    phone.illustrate("6-3-out-confirmed")
    applicant.comes_to("已办结")
    hand_over(applicant)
    phone.be(person.user, "/business/registration/")
    phone.sees("您的考籍已转至外省")
    phone.illustrate("6-3-out-left")
    assert Candidate.objects.get(pk=person.pk).state == "transferred"


def hand_over(applicant: Applicant) -> None:
    """考籍人员 take the file for the national platform, and enter what the other province has answered."""
    phone, page = applicant.screen, applicant.screen.page
    phone.be(User.objects.get(pk=reviewer("archive", "45").user_id), "/admin/transfers/")
    phone.look("desk-transfers", whole=False)
    page.get_by_role("link", name="导出并提交").click()
    page.locator("[name=reason]").fill("报送国家转考平台")
    with page.expect_download():
        page.locator("main form button[type=submit]").click()
    row = TransferOut.objects.get()
    assert row.state == "handed_over"
    phone.go(f"/admin/transfers/{row.pk}/answer/")
    page.get_by_label("已接收（已转出）").check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/admin/transfers/")


def test_coming_from_another_province(applicant: Applicant, person: Candidate) -> None:
    """2. 转入管理"""
    phone = applicant.screen
    arrived(person)
    applicant.follows_the_tile("外省转入")
    phone.sees("无需申请")
    phone.page.locator("main").get_by_role("link", name="继续办理").click()
    phone.sees("待考生网上确认")
    phone.illustrate("6-3-in")
    sheet = applicant.sheet()
    for words in ("转考（转入）登记表", "广东省", "00023", "75"):
        assert words in sheet
    phone.press("信息有误，修改重新提交")
    phone.follow("修改并重新提交")
    applicant.fills_in({"wrong": "少一门“英语（专升本）”。"})
    phone.illustrate("6-3-in-wrong", at="[name=wrong]")
    applicant.goes_on()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("待考生网上确认")
    applicant.confirms()
    applicant.comes_to("已办结", IN.says)
    assert IN.effect(person)
