"""What a person does with a browser, in the words on the screen; every step is kept as a picture under var/e2e/."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from captcha.models import CaptchaStore
from django.conf import settings
from django.test import Client

from candidate_api.accounts.models import Captcha
from portal.kernel.users.models import User
from tests.e2e import pictures

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
HIDDEN = ":not([type=hidden])"


@dataclass
class Visitor:
    """Somebody at a page; `journey` names the pictures. `script`: whether the browser runs any."""

    page: "Page"
    url: str
    journey: str
    script: bool = True
    _steps: int = field(default=0)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def be(self, user: User, path: str) -> None:
        """Sit down as `user`, signed in, at a screen of their kind: a candidate's telephone, an office's desk."""
        client = Client()
        client.force_login(user)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.page.context.clear_cookies()
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.url}])
        self.page.set_viewport_size(PHONE if user.is_candidate else DESK)  # type: ignore[arg-type]
        self.go(path)

    def look(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture; nothing may be wider than the screen."""
        self._steps += 1
        pictures.keep(self.page, f"{self.journey}-{self._steps:02d}-{name}", whole=whole)
        width, content = self.page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        assert content <= width, f"{name}: {content} px wide on a screen of {width} px"

    def illustrate(self, name: str, *, at: str = "") -> None:
        """A picture of the manual (docs/manual.md): what the screen shows, scrolled to `at` (a selector)."""
        top = self.page.locator(at).first.evaluate("node => node.getBoundingClientRect().top + scrollY") if at else 0
        self.page.evaluate("top => scrollTo(0, top)", top - 110)  # below the bar that stays, with the label above
        self.look(name, whole=False)
        pictures.publish(self.page, name)

    def press(self, words: "str | re.Pattern[str]", *, role: str = "button") -> None:
        self._one(role, words).click()

    def follow(self, words: "str | re.Pattern[str]") -> None:
        self._one("link", words).click()

    def _one(self, role: str, words: "str | re.Pattern[str]") -> "Locator":
        # Buttons that serve the Enter key alone are hidden from everybody else, and so not found by their role.
        return self.page.locator("main").get_by_role(role, name=words)  # type: ignore[arg-type]

    def unfold(self, words: str) -> None:
        self.page.locator("main summary").filter(has_text=words).click()

    def fill(self, /, **values: Any) -> None:
        """Fields by their names in the form; several choices as a list, rows as a list of mappings."""
        for name, value in _cells(values):
            control = self.page.locator(f"main [name='{name}']{HIDDEN}").first
            row = re.fullmatch(r".+-(\d+)-\w+", name)
            if row and not control.count():
                self.press("增加一行")
                control.wait_for()
            kind = control.evaluate("node => node.type")
            if kind in {"radio", "checkbox"}:
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            elif kind == "select-one":
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


def _cells(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if not isinstance(value, list):
            yield name, value
            continue
        for number, one in enumerate(value):
            if isinstance(one, Mapping):
                yield from ((f"{name}-{number}-{column}", cell) for column, cell in one.items())
            else:
                yield name, one
