"""六、业务办理 （二）免考管理"""

from candidate_api.applications.tests.stories import STORIES
from candidate_api.candidates.models import Candidate
from review.bulk.actions import run_due
from tests.e2e.chapters.applying import NO, Applicant, specimen

DIPLOMA, CERTIFICATE = STORIES["exemption-diploma"], STORIES["exemption-certificate"]


def test_by_an_earlier_diploma(applicant: Applicant, person: Candidate) -> None:
    """1. 学历证书免考申请"""
    phone, answers = applicant.screen, DIPLOMA.answers(person)
    applicant.follows_the_tile("学历免考")
    phone.illustrate("6-2-intro")
    phone.press("开始申请")
    first, second = answers["lines"]
    applicant.fills_in(answers | {"lines": [first, second | {"grade": "考查"}]})
    phone.illustrate("6-2-form")
    phone.illustrate("6-2-lines", at="[aria-label='第1行']")
    phone.press("下一步")
    phone.sees("原课程须有60分以上的百分制成绩")
    phone.illustrate("6-2-refused")
    applicant.fills_in({"lines": [first, second]})
    applicant.goes_on()
    applicant.hands_in_papers()
    add_and_remove_a_paper(applicant)
    phone.illustrate("6-2-papers")
    applicant.checks()
    phone.illustrate("6-2-check")
    applicant.hands_in()
    phone.sees("待现场确认")
    phone.illustrate("6-2-onsite")
    assert "高等数学" in applicant.sheet()

    takes_the_next(applicant)
    told = applicant.application.step_label
    applicant.is_passed(**DIPLOMA.says["province"])
    applicant.is_passed(**DIPLOMA.says["province"])
    applicant.opens()
    phone.sees(told)  # what is decided is not told yet
    assert phone.page.get_by_text(NO).count() == 0
    told_with_the_others(applicant)
    applicant.comes_to("已办结")
    phone.sees(NO)
    phone.illustrate("6-2-result", at="ul.story")
    assert DIPLOMA.effect(person)


def add_and_remove_a_paper(applicant: Applicant) -> None:
    """增加证明材料, 删除证明材料: one transcript more, and it is not wanted after all."""
    card = applicant.screen.page.locator("#m-transcript")
    more = {"name": "b.png", "mimeType": "image/png", "buffer": specimen("one more")}
    card.get_by_label("增加证明材料").set_input_files([more])  # type: ignore[list-item]
    card.locator(".papers img").nth(1).wait_for()
    card.get_by_role("button", name="删除").first.click()
    card.locator(".papers img").nth(1).wait_for(state="detached")


def takes_the_next(applicant: Applicant) -> None:
    """领取下一件 at the city's desk, by keyboard."""
    page = applicant.sits_down()
    page.goto(f"{applicant.screen.url}/admin/applications/")
    page.get_by_role("button", name="领取下一件").click()
    page.locator("[data-paper] img").first.wait_for()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/applications/")


def told_with_the_others(applicant: Applicant) -> None:
    """批量公布: everything that waits to be told, with its number typed."""
    page = applicant.sits_down("first_reviewer")
    page.goto(f"{applicant.screen.url}/admin/applications/?turn=held")
    page.get_by_role("link", name="批量公布").click()
    page.get_by_label("输入件数以确认").fill("1")
    page.get_by_role("button", name="公布结果").click()
    page.wait_for_url("**/admin/bulk/*/")
    run_due()
    page.reload()
    page.get_by_text("已办理 1 件").wait_for()


def test_by_a_certificate(applicant: Applicant, person: Candidate) -> None:
    """2. 非学历证书免考申请"""
    phone = applicant.screen
    applicant.begins("证书免考")
    applicant.fills_in(CERTIFICATE.answers(person))
    phone.illustrate("6-2-certificate")
    applicant.goes_on()
    applicant.hands_in_papers()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("已办结", CERTIFICATE.says)
    assert CERTIFICATE.effect(person)
