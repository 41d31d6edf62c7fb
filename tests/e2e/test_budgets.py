"""A first visit on a slow line: how much, and how often, the telephone has to ask."""

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.e2e.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

MOST_BYTES, MOST_REQUESTS = 100 * 1024, 15


@pytest.mark.parametrize("path", ["/", "/news/", "/services/", "/login/"])
def test_a_first_visit_is_light(world: World, browser: "Page", path: str) -> None:
    answers: list[Response] = []
    browser.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- Playwright wants a function
    browser.goto(world.url + path, wait_until="networkidle")
    weights = {answer.url.removeprefix(world.url): len(gzip.compress(answer.body())) for answer in answers}
    assert sum(weights.values()) <= MOST_BYTES, weights
    assert len(answers) <= MOST_REQUESTS, weights
