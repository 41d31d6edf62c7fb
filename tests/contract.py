"""A test client that holds every answer of the API against the OpenAPI document that the code generates.

Status, content type and body must be described there, and the body may hold nothing that is not.
"""

import re
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from rest_framework.test import APIClient

BASE = "/api/v1/"
NOT_DESCRIBED = ("/api/v1/pages/", "/api/v1/schema/", "/api/v1/docs/")
OPEN = {"Problem"}  # RFC 9457: a problem may carry more members than the document names
BODILESS = {204, 304}
METHODS = {"get", "post", "put", "patch", "delete"}

formats = FormatChecker(["uuid", "email", "ipv4", "ipv6"])


@formats.checks("date-time", raises=ValueError)
def _instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("date", raises=ValueError)
def _day(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.strptime(value, "%Y-%m-%d"))  # noqa: DTZ007 -- a day has no zone


class ContractClient(APIClient):
    """DRF's client. An answer under /api/v1/ that breaks the document raises AssertionError."""

    def request(self, **kwargs: Any) -> Any:
        response = super().request(**kwargs)
        check(kwargs["REQUEST_METHOD"], kwargs["PATH_INFO"], response)
        return response


def check(method: str, path: str, response: Any) -> None:
    """Raise AssertionError unless the document describes this answer to `method path`."""
    path = urlsplit(path).path
    if not path.startswith(BASE) or path.startswith(NOT_DESCRIBED) or method.lower() not in METHODS:
        return
    what = f"{method} {path} → {response.status_code}"
    template = template_of(path)
    if template is None:
        assert response.status_code == 404, f"{what}: the path is not in the document"
        return
    operation = document()["paths"][template].get(method.lower())
    if operation is None:
        assert response.status_code == 405, f"{what}: the method is not in the document"
        _check_body(what, response, "#/components/schemas/Problem")
        return
    status = str(response.status_code)
    assert status in operation["responses"], f"{what}: only {', '.join(operation['responses'])} are in the document"
    content = operation["responses"][status].get("content")
    if response.status_code in BODILESS or not content:
        assert not getattr(response, "content", b""), f"{what}: a body that is not in the document"
        return
    given = response.headers["Content-Type"].split(";")[0]
    assert given in content, f"{what}: {given}, the document has {', '.join(content)}"
    if given.endswith("json"):
        _check_body(
            what,
            response,
            f"#/paths/{_escape(template)}/{method.lower()}/responses/{status}/content/{_escape(given)}/schema",
        )


def _check_body(what: str, response: Any, pointer: str) -> None:
    error = next(_validator(pointer).iter_errors(response.json()), None)
    if error is not None:
        where = "/".join(str(step) for step in error.absolute_path) or "the body"
        raise AssertionError(f"{what}: {where}: {error.message}")


@cache
def document() -> dict[str, Any]:
    """The generated document, with every object closed to what it does not name."""
    made = SchemaGenerator().get_schema(request=None, public=True)
    return dict(_closed(deepcopy(made)))


def _closed(node: Any, name: str = "") -> Any:
    if isinstance(node, dict):
        for key, value in node.items():
            node[key] = _closed(value, key)
        if node.get("type") == "object" and isinstance(node.get("properties"), dict) and name not in OPEN:
            node.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        return [_closed(value) for value in node]
    return node


@cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Every path as a pattern; those without parameters first."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))), path) for path in paths]


def template_of(path: str) -> str | None:
    """The path of the document that an address is one of."""
    return next((template for pattern, template in _templates() if pattern.fullmatch(path)), None)


@cache
def _validator(pointer: str) -> Draft202012Validator:
    registry = Registry().with_resource("urn:api", Resource(contents=document(), specification=DRAFT202012))
    return Draft202012Validator({"$ref": f"urn:api{pointer}"}, registry=registry, format_checker=formats)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
