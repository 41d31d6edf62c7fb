"""What the OpenAPI document says of every endpoint: its refusals by status, and where it takes an idempotency key."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from portal.kernel.errors import PROBLEM_TYPE, STATUS, Code


class ProblemAutoSchema(AutoSchema):
    """Adds to every operation its problem documents by status and, where it takes one, the idempotency key."""

    def get_override_parameters(self) -> list[Any]:
        handler = getattr(self.view, self.method.lower(), None)
        if getattr(handler, "takes_idempotency_key", False):
            return [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=False)]
        return []

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """What `@extend_schema(description=…)` says and nothing else: docstrings speak to the house, not to clients."""
        return ""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        by_status: dict[int, list[Code]] = {}
        for code in self._codes():
            by_status.setdefault(int(STATUS[code]), []).append(code)
        for status, codes in sorted(by_status.items()):
            operation["responses"].setdefault(
                str(status),
                {
                    "description": ", ".join(sorted(code.value for code in codes)),
                    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            )
        return operation

    def _codes(self) -> set[Code]:
        handler = getattr(self.view, self.method.lower(), None)
        codes = {Code.NOT_ACCEPTABLE, Code.THROTTLED, Code.SERVER_ERROR, *getattr(handler, "problems", ())}
        if self.view.permission_classes:
            codes |= {Code.NOT_AUTHENTICATED, Code.PERMISSION_DENIED}
        if "{" in self.path:
            codes |= {Code.NOT_FOUND}
        if self.method in {"POST", "PUT", "PATCH"}:
            codes |= {Code.VALIDATION_FAILED, Code.MALFORMED, Code.UNSUPPORTED_MEDIA_TYPE, Code.PAYLOAD_TOO_LARGE}
        if self.method != "GET" and not getattr(self.view, "goes_on", False):
            codes |= {Code.SERVICE_PAUSED}
        if self.method == "GET":
            codes |= {Code.VALIDATION_FAILED, Code.NOT_FOUND}  # a wrong filter, a page beyond the last
        if getattr(handler, "takes_idempotency_key", False):
            codes |= {Code.IDEMPOTENCY_IN_PROGRESS, Code.IDEMPOTENCY_MISMATCH}
        return codes


def only_our_endpoints(endpoints: list[Any], **_: Any) -> list[Any]:
    """Keep the contract's own paths; Wagtail's API documents itself."""
    return [e for e in endpoints if e[0].startswith("/api/v1/") and not e[0].startswith("/api/v1/pages/")]


def without_docstrings(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The shapes say themselves by their fields; what their classes say of themselves is for the house."""
    for shape in result.get("components", {}).get("schemas", {}).values():
        if shape.get("type") == "object":
            shape.pop("description", None)
    return result


def add_problem_schema(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The problem document itself, with the closed list of codes."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "enum": [code.value for code in Code]},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["field", "code", "detail"],
                    "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
                },
            },
            "request_id": {"type": "string"},
            "opens_at": {"type": ["string", "null"], "format": "date-time"},
            "closes_at": {"type": ["string", "null"], "format": "date-time"},
            "state": {"type": "string"},
            "allowed_actions": {"type": "array", "items": {"type": "string"}},
            "position": {"type": "integer"},
            "estimate": {"type": "integer", "description": "seconds"},
        },
    }
    return result
