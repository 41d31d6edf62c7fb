"""Two editors and one notice with an attachment: one writes it in the admin, the other approves it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portal.demo import seed
from tests.e2e.browse import DESK, Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page

TITLE = "关于公布新增考点的通知"
TEXT = "为方便考生就近参加考试，新增以下考点。"
ATTACHMENT = "新增考点一览表"
FILE = b"%PDF-1.4 sites"


@dataclass
class Editors:
    """At the desk that they share: its browser runs scripts, whatever the readers' does."""

    screen: Visitor

    def publish(self) -> None:
        self.screen.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        self.sign_in("editor")
        self.write()
        self.submit()
        self.sign_out()
        self.sign_in("editor-2")
        self.approve()
        self.sign_out()

    def sign_in(self, name: str) -> None:
        page = self.screen.page
        self.screen.go("/admin/")
        page.locator("[name=username]").fill(name)
        page.locator("[name=password]").fill(seed.PASSWORD)
        self.screen.look("sign-in")
        page.locator("form [type=submit]").click()
        page.wait_for_url(f"{self.screen.url}/admin/")
        self.screen.look("desk", whole=False)

    def write(self) -> None:
        page = self.screen.page
        self.screen.go("/admin/news/")
        self.screen.look("news", whole=False)
        page.locator("header").get_by_role("link", name="添加 资讯").click()
        # Typed key by key: the address follows the title.
        page.locator("#id_title").press_sequentially(TITLE)
        page.get_by_role("button", name="选择 资讯栏目").click()
        page.get_by_role("link", name="通知公告").click()
        page.locator("#id_channel-title").get_by_text("通知公告").wait_for()

        _add_block(page, "正文")
        page.locator(".public-DraftEditor-content").first.press_sequentially(TEXT)
        _add_block(page, "附件")
        page.locator(".document-chooser [data-chooser-action-choose]").click()
        dialog = page.locator(".modal-content")
        dialog.get_by_role("tab", name="上传").click()
        dialog.locator("[name$=title]").fill(ATTACHMENT)
        file = {"name": "sites.pdf", "mimeType": "application/pdf", "buffer": FILE}
        dialog.locator("[type=file]").set_input_files([file])  # type: ignore[list-item]
        self.screen.look("upload", whole=False)
        dialog.locator("[type=submit]:visible").last.click()
        page.locator(".document-chooser").get_by_text(ATTACHMENT).wait_for()
        dialog.wait_for(state="hidden")
        self.screen.look("written")

    def submit(self) -> None:
        page = self.screen.page
        # The first autosave makes the page; submitting before it is back would make it twice.
        page.wait_for_url("**/edit/")
        page.get_by_text("正在保存").wait_for(state="hidden")
        page.get_by_role("button", name="更多动作").click()
        page.get_by_role("button", name="提交给资讯审核").click()
        self.screen.look("submitted", whole=False)

    def sign_out(self) -> None:
        self.screen.page.context.clear_cookies()

    def approve(self) -> None:
        page = self.screen.page
        self.screen.look("waiting", whole=False)
        page.get_by_role("link", name=TITLE).first.click()
        page.wait_for_url("**/edit/")
        page.get_by_role("button", name="更多动作").click()
        page.get_by_role("button", name="批准", exact=True).click()
        page.locator(".messages").get_by_text("已被更新").wait_for()
        self.screen.look("published", whole=False)


def find_the_notice(reader: Visitor) -> str:
    """Somebody finds it on the front page, in the news centre, and opens it; the address of what is attached."""
    for path, name in (("/", "home"), ("/news/", "news-centre")):
        reader.go(path)
        reader.sees(TITLE)
        reader.look(name)
    reader.page.locator("main").get_by_text(TITLE).click()
    reader.sees(TEXT)
    reader.look("notice")
    attached = reader.page.locator("main").get_by_role("link", name=ATTACHMENT).get_attribute("href")
    assert attached is not None
    return f"{reader.url}{attached}"


def _add_block(page: "Page", label: str) -> None:
    page.get_by_role("button", name="插入内容块").last.click()
    page.locator(".w-combobox").get_by_text(label, exact=True).click()
