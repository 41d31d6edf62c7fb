"""Public reference data as conditional GETs: validators, `Cache-Control`, and 304 where nothing changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from candidate_api.catalogue import stamps
from portal.kernel.api import Pages, PublicEndpoint

MAX_AGE = 60  # seconds that a client or a proxy may keep an answer without asking

# Goes up when the same data is written differently: a tag must not outlive the shape of the answer.
_SHAPE = 1

Get = Callable[..., Response]


class ReferenceEndpoint(PublicEndpoint):
    """Public reads of data that carries a version. Decorate `get` with `conditional`."""

    def version(self) -> stamps.Version:
        """The version of what is shown. Asked before the data is read, so that a tag is never newer than its body."""
        return stamps.current()


def conditional(get: Get) -> Callable[..., HttpResponseBase]:
    """Answer 304 by one query where the client's copy is still good; else `get`, with its validators.

    Only a successful answer is tagged: a refusal must not be remembered as one.
    """

    @wraps(get)
    def wrapper(self: ReferenceEndpoint, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        version = self.version()
        tag = f'"{_SHAPE}-{version.tag}-{get_language()}"'
        changed = int(version.changed_at.timestamp()) if version.changed_at else None
        response = get_conditional_response(request._request, etag=tag, last_modified=changed)
        if response is None:
            response = get(self, request, *args, **kwargs)
        response["ETag"] = tag
        if changed is not None:
            response["Last-Modified"] = http_date(changed)
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return wrapper


class _WholeLists(Pages):
    page_size = 100


def whole_list(endpoint: ReferenceEndpoint, rows: Any, serializer: type[BaseSerializer[Any]]) -> Response:
    """A short list in the shape of every list: on one page unless the client asks for smaller ones."""
    pages = _WholeLists()
    chosen: Any = pages.paginate_queryset(rows, endpoint.request, view=endpoint)
    return pages.get_paginated_response(serializer(chosen, many=True).data)
