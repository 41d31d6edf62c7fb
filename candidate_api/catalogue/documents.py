"""What the OpenAPI document says of a list of reference data."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers

from portal.kernel.api import PAGING, paged

_UNCHANGED = OpenApiResponse(description="内容未变化")


Answer = type[serializers.Serializer[Any]]


def listed(name: str, item: Answer, query: Answer | None = None) -> Any:
    """Document a conditional GET, under that operation name, of `{count, next, previous, results: [item]}`."""
    filters = [query] if query else []
    return extend_schema(f"{name}_list", [*filters, *PAGING], responses={200: paged(item), 304: _UNCHANGED})


def shown(name: str, item: Answer, query: Answer | None = None) -> Any:
    """Document a conditional GET of one thing, under that operation name."""
    return extend_schema(f"{name}_retrieve", [query] if query else [], responses={200: item, 304: _UNCHANGED})
