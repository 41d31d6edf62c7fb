"""A candidate with a 准考证号 while registration is open, and browsers signed in and out."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from tests import life

SESSION = "2026-10"


@pytest.fixture
def candidate(reference: None) -> Candidate:
    life.open_window(SESSION)
    return life.enrolled()


@pytest.fixture
def session(candidate: Candidate) -> ExamSession:
    return ExamSession.objects.get(code=SESSION)


@pytest.fixture
def web(candidate: Candidate) -> Client:
    """The candidate's own browser."""
    client = Client()
    client.force_login(candidate.user)
    return client


class Inline(HTMLParser):
    """What a strict policy refuses: inline scripts, styles and handlers; and ids that stand twice."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        self.ids += [given["id"]] if "id" in given else []
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in given if name == "style" or re.match(r"on[a-z]", name)]
        self.found += [
            f"{tag} {name} {given[name]}"
            for name in ("src", "href")
            if tag in ("script", "link", "img") and re.match(r"(https?:)?//", given.get(name) or "")
        ]


def inline(html: str) -> Inline:
    parser = Inline()
    parser.feed(html)
    return parser
