"""One application on a phone whose browser runs no script; the main job without one is in test_main_job_browser.py."""

import re

from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import PROOF_LIFE
from candidate_api.applications.tests.stories import STORIES
from candidate_api.candidates.models import Candidate
from portal.kernel import clock
from review.applications.models import Application
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.chapters.applying import Applicant
from tests.e2e.world import World


def test_an_application_to_the_offices_and_back(world: World, plain: Visitor) -> None:
    """毕业证明书: what is asked under a condition is shown to everybody, papers go up by a button of their own."""
    person: Candidate = life.enrolled(name="韦小莉")
    applicant = Applicant(plain, person)
    applicant.begins("毕业证明书")
    plain.press("下一步")
    plain.sees("请检查以下问题")
    applicant.fills_in(STORIES["graduation-certificate"].answers(person))
    plain.look("form")
    applicant.goes_on()
    applicant.hands_in_papers()
    plain.look("papers")
    applicant.checks()
    applicant.hands_in()
    plain.sees(re.compile("待市招生考试院初审"))
    plain.look("sent")
    assert Application.objects.get().state == "submitted"


def test_a_name_is_put_right_after_a_proof(world: World, plain: Visitor) -> None:
    """Asked who it is on the way: what was typed is there afterwards, and is sent once more."""
    person = life.enrolled(name="韦小莉")
    plain.be(person.user, "/me/profile/")
    Device.objects.update(proved_at=clock.now() - 2 * PROOF_LIFE)
    plain.page.locator("summary").filter(has_text="更正姓名、证件").click()
    plain.fill(name="韦晓莉")
    plain.press("保存")
    plain.sees("您填写的内容会为您保留")
    plain.fill(old_password=life.PASSWORD)
    plain.press("下一步")
    plain.look("kept")
    plain.sees("已为您保留刚才填写的内容")
    plain.press("保存")
    plain.sees("保存成功")
    person.user.refresh_from_db()
    assert person.user.name == "韦晓莉"
