"""What a device may keep of a page, to show it while there is no network."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

R = TypeVar("R", bound=HttpResponseBase)
KEEP = "X-Keep"  # read by home/assets/js/worker.js


def kept(response: R, shelf: str) -> R:
    """Let the device keep this page for when there is no network: `read` for anybody, `own` until they sign out."""
    if response.status_code == 200:
        response.headers[KEEP] = shelf
    return response


def keeps(shelf: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """`kept` around a view."""

    def around(view: Callable[..., R]) -> Callable[..., R]:
        @wraps(view)
        def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> R:
            return kept(view(request, *args, **kwargs), shelf)

        return handle

    return around
