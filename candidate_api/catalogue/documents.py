"""What the OpenAPI document says of a list of reference data."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from portal.kernel.api import PAGING, paged

# The lists of the fixtures; clients ask for them by these names.
CODE_LISTS = (
    *("candidate_category", "education", "ethnicity", "gender", "household_type", "id_type", "occupation"),
    *("political_status", "province"),
)
_UNCHANGED = OpenApiResponse(description="内容未变化")


Answer = type[serializers.Serializer[Any]]


def listed(name: str, summary: str, item: Answer, query: Answer | None = None, *more: OpenApiParameter) -> Any:
    """Document a conditional GET, under that operation name, of `{count, next, previous, results: [item]}`."""
    filters = [query] if query else []
    responses = {200: paged(item), 304: _UNCHANGED}
    return extend_schema(f"{name}_list", [*filters, *PAGING, *more], summary=summary, responses=responses)


def code_lists() -> OpenApiParameter:
    """The names that a code list is asked for by."""
    return OpenApiParameter("name", str, OpenApiParameter.PATH, enum=CODE_LISTS, description="代码表的名称")


def shown(name: str, summary: str, item: Answer, query: Answer | None = None) -> Any:
    """Document a conditional GET of one thing, under that operation name."""
    responses = {200: item, 304: _UNCHANGED}
    return extend_schema(f"{name}_retrieve", [query] if query else [], summary=summary, responses=responses)
