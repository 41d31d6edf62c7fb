"""One application in a browser, from its tile to its end: the candidate at a telephone, the offices at their desks."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from candidate_api.candidates.models import Candidate
from portal.kernel import clock
from portal.kernel.users.models import User
from review.applications import actions
from review.applications.models import Application
from review.applications.tests.scene import SYSTEM, reviewer
from tests.e2e.browse import Visitor
from tests.e2e.world import text_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator

NO = "名称和内容不同"


@dataclass
class Applicant:
    """`screen` is whoever's turn it is: theirs, or the office's."""

    screen: Visitor
    person: Candidate
    _was_at_the_desk: bool = False

    @property
    def application(self) -> Application:
        return Application.objects.select_related("office").filter(applicant=self.person.user).latest("pk")

    # -- the candidate -----------------------------------------------------------------------------------------------
    def follows_the_tile(self, words: str) -> None:
        self.screen.be(self.person.user, "/business/")
        self.screen.follow(re.compile(f"^{words}"))

    def begins(self, tile: str) -> None:
        self.follows_the_tile(tile)
        self.screen.press("开始申请")
        self.screen.sees("第1步，共3步")

    def fills_in(self, answers: Mapping[str, Any]) -> None:
        self.screen.fill(**answers)

    def goes_on(self) -> None:
        """From the form to the papers, and to 核对 where there are none to give."""
        self.screen.press("下一步")
        self.screen.page.wait_for_url(re.compile(r"/(materials|check)/$"))

    def hands_in_papers(self) -> None:
        """As many of each kind as it takes at least."""
        page, application = self.screen.page, self.application
        for rule in application.configuration.materials:
            card = page.locator(f"#m-{rule.key}")
            for number in range(card.locator(".papers img").count(), application.least(rule)):
                file = {"name": f"{rule.key}.png", "mimeType": "image/png", "buffer": specimen(rule.key)}
                card.locator("[type=file]").set_input_files([file])  # type: ignore[list-item]
                if not self.screen.script:
                    card.get_by_role("button", name="上传", exact=True).click()
                card.locator(".papers img").nth(number).wait_for()

    def checks(self) -> None:
        if self.application.configuration.materials:
            self.screen.press("下一步", role="link")
        self.screen.sees("第3步，共3步")

    def hands_in(self) -> None:
        for text in self.application.configuration.consents:
            self.screen.page.locator(f"[name=consent-{text.key}]").check()
        self.screen.press("提交申请")
        self.screen.sees("申请已提交")

    def applies(self, tile: str, answers: Mapping[str, Any]) -> None:
        """All of it without a look aside."""
        self.begins(tile)
        self.fills_in(answers)
        self.goes_on()
        self.hands_in_papers()
        self.checks()
        self.hands_in()

    def opens(self) -> None:
        self.screen.be(self.person.user, f"/business/applications/{self.application.number}/")

    def confirms(self) -> None:
        self.opens()
        self.screen.press("确认信息无误")
        self.screen.page.get_by_role("button", name="确认信息无误").wait_for(state="detached")

    def sheet(self) -> str:
        """The text of the 登记表 or 申请表 behind the button."""
        assert self.screen.page.get_by_role("link", name="下载登记表（PDF）").is_visible()
        url = f"{self.screen.url}/business/applications/{self.application.number}/register.pdf"
        answer = self.screen.page.request.get(url)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return text_of(answer.body())

    # -- the offices -------------------------------------------------------------------------------------------------
    def comes_to(self, label: str, says: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """The offices decide and the system asks, until the candidate reads `label`; `says`: as in `stories.py`."""
        while (application := self.application).state_label != label:
            assert application.state == "submitted", application.state_label
            if application.turn == "office":
                self.is_passed(**(says or {}).get(application.step.key, {}))
            elif application.turn == "held":
                self.is_told()
            else:
                assert application.turn == "system", f"{application.state_label} waits for the candidate"
                self.is_answered()
        self.opens()
        self.screen.sees(label)

    def is_answered(self) -> None:
        """Whoever the system asks has answered."""
        Application.objects.filter(pk=self.application.pk).update(next_ask_at=clock.now())
        assert actions.ask_due(by=SYSTEM) == 1

    def is_passed(self, *, outcome: str = "", value: str = "", verdicts: tuple[bool, ...] = ()) -> None:
        """Whoever's turn it is lets it pass, at the desk."""
        page = self.sits_down()
        form = page.locator("#desk-approve")
        if outcome:
            form.locator("#outcome").select_option(outcome)
        if value:
            form.locator("#outcome-value").fill(value)
        for row, passed in enumerate(verdicts):
            form.locator(f"[name=verdict-{row}][value={'yes' if passed else 'no'}]").check()
            if not passed:
                form.locator(f"[name=verdict-note-{row}]").fill(NO)
        self._decides(form.locator("button[value=approve]"))

    def is_returned(self, why: str, *, about: str = "") -> None:
        page = self.sits_down()
        page.locator("#target-1").select_option(about)
        page.locator("#text-1").fill(why)
        self._decides(page.locator("#desk-return button[value=return_]"))

    def _decides(self, button: "Locator") -> None:
        """The desk shows the next case then, or the queue where there is none."""
        before = self.application.revision
        with self.screen.page.expect_navigation():
            button.click()
        assert self.application.revision > before, self.screen.page.locator("[role=alert]").all_inner_texts()

    def is_told(self) -> None:
        """What was decided is published."""
        page = self.sits_down("first_reviewer")
        page.get_by_role("button", name="公布这一件").click()
        page.get_by_role("button", name="公布这一件").wait_for(state="detached")

    def sits_down(self, role: str = "") -> Any:
        """The reviewer whose turn it is, with the case open before them."""
        application = self.application
        role = role or ("second_reviewer" if application.first_approver_id else "first_reviewer")
        assert application.office is not None
        user = User.objects.get(pk=reviewer(role, application.office.code).user_id)
        self.screen.be(user, f"/admin/applications/{application.pk}/")
        if not self._was_at_the_desk:
            self._was_at_the_desk = True
            self.screen.look(f"desk-{application.type.slug}", whole=False)
        return self.screen.page


def specimen(seed: str) -> bytes:
    """A sheet with lines and a stamp, so that a picture of it looks like a paper; no two kinds alike."""
    image = Image.new("RGB", (480, 640), (252, 252, 248))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 460, 620), outline=(120, 130, 150), width=3)
    draw.rectangle((120, 60, 360, 92), fill=(60, 90, 150))
    for line in range(12):
        draw.line((60, 140 + 30 * line, 420 - (line * 37 + len(seed) * 23) % 160, 140 + 30 * line), (90, 90, 90), 6)
    draw.ellipse((300, 480, 420, 600), outline=(200, 40, 40), width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
