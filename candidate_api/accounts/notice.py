"""注册须知: what a person has to have read; the version that was accepted is kept with the record."""

from dataclasses import dataclass

from django.template.loader import render_to_string

# The text stands in templates/accounts/notice_<version>.html; a new text is a new version.
CURRENT = "2026-10"


@dataclass(frozen=True)
class Notice:
    """`body` is our own HTML."""

    version: str
    body: str


def current() -> Notice:
    """The notice that a registration must have accepted today."""
    return Notice(CURRENT, render_to_string(f"accounts/notice_{CURRENT}.html"))
