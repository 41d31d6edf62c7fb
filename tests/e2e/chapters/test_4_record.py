"""四、个人信息管理"""

import re
from typing import Any

from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import PROOF_LIFE
from candidate_api.applications.tests.stories import STORIES
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import spec_on
from portal.demo.portraits import portrait
from portal.kernel import clock
from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.chapters.applying import Applicant
from tests.e2e.chapters.conftest import NAME
from tests.e2e.chapters.newcomer import MOBILE, Newcomer
from tests.e2e.chapters.newcomer import NAME as NEW_NAME
from tests.e2e.chapters.newcomer import NUMBER as NEW_NUMBER
from tests.e2e.world import World

NEW_PASSWORD = "liu-zhou-1950"
STORY = STORIES["info-change"]


def test_the_personal_record(world: World, records: Any, phone: Visitor) -> None:
    """（一）个人信息填写"""
    candidate = life.registered(name=NEW_NAME, number=NEW_NUMBER, mobile=MOBILE)
    newcomer = Newcomer(phone, world)
    phone.be(candidate.user, "/business/registration/")
    phone.sees("还不能报考")
    phone.go("/me/")
    phone.sees("尚未生成")
    phone.illustrate("4-me")
    newcomer.fills_in_the_record()
    phone.illustrate("4-profile")
    newcomer.saves_the_record()
    phone.go("/me/photo/")
    newcomer.chooses_a_photo(portrait(8, spec_on(clock.today()), background=(200, 40, 40)))
    phone.press("上传照片")
    phone.sees("照片须为纯蓝色或白色背景")
    phone.illustrate("4-photo-refused")
    newcomer.chooses_a_photo(life.good_photo(8))
    phone.sees(re.compile("480×640 像素"))
    phone.illustrate("4-photo")
    number = newcomer.gets_a_number()
    phone.illustrate("4-number")
    assert Candidate.objects.get(pk=candidate.pk).candidate_number == number

    phone.go("/me/identity/")
    phone.press("开始认证")
    phone.sees("已通过")
    phone.illustrate("4-identity")


def test_a_change_that_the_records_confirm(world: World, records: Any, phone: Visitor) -> None:
    """（二）考生信息变更: 比对通过即时生效"""
    candidate = life.enrolled(name="黄秀瑛", number="450302198512305510", mobile="13800000003")
    applicant = Applicant(phone, candidate)
    applicant.begins("信息变更")
    phone.fill(what=["name"], new_name="黄秀英", reason="报名时写错了")
    phone.illustrate("4-change-form")
    applicant.goes_on()
    applicant.hands_in_papers()
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("已办结")
    phone.illustrate("4-change-done")
    assert Candidate.objects.select_related("user").get(pk=candidate.pk).user.name == "黄秀英"


def test_a_change_that_goes_to_the_city(world: World, records: Any, applicant: Applicant, person: Candidate) -> None:
    """（二）考生信息变更: 比对不通过，上传材料，现场审核"""
    phone = applicant.screen
    applicant.applies("信息变更", STORY.answers(person))
    applicant.is_answered()
    applicant.opens()
    phone.sees("已退回，请修改")
    phone.illustrate("4-change-failed")
    phone.follow("修改并重新提交")
    applicant.goes_on()
    applicant.hands_in_papers()
    phone.illustrate("4-change-papers")
    applicant.checks()
    applicant.hands_in()
    applicant.comes_to("待现场审核")
    phone.sees("请携带材料原件到上述机构")
    phone.illustrate("4-change-onsite")
    assert Candidate.objects.select_related("user").get(pk=person.pk).user.name == NAME
    applicant.comes_to("已办结")
    assert STORY.effect(person)


def test_the_security_centre(world: World, phone: Visitor, person: Candidate) -> None:
    """（三）安全中心"""
    has_a_finger(phone)
    phone.be(person.user, "/me/security/")
    phone.illustrate("4-security")
    Device.objects.update(proved_at=clock.now() - 2 * PROOF_LIFE)
    phone.follow(re.compile("^绑定手机"))
    phone.sees("请先确认是您本人操作")
    phone.fill(old_password=life.PASSWORD)
    phone.illustrate("4-proof")
    phone.press("下一步")
    bind(phone, world)
    add_a_passkey(phone)
    change_the_password(phone)
    phone.illustrate("4-security-done")


def has_a_finger(phone: Visitor) -> None:
    """The telephone has a reader that recognises its owner."""
    cdp = phone.page.context.new_cdp_session(phone.page)
    cdp.send("WebAuthn.enable")
    reader: dict[str, Any] = {"protocol": "ctap2", "transport": "internal"}
    able = ("hasResidentKey", "hasUserVerification", "isUserVerified", "automaticPresenceSimulation")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": reader | dict.fromkeys(able, True)})


def add_a_passkey(phone: Visitor) -> None:
    phone.follow(re.compile("^指纹登录"))
    phone.follow("添加通行密钥")
    phone.fill(name="我的手机")
    phone.press("下一步")
    phone.press("验证并添加")
    phone.sees("已添加“我的手机”")
    phone.illustrate("4-passkey")


def change_the_password(phone: Visitor) -> None:
    phone.go("/me/security/password/")
    phone.fill(old_password=life.PASSWORD, new_password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
    phone.illustrate("4-password")
    phone.press("修改密码")
    phone.sees("密码已修改")


def bind(phone: Visitor, world: World) -> None:
    """Another mobile and an e-mail address."""
    phone.sees("绑定后用新号码登录")
    phone.fill(mobile="13977100009")
    phone.read_captcha()
    phone.press("获取验证码")
    phone.sees("短信将在一分钟内送达")
    phone.fill(sms_code=world.code_sent_to("13977100009"))
    phone.illustrate("4-mobile")
    phone.press("绑定")
    phone.sees("已绑定手机")
    phone.follow(re.compile("^绑定邮箱"))
    phone.fill(email="xiaoli@example.org")
    phone.read_captcha()
    phone.press("获取验证码")
    phone.sees("邮件将在几分钟内送达")
    phone.fill(email_code=world.code_sent_to("xiaoli@example.org"))
    phone.press("绑定")
    phone.sees("已绑定邮箱")
