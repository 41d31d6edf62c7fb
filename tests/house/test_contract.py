"""The OpenAPI document speaks to clients: every operation says what it is for, and what is closed is listed."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.contract import METHODS, document

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Strings whose names say that they decide something: a client switches on them, so it must know them all.
DECIDING = {
    "state", "status", "blocked", "step", "channel", "scene", "kind", "id_type", "gender", "phase", "business",
    "source", "level", "fee_class", "purpose", "allowed_actions", "roles",
}  # fmt: skip
# The same words where the list is the office's to lengthen, or the word means something else.
OPEN = {
    ("Problem", "state"),  # of whichever noun refused
    ("Problem", "allowed_actions"),
    ("NewsOut", "channel"),  # 栏目
    ("NewsDetailOut", "channel"),
    ("NewsOut", "source"),  # 发布单位
    ("NewsDetailOut", "source"),
    ("ApplicationOut", "step"),  # the words of the office, as are the next two
    ("ApplicationListOut", "step"),
    ("EventOut", "step"),
    ("OrderShape", "kind"),  # each noun that sells something brings its own
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_every_operation_says_what_it_is_for() -> None:
    unsaid = [(m, path) for m, path, operation in operations() if not CHINESE.search(operation.get("summary", ""))]
    assert unsaid == []


def test_what_is_said_to_clients_is_said_for_clients() -> None:
    """Docstrings are the house's own; they are in English, and what is for clients is not."""
    said = [operation.get("description", "") for _m, _path, operation in operations()]
    said += [
        shape.get("description", "")
        for shape in document()["components"]["schemas"].values()
        if shape.get("type") == "object"
    ]
    assert [text for text in said if text and not CHINESE.search(text)] == []


def test_what_decides_is_listed() -> None:
    unlisted = {
        (shape, name)
        for shape, described in document()["components"]["schemas"].items()
        for name, value in described.get("properties", {}).items()
        if name in DECIDING and _is_open(value)
    }
    assert unlisted - OPEN == set()


def _is_open(value: dict[str, Any]) -> bool:
    """Whether any string at all would do."""
    if value.get("type") == "array":
        return _is_open(value["items"])
    return "string" in value.get("type", "") and "enum" not in value and "const" not in value


@pytest.mark.django_db
def test_an_address_that_is_none_is_not_looked_for_among_the_pages() -> None:
    """Those ask for a form's token, and answer in HTML."""
    stranger = Client(enforce_csrf_checks=True)
    answers = [
        getattr(stranger, method)(f"/api/v1/{path}")
        for method in ("get", "post", "put", "patch", "delete")
        for path in ("", "nothing/", "me/devices/abc/")
    ]
    assert {(a.status_code, a["Content-Type"]) for a in answers} == {(404, "application/problem+json")}
