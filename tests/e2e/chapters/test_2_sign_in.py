"""二、登录及密码设置"""

import re

from candidate_api.candidates.models import Candidate
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.chapters.conftest import MOBILE, NUMBER
from tests.e2e.chapters.newcomer import ENTER
from tests.e2e.world import World

NEW = "liu-zhou-1950"


def arrives(phone: Visitor) -> None:
    phone.page.wait_for_url(re.compile(r"(?<!/login)/$"))
    phone.go("/me/")
    phone.sees("准考证号")


def test_signing_in(world: World, phone: Visitor, person: Candidate) -> None:
    """（一）登录"""
    phone.go("/login/")
    phone.fill(account=NUMBER, password="wrong-one")
    phone.illustrate("2-password")
    phone.press(ENTER)
    phone.sees("请检查以下问题")
    phone.fill(account=NUMBER, password=life.PASSWORD)
    phone.press(ENTER)
    arrives(phone)
    phone.press("退出登录")
    phone.sees("您已安全退出")

    phone.follow("短信验证码")
    phone.fill(mobile=MOBILE)
    phone.read_captcha()
    phone.press("获取验证码")
    phone.sees("短信将在一分钟内送达")
    phone.fill(sms_code=world.code_sent_to(MOBILE))
    phone.illustrate("2-sms")
    phone.press(ENTER)
    arrives(phone)


def test_a_forgotten_password(world: World, phone: Visitor, person: Candidate) -> None:
    """（二）密码设置"""
    phone.go("/login/")
    phone.follow("忘记密码")
    phone.fill(identifier=MOBILE)
    phone.read_captcha()
    phone.illustrate("2-reset-who")
    phone.press("下一步")
    phone.sees("第2步")
    phone.fill(code=world.code_sent_to(MOBILE))
    phone.illustrate("2-reset-code")
    phone.press("下一步")
    phone.sees("第3步")
    phone.fill(new_password=NEW, confirm_password=NEW)
    phone.illustrate("2-reset-new")
    phone.press("重置")
    phone.sees("密码已重置")
    phone.fill(account=MOBILE, password=life.PASSWORD)
    phone.press(ENTER)
    phone.sees("请检查以下问题")
    phone.fill(account=MOBILE, password=NEW)
    phone.press(ENTER)
    arrives(phone)
