"""Every page of the portal: no wider than the screen, and without a barrier that a machine can find."""

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from candidate_api.candidates.models import Candidate
from candidate_api.payments.models import Order
from candidate_api.registrations import actions
from home.tests.conftest import SESSION
from home.tests.places import addresses
from review.applications.tests.scene import drafted, made
from tests import life

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.django_db(transaction=True)
AXE = Axe().axe_script
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 844}  # a small phone, and a screen at 200 %
TOO_WIDE = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return "";
  const beyond = (node) => node.getBoundingClientRect().right > root.clientWidth + 0.5;
  const out = [...document.querySelectorAll("body *")].filter(beyond);
  return out.slice(0, 4).map((node) => `${node.tagName}.${node.className}`).join(" ") || "?";
}"""
# WCAG 2.2 AA; what is left is a person's work. We have no media and turn no screen, for which style sheets and videos
# would be fetched once more.
RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
COLOURS = RULES | {"runOnly": ["color-contrast", "link-in-text-block"]}  # all that another scheme can change


@pytest.fixture
def order(candidate: Candidate) -> Order:
    entries = [("02324", "450100"), ("00023", "450100")]
    return actions.submit(SESSION, entries, by=life.actor(candidate)).order


@pytest.fixture(params=["visitor", "candidate"])
def visitor(request: Any, browser: "Page", live_server: Any, candidate: Candidate, client: Any) -> "Page":
    if request.param == "candidate":
        client.force_login(candidate.user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        browser.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    # What moves is in no state that could be judged.
    browser.emulate_media(reduced_motion="reduce")
    return browser


# Where a machine looks for barriers, by look. Dark is a matter of colours, the same in every size and language; what
# English changes is the words, so that one screen tells.
LOOKS: dict[tuple[str, str], list[tuple[str, dict[str, int]]]] = {
    ("0", "zh-hans"): [("light", PHONE), ("light", DESK), ("dark", PHONE), ("dark", DESK)],
    ("1", "zh-hans"): [("light", PHONE), ("light", DESK)],
    ("0", "en"): [("light", PHONE)],
    ("1", "en"): [],
}


@pytest.mark.parametrize(("elder", "language"), LOOKS)
def test_fits_and_is_accessible(
    visitor: "Page", live_server: Any, order: Order, candidate: Candidate, elder: str, language: str
) -> None:
    """English words are longer, and longest in large type."""
    made()
    look = {"elder": elder, "language": language}
    visitor.context.add_cookies([{"name": name, "value": look[name], "url": live_server.url} for name in look])
    found = []
    for address in addresses(order, drafted(candidate.user)):
        visitor.goto(live_server.url + address, wait_until="load")
        for screen in (NARROW, PHONE):
            visitor.set_viewport_size(screen)
            if beyond := visitor.evaluate(TOO_WIDE):
                found.append((address, screen["width"], beyond))
        for scheme, screen in LOOKS[elder, language]:
            visitor.emulate_media(color_scheme=scheme)
            visitor.set_viewport_size(screen)
            rules = COLOURS if scheme == "dark" else RULES
            found += [(address, screen["width"], scheme, *barrier) for barrier in barriers(visitor, rules)]
    assert found == []


def barriers(page: "Page", rules: dict[str, Any] = RULES) -> list[tuple[str, str]]:
    """What axe finds serious or critical: its rule, and the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    told = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    return [
        (rule["id"], "; ".join(node["html"][:160] for node in rule["nodes"][:3]))
        for rule in told
        if rule["impact"] in ("serious", "critical")
    ]
