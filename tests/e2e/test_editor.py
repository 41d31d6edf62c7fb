"""An editor publishes a notice with an attachment; everybody can read it at once."""

from typing import TYPE_CHECKING

import pytest
import requests

from portal.demo import seed
from tests.e2e.browse import Visitor
from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

TITLE = "关于公布新增考点的通知"
TEXT = "为方便考生就近参加考试，新增以下考点。"
FILE = b"%PDF-1.4 sites"


@pytest.fixture
def editor(world: World, browser: "Page") -> Visitor:
    browser.set_viewport_size({"width": 1280, "height": 900})
    return Visitor(browser, world.url, "editor")


def test_a_published_notice_stands_everywhere(world: World, editor: Visitor, http: requests.Session) -> None:
    page = editor.page
    editor.go("/admin/")
    page.locator("[name=username]").fill("editor")
    page.locator("[name=password]").fill(seed.PASSWORD)
    editor.look("sign-in")
    page.locator("form [type=submit]").click()
    page.wait_for_url(f"{world.url}/admin/")
    editor.look("desk")
    editor.go("/admin/news/")
    editor.look("news")
