"""The line in a browser: it moves by itself, and leads on when it is one's turn."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from candidate_api.waiting import actions
from candidate_api.waiting.models import WaitingPlace
from candidate_api.waiting.rules import ENTRY_LIFE
from candidate_api.waiting.tests.line import opened, somebody
from home.tests.test_every_page import barriers
from portal.kernel import clock
from tests import life

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1280, 390)


def test_the_line_moves_and_leads_on(browser: Any, live_server: Any, reference: None) -> None:
    life.open_window("2026-10")
    person = life.confirm_contact(life.enrolled())
    opened(per_minute=1)
    for _ in range(3):
        actions.take_place(by=somebody())
    client = Client()
    client.force_login(person.user)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    browser.context.add_cookies([cookie | {"url": live_server.url}])

    browser.set_default_timeout(60_000)  # it polls: a busy machine takes its time
    browser.goto(f"{live_server.url}/business/registration/")
    browser.get_by_text("您前面还有").wait_for()
    folder = settings.ROOT / "var" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        browser.set_viewport_size({"width": width, "height": 844})
        browser.screenshot(path=str(folder / f"waiting-{width}.png"), full_page=True)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert barriers(browser) == []

    now = clock.now()
    WaitingPlace.objects.filter(user=person.user).update(admitted_at=now, until=now + ENTRY_LIFE)
    browser.get_by_role("heading", name="课程报考").wait_for()
