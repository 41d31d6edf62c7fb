"""一、新生注册"""

from candidate_api.candidates.models import Candidate
from tests.e2e.browse import Visitor
from tests.e2e.chapters.newcomer import MOBILE, NAME, Newcomer
from tests.e2e.world import World


def test_the_notice_comes_first(world: World, phone: Visitor) -> None:
    """（一）阅读注册须知"""
    newcomer = Newcomer(phone, world)
    phone.go("/register/")  # whoever knows the address reads it all the same
    phone.sees("注册前请认真阅读以下内容")
    newcomer.reads_the_notice()
    phone.illustrate("1-notice")
    newcomer.accepts_it()
    phone.illustrate("1-form-empty")


def test_an_account_is_made(world: World, phone: Visitor) -> None:
    """（二）填写信息，完成注册"""
    newcomer = Newcomer(phone, world)
    newcomer.reads_the_notice()
    newcomer.accepts_it()
    phone.press("注册")
    phone.sees("请检查以下问题")
    phone.illustrate("1-errors")
    newcomer.fills_in()
    assert phone.page.locator("[name=name]").input_value() == NAME
    phone.illustrate("1-form", at="#id_id_number")
    newcomer.registers()
    phone.illustrate("1-done")
    made = Candidate.objects.select_related("user").get(user__name=NAME)
    assert (made.user.mobile, made.state) == (MOBILE, "onboarding")
