"""The API client notices each way in which an answer can break the document."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse

from tests import contract

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/api/v1/orders/{number}/": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                    "404": {
                        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    },
                }
            },
            "delete": {"responses": {"204": {"description": "gone"}}},
        }
    },
    "components": {
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["number", "paid_at"],
                "properties": {
                    "number": {"type": "string"},
                    "paid_at": {"type": ["string", "null"], "format": "date-time"},
                },
            },
            "Problem": {"type": "object", "required": ["code"], "properties": {"code": {"enum": ["not_found"]}}},
        }
    },
}
ORDER = {"number": "GX1", "paid_at": "2026-10-01T09:00:00+08:00"}
PROBLEM = "application/problem+json"


@pytest.fixture(autouse=True)
def _document(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    caches = (contract.document, contract._templates, contract._validator)
    for function in caches:
        function.cache_clear()
    monkeypatch.setattr(contract.SchemaGenerator, "get_schema", lambda *_, **__: DOCUMENT)
    yield
    for function in caches:
        function.cache_clear()


def answer(body: Any, status: int = 200, content_type: str = "application/json") -> HttpResponse:
    response = JsonResponse(body, status=status, content_type=content_type)
    response.json = lambda: body  # type: ignore[attr-defined]
    return response


def test_what_the_document_says_passes() -> None:
    contract.check("GET", "/api/v1/orders/GX1/", answer(ORDER))
    contract.check("GET", "/api/v1/orders/GX1/", answer({**ORDER, "paid_at": None}))
    contract.check("GET", "/api/v1/orders/GX1/", answer({"code": "not_found", "more": 1}, 404, PROBLEM))
    contract.check("DELETE", "/api/v1/orders/GX1/", HttpResponse(status=204))
    contract.check("PUT", "/api/v1/orders/GX1/", answer({"code": "not_found"}, 405, PROBLEM))
    contract.check("GET", "/api/v1/nowhere/", answer({}, 404))
    contract.check("GET", "/", HttpResponse("a page"))


@pytest.mark.parametrize(
    ("method", "path", "response", "said"),
    [
        ("GET", "/api/v1/orders/GX1/", answer({**ORDER, "secret": 1}), "secret"),
        ("GET", "/api/v1/orders/GX1/", answer({"number": "GX1"}), "paid_at"),
        ("GET", "/api/v1/orders/GX1/", answer({**ORDER, "number": 1}), "number: 1 is not of type"),
        ("GET", "/api/v1/orders/GX1/", answer({**ORDER, "paid_at": "2026-10-01T09:00:00"}), "date-time"),
        ("GET", "/api/v1/orders/GX1/", answer(ORDER, 201), "only 200, 404"),
        ("GET", "/api/v1/orders/GX1/", answer({"code": "not_found"}, 404), "application/json"),
        ("GET", "/api/v1/orders/GX1/", answer({"code": "oops"}, 404, PROBLEM), "oops"),
        ("POST", "/api/v1/orders/GX1/", answer(ORDER), "the method is not in the document"),
        ("GET", "/api/v1/nowhere/", answer({}), "the path is not in the document"),
        ("DELETE", "/api/v1/orders/GX1/", HttpResponse("x", status=204), "a body that is not"),
    ],
)
def test_what_it_does_not_say_is_refused(method: str, path: str, response: HttpResponse, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        contract.check(method, path, response)


@pytest.mark.django_db
def test_the_fixture_is_that_client(api: contract.ContractClient) -> None:
    assert api.get("/api/v1/nowhere/").status_code == 404
