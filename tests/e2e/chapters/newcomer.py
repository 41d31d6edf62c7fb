"""What a newcomer does, with scripts and without: the notice, the account, the record and the first courses."""

import re
from dataclasses import dataclass

from tests import life
from tests.e2e.browse import Visitor
from tests.e2e.world import Letter, World

NAME, NUMBER, MOBILE = "覃志明", "450102200108156014", "13800000002"
ENTER = re.compile("^登录$")  # beside 指纹登录


@dataclass
class Newcomer:
    screen: Visitor
    world: World

    def reads_the_notice(self) -> None:
        self.screen.go("/login/")
        self.screen.follow("新生注册")
        self.screen.sees("注册须知")

    def accepts_it(self) -> None:
        self.screen.press("我已认真阅读并知晓有关规定")
        self.screen.sees("注册账号")

    def fills_in(self) -> None:
        """Everything, with a code that was sent for the picture's characters."""
        self.screen.fill(name=NAME, id_number=NUMBER, password=life.PASSWORD, mobile=MOBILE)
        self.screen.read_captcha()
        self.screen.press("获取验证码")
        self.screen.sees("短信将在一分钟内送达")
        self.screen.fill(sms_code=self.world.code_sent_to(MOBILE))

    def registers(self) -> None:
        self.screen.press("注册")
        self.screen.sees("注册成功")

    def signs_in(self, account: str = MOBILE) -> None:
        self.screen.go("/login/")
        self.screen.fill(account=account, password=life.PASSWORD)
        self.screen.press(ENTER)
        self.screen.page.wait_for_url(re.compile(r"(?<!/login)/$"))

    def leaves(self) -> None:
        self.screen.go("/me/")
        self.screen.press("退出登录")
        self.screen.sees("您已安全退出")

    def fills_in_the_record(self) -> None:
        codes = {name: value for name, value in life.profile().items() if isinstance(value, str)}
        self.screen.go("/me/profile/")
        self.screen.fill(**codes | {"district": "450100", "major": "080901"})

    def saves_the_record(self) -> None:
        self.screen.press("保存")
        self.screen.sees("保存成功")

    def chooses_a_photo(self, content: bytes) -> None:
        file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": content}
        self.screen.page.locator("[name=photo]").set_input_files([file])  # type: ignore[list-item]

    def gets_a_number(self) -> str:
        """Hands in the photo; the last thing that a 准考证号 needs."""
        self.screen.press("上传照片")
        self.screen.sees("您的准考证号是")
        found = re.search(r"\d{12}", self.screen.page.locator("main").inner_text())
        assert found
        return found.group()

    def chooses_courses(self, count: int) -> None:
        """The first course of each of the first sittings."""
        slots = self.screen.page.locator("section.slot")
        for index in range(count):
            slots.nth(index).locator("input[name=course]").first.check()

    def submits_the_courses(self) -> None:
        self.screen.press("提交课程报考")
        self.screen.sees("待缴费")

    def cancels_the_last_course(self) -> None:
        self.screen.go("/business/my-registrations/")
        self.screen.page.get_by_role("link", name="取消报考").last.click()
        self.screen.press("确定取消报考")
        self.screen.sees("已取消报考")

    def asks_whether_it_is_paid(self) -> None:
        self.screen.press("确认支付完成")

    def pays_by_wechat(self) -> None:
        """At the stand-in's page, and back again."""
        page, twin = self.screen.page, self.world.twin.base_url
        self.screen.press("微信支付")
        page.wait_for_url(re.compile(re.escape(twin)))
        page.get_by_role("button", name="确认支付").click()
        page.wait_for_url(f"{self.screen.url}/business/orders/**")

    def has_paid(self) -> Letter:
        """Told by the gateway, and told to the page, which asks again by itself where there are scripts. The notice."""
        letter = self.world.letter()
        assert letter.status == 204
        if not self.screen.script:
            self.screen.page.reload()
        self.screen.page.get_by_role("heading", name="报考成功").wait_for()
        return letter

    def signs_the_pledge(self) -> None:
        self.screen.follow("签署诚信考试承诺书")
        self.screen.page.get_by_label("我已阅读并承诺遵守").check()
        self.screen.look("pledge")
        self.screen.press("签署承诺书")
        self.screen.sees("可以打印")

    def downloads_the_ticket(self) -> bytes:
        """What the link leads to: a browser without a window shows no PDF."""
        link = self.screen.page.locator("main").get_by_role("link", name="下载准考证（PDF）")
        answer = self.screen.page.request.get(f"{self.screen.url}{link.get_attribute('href')}")
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return answer.body()
