"""Registration, sign-in, course registration and one application on a phone whose browser runs no script."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from candidate_api.applications.tests.stories import STORIES
from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from review.applications.models import Application
from tests import life
from tests.e2e.browse import PHONE, Visitor
from tests.e2e.chapters.applying import Applicant
from tests.e2e.chapters.newcomer import NUMBER, Newcomer
from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def plain(world: World, browser: "Page") -> Iterator[Visitor]:
    launched = browser.context.browser
    assert launched is not None
    context = launched.new_context(java_script_enabled=False, viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    yield Visitor(context.new_page(), world.url, "plain", script=False)
    context.close()


def test_from_the_notice_to_the_paid_order(world: World, plain: Visitor) -> None:
    """One newcomer, without a hand from outside but the SMS."""
    newcomer = Newcomer(plain, world)
    newcomer.reads_the_notice()
    newcomer.accepts_it()
    newcomer.fills_in()
    plain.look("filled")
    newcomer.registers()
    newcomer.leaves()
    newcomer.signs_in(NUMBER)
    newcomer.fills_in_the_record()
    newcomer.saves_the_record()
    plain.go("/me/photo/")
    newcomer.chooses_a_photo(life.good_photo(9))
    newcomer.gets_a_number()
    plain.look("number")

    plain.go("/business/registration/")
    plain.sees("每个场次一门")
    newcomer.chooses_courses(2)
    # What is ticked stays ticked while the other list is looked at.
    plain.press("其他专业课程")
    plain.sees("已选的课程")
    plain.look("chosen")
    plain.press("提交课程报考")
    plain.sees("待缴费")
    plain.look("order")
    assert Order.objects.get().amount_fen == 8000
    newcomer.pays_by_wechat()
    newcomer.has_paid()
    plain.look("paid")


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
