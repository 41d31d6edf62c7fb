"""Two editors publish a notice with an attachment: one writes, the other approves. Everybody can read it at once."""

import re
from typing import TYPE_CHECKING, Any

import requests

from tests import contract
from tests.e2e.browse import PHONE, Visitor
from tests.e2e.editors import ATTACHMENT, FILE, TEXT, TITLE, Editors, find_the_notice
from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_published_notice_stands_everywhere(world: World, browser: "Page", http: requests.Session) -> None:
    screen = Visitor(browser, world.url, "editor")
    Editors(screen).publish()

    browser.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert http.get(find_the_notice(screen), timeout=20).content == FILE

    def get(path: str) -> dict[str, Any]:
        answer = http.get(f"{world.url}/api/v1/{path}", timeout=20)
        contract.check("GET", f"/api/v1/{path}", answer)
        told: dict[str, Any] = answer.json()
        return told

    assert TITLE in [row["title"] for row in get("home/")["news"]]
    [row] = [row for row in get("news/?channel=notices")["results"] if row["title"] == TITLE]
    told = get(f"news/{row['id']}/")
    assert TEXT in told["body"]
    [attached] = told["attachments"]
    assert (attached["title"], attached["size"]) == (ATTACHMENT, len(FILE))
    # The tests of one process share a folder of documents: in it each has a name of its own.
    assert re.fullmatch(r"sites(_\w+)?\.pdf", attached["filename"])
    assert http.get(attached["url"], timeout=20).content == FILE
