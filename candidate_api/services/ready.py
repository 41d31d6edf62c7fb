"""Public answers as ready bytes, in this process: asked again, they cost neither a query nor a serializer.

Only what `versioned` has marked is kept, which is never somebody's own. An answer stands while the version of what it
shows stands; the version is asked of the database at most every `FRESH`, and at once after a publication by this
process. Hence a publication is seen everywhere within that time.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date_safe

from cms.editions import actions as editions
from portal.kernel import clock
from portal.kernel.language import language_of

FRESH = timedelta(milliseconds=500)
MOST, LARGEST = 400, 64 * 1024  # answers, and bytes of one: at most 25 MiB in a process


@dataclass(frozen=True)
class _Kept:
    areas: tuple[str, ...]
    version: str
    body: bytes
    headers: dict[str, str]


class _Shelf:
    """What is kept, the longest unasked first; and when which version was last asked for."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self.versions: dict[tuple[str, ...], tuple[datetime, str]] = {}

    def empty(self) -> None:
        with self.lock:
            self.kept.clear()
            self.versions.clear()

    def version(self, areas: tuple[str, ...], ask: Callable[[tuple[str, ...], datetime], str]) -> str:
        now = clock.now()
        known = self.versions.get(areas)
        if known is None or abs(now - known[0]) >= FRESH:
            known = self.versions[areas] = now, ask(areas, now)
        return known[1]

    def find(self, key: tuple[str, ...]) -> _Kept | None:
        with self.lock:
            found = self.kept.get(key)
            if found is not None:
                self.kept.move_to_end(key)
            return found

    def put(self, key: tuple[str, ...], kept: _Kept, at: datetime) -> None:
        """Keep what was asked for at `at`: its version was looked up then or later."""
        with self.lock:
            self.kept[key] = kept
            self.versions.setdefault(kept.areas, (at, kept.version))
            while len(self.kept) > MOST:
                self.kept.popitem(last=False)


shelf = _Shelf()


def published() -> None:
    """Something has changed: what this process keeps is thrown away now, and again when the change is committed."""
    shelf.empty()
    transaction.on_commit(shelf.empty)


editions.listeners.append(published)


def ready_answers(handle: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer a public read from what is kept; keep what was made. It stands before sessions and accounts."""
    from candidate_api.services.versions import version_key  # noqa: PLC0415 -- models are ready only now

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "GET" or not request.path.startswith("/api/v1/") or "Authorization" in request.headers:
            return handle(request)
        key = (request.build_absolute_uri(), language_of(request))
        kept = shelf.find(key)
        if kept is not None and kept.version == shelf.version(kept.areas, version_key):
            response = HttpResponse(kept.body, headers=kept.headers)
            modified = parse_http_date_safe(kept.headers.get("Last-Modified", ""))
            return get_conditional_response(request, kept.headers["ETag"], modified, response) or response
        at = clock.now()
        made = handle(request)
        marked: tuple[tuple[str, ...], str] | None = getattr(made, "public_version", None)
        if marked and made.status_code == 200 and not made.cookies and len(made.content) <= LARGEST:
            shelf.put(key, _Kept(*marked, made.content, dict(made.headers)), at)
        return made

    return middleware
