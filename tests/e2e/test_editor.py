"""Two editors publish a notice with an attachment: one writes, the other approves. Everybody can read it at once."""

from typing import TYPE_CHECKING, Any

import pytest
import requests

from portal.demo import seed
from tests import contract
from tests.e2e.browse import Visitor
from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

TITLE = "关于公布新增考点的通知"
TEXT = "为方便考生就近参加考试，新增以下考点。"
ATTACHMENT = "新增考点一览表"
FILE = b"%PDF-1.4 sites"


@pytest.fixture
def editor(world: World, browser: "Page") -> Visitor:
    browser.set_viewport_size({"width": 1280, "height": 900})
    return Visitor(browser, world.url, "editor")


def test_a_published_notice_stands_everywhere(world: World, editor: Visitor, http: requests.Session) -> None:
    sign_in(editor, "editor")
    write(editor)
    submit(editor)
    sign_out(editor)
    sign_in(editor, "editor-2")
    approve(editor)

    editor.page.set_viewport_size({"width": 390, "height": 844})
    for path, name in (("/", "home"), ("/news/", "news-centre")):
        editor.go(path)
        editor.sees(TITLE)
        editor.look(name)
    editor.page.get_by_text(TITLE).click()
    editor.sees(TEXT)
    editor.look("notice")
    attached = editor.page.locator("main").get_by_role("link", name=ATTACHMENT).get_attribute("href")
    assert http.get(f"{world.url}{attached}", timeout=20).content == FILE

    def get(path: str) -> dict[str, Any]:
        answer = http.get(f"{world.url}/api/v1/{path}", timeout=20)
        contract.check("GET", f"/api/v1/{path}", answer)
        told: dict[str, Any] = answer.json()
        return told

    assert TITLE in [row["title"] for row in get("home/")["news"]]
    [row] = [row for row in get("news/?channel=notices")["results"] if row["title"] == TITLE]
    told = get(f"news/{row['id']}/")
    assert TEXT in told["body"]
    assert [(a["title"], a["filename"], a["size"]) for a in told["attachments"]] == [
        (ATTACHMENT, "sites.pdf", len(FILE))
    ]
    assert http.get(told["attachments"][0]["url"], timeout=20).content == FILE


def sign_in(editor: Visitor, name: str) -> None:
    page = editor.page
    editor.go("/admin/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(seed.PASSWORD)
    editor.look("sign-in")
    page.locator("form [type=submit]").click()
    page.wait_for_url(f"{editor.url}/admin/")
    editor.look("desk", whole=False)


def write(editor: Visitor) -> None:
    page = editor.page
    editor.go("/admin/news/")
    editor.look("news", whole=False)
    page.locator("header").get_by_role("link", name="添加 资讯").click()
    # Typed key by key: the address follows the title.
    page.locator("#id_title").press_sequentially(TITLE)
    page.get_by_role("button", name="选择 资讯栏目").click()
    page.get_by_role("link", name="通知公告").click()
    page.locator("#id_channel-title").get_by_text("通知公告").wait_for()

    add_block(page, "正文")
    page.locator(".public-DraftEditor-content").first.press_sequentially(TEXT)
    add_block(page, "附件")
    page.locator(".document-chooser [data-chooser-action-choose]").click()
    dialog = page.locator(".modal-content")
    dialog.get_by_role("tab", name="上传").click()
    dialog.locator("[name$=title]").fill(ATTACHMENT)
    dialog.locator("[type=file]").set_input_files({"name": "sites.pdf", "mimeType": "application/pdf", "buffer": FILE})
    editor.look("upload", whole=False)
    dialog.locator("[type=submit]:visible").last.click()
    page.locator(".document-chooser").get_by_text(ATTACHMENT).wait_for()
    dialog.wait_for(state="hidden")
    editor.look("written")


def add_block(page: "Page", label: str) -> None:
    page.get_by_role("button", name="插入内容块").last.click()
    page.locator(".w-combobox").get_by_text(label, exact=True).click()


def submit(editor: Visitor) -> None:
    page = editor.page
    # The first autosave makes the page; submitting before it is back would make it twice.
    page.wait_for_url("**/edit/")
    page.get_by_text("正在保存").wait_for(state="hidden")
    page.get_by_role("button", name="更多动作").click()
    page.get_by_role("button", name="提交给资讯审核").click()
    editor.look("submitted", whole=False)


def sign_out(editor: Visitor) -> None:
    editor.page.context.clear_cookies()


def approve(editor: Visitor) -> None:
    page = editor.page
    editor.look("waiting", whole=False)
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_url("**/edit/")
    page.get_by_role("button", name="更多动作").click()
    page.get_by_role("button", name="批准", exact=True).click()
    page.locator(".messages").get_by_text("已被更新").wait_for()
    editor.look("published", whole=False)
