"""The browser's fixture: a telephone's page, on this machine alone."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_page_of_a_phones_size_opens(browser: "Page", live_server: Any) -> None:
    answer = browser.goto(live_server.url + "/admin/login/")

    assert answer is not None
    assert answer.status == 200
    assert browser.evaluate("[innerWidth, innerHeight]") == [390, 844]
    assert browser.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"


def test_it_reaches_nothing_else(browser: "Page") -> None:
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        browser.goto("http://zikao.example/")
    browser.troubles.clear()  # type: ignore[attr-defined]
