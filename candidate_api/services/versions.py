"""Public reads answer 304 while what they show has not changed: neither by an editor nor by the clock."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language
from rest_framework.request import Request

from cms.editions.queries import version
from cms.news import queries as news
from cms.service import queries as service
from cms.tiles import queries as tiles
from cms.windows import queries as windows
from portal.kernel import clock
from portal.kernel.api import Endpoint, Method

BOUNDARIES: dict[str, Callable[[datetime], datetime | None]] = {
    "news": news.last_boundary,
    "service": service.last_boundary,
    "tiles": tiles.last_boundary,
    "windows": windows.last_boundary,
}
# Caches on the way may answer for a second by themselves; a publication is seen within it.
PUBLIC = "public, max-age=1, must-revalidate"


def versioned(*areas: str, private: Callable[[Endpoint], str] | None = None) -> Callable[[Method], Method]:
    """Decorate a `get` that shows these areas with ETag, Last-Modified and Cache-Control.

    `private` gives what the answer shows of the asker alone ("" for a visitor); no cache may keep such an answer.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def wrapper(self: Endpoint, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            at = clock.now()
            own = private(self) if private else ""
            key, modified = _version(areas, at)
            etag = _etag(key, own, str(get_language()), request.build_absolute_uri())
            response: HttpResponseBase | None = get_conditional_response(request._request, etag, _seconds(modified))
            if response is None:
                response = method(self, request, *args, **kwargs)
            response["ETag"] = etag
            if modified:
                response["Last-Modified"] = http_date(modified.timestamp())
            response["Cache-Control"] = "private, no-store" if own else PUBLIC
            if not own:
                response.public_version = areas, key  # type: ignore[attr-defined] -- may be kept (ready.py)
            if private:
                patch_vary_headers(response, ["Authorization"])
            return response

        return wrapper  # type: ignore[return-value]

    return decorate


def _version(areas: tuple[str, ...], at: datetime) -> tuple[str, datetime | None]:
    """What decides about the content, and when it last changed; the instant only where it is safely past.

    HTTP dates count in seconds: within the second of a change a second change could not be told.
    """
    edition = version(areas)
    passed = [BOUNDARIES[area](at) for area in areas if area in BOUNDARIES]
    key = f"{edition.key};{','.join(instant.isoformat() if instant else '' for instant in passed)}"
    modified = max(filter(None, [edition.changed_at, *passed]), default=None)
    return key, modified if modified and at - modified > timedelta(seconds=1) else None


def version_key(areas: tuple[str, ...], at: datetime) -> str:
    """The same while these areas show the same at `at`."""
    return _version(areas, at)[0]


def _etag(*parts: str) -> str:
    return quote_etag(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32])


def _seconds(instant: datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None
