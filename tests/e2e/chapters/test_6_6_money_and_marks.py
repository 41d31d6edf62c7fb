"""六、业务办理 （六）报考退费申请 （七）成绩复核申请"""

from candidate_api.applications.tests.stories import STORIES, has_paid
from candidate_api.candidates.models import Candidate
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Refund
from tests.e2e.chapters.applying import Applicant
from tests.e2e.world import OFFICE, World

REFUND, REVIEW = STORIES["registration-refund"], STORIES["score-review"]


def test_the_fee_goes_back(world: World, applicant: Applicant, person: Candidate) -> None:
    """（六）报考退费申请"""
    phone = applicant.screen
    has_paid(person, world.twin)
    applicant.begins("报考退费")
    applicant.fills_in(REFUND.answers(person))
    phone.illustrate("6-6-form")
    applicant.goes_on()
    applicant.hands_in_papers()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("已办结")
    phone.illustrate("6-6-done")
    assert REFUND.effect(person)
    payments.run_refunds(by=OFFICE)
    assert Refund.objects.get().state != "queued"
    assert [back["amount"]["refund"] for back in world.books()["refunds"]] == [4000]
    phone.go("/business/my-registrations/")
    phone.page.get_by_text("已取消或关闭的").click()
    phone.sees("已退费")


def test_a_score_is_looked_at_again(applicant: Applicant, person: Candidate) -> None:
    """（七）成绩复核申请"""
    phone = applicant.screen
    applicant.begins("成绩复核")
    score = person.scores.get(status="failed")
    applicant.fills_in({"score": str(score.pk), "reason": "与估分相差较大"})
    phone.illustrate("6-7-form")
    applicant.goes_on()
    applicant.checks()
    applicant.hands_in()
    assert "成绩复核申请表" in applicant.sheet()
    applicant.comes_to("已办结", REVIEW.says)
    phone.illustrate("6-7-done")
    score.refresh_from_db()
    assert (score.score, score.status) == (61, "passed")
    phone.go("/business/scores/")
    phone.sees("61")
