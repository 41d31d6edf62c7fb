"""What the OpenAPI document says of a list of reference data."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

_PAGE = [
    OpenApiParameter("page", int, description="页码，从1开始"),
    OpenApiParameter("page_size", int, description="每页条数，最多100"),
]
_UNCHANGED = OpenApiResponse(description="内容未变化")


Answer = type[serializers.Serializer[Any]]


def listed(name: str, item: Answer, query: Answer | None = None) -> Any:
    """Document a conditional GET, under that operation name, of `{count, next, previous, results: [item]}`."""
    page = inline_serializer(
        f"{item.__name__}Page",
        {
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
        },
    )
    filters = [query] if query else []
    return extend_schema(f"{name}_list", [*filters, *_PAGE], responses={200: page, 304: _UNCHANGED})


def shown(name: str, item: Answer, query: Answer | None = None) -> Any:
    """Document a conditional GET of one thing, under that operation name."""
    return extend_schema(f"{name}_retrieve", [query] if query else [], responses={200: item, 304: _UNCHANGED})
