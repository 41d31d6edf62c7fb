"""What a person does with a browser, in the words on the screen; every step is kept as a picture under var/e2e/."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from captcha.models import CaptchaStore

from candidate_api.accounts.models import Captcha

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PICTURES = Path(__file__).resolve().parents[2] / "var" / "e2e"


@dataclass
class Visitor:
    """Somebody at a page; `journey` names the pictures."""

    page: "Page"
    url: str
    journey: str
    _steps: int = field(default=0)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def look(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture; nothing may be wider than the screen."""
        self._steps += 1
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{self.journey}-{self._steps:02d}-{name}.png", full_page=whole)
        width, content = self.page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        assert content <= width, f"{name}: {content} px wide on a screen of {width} px"

    def press(self, words: str, *, role: str = "button") -> None:
        self._one(role, words).click()

    def follow(self, words: str) -> None:
        self._one("link", words).click()

    def _one(self, role: str, words: str) -> "Locator":
        # Buttons that serve the Enter key alone are hidden from everybody else, and so not found by their role.
        return self.page.locator("main").get_by_role(role, name=words)  # type: ignore[arg-type]

    def fill(self, **values: str) -> None:
        """Fields by their names in the form."""
        for name, value in values.items():
            control = self.page.locator(f"main [name={name}]:not([type=hidden])")
            if control.evaluate("node => node.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def read_captcha(self) -> None:
        """Type what the picture says; where the device works instead, ask for the picture first."""
        picture = self.page.locator("main [data-work-picture]")
        if picture.is_visible():
            picture.click()
        self.fill(captcha_value=self.characters())

    def characters(self) -> str:
        given = self.page.locator("main [name=captcha_id]").input_value()
        return str(CaptchaStore.objects.get(hashkey=Captcha.objects.get(pk=given).picture_key).response)

    def sees(self, words: "str | re.Pattern[str]") -> None:
        """Wait until the page's content says it."""
        self.page.locator("main").get_by_text(words).first.wait_for()
