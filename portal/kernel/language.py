"""In which language somebody is answered. Pages: as chosen on this device; the API: as asked for; the desk: Chinese.

A page's language is never guessed: many a telephone of a candidate is set to English by its maker.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

COOKIE = "language"


def language_of(request: HttpRequest) -> str:
    """The code of the language that answers this request, one of `LANGUAGES`."""
    if request.path.startswith("/api/"):
        return _asked_for(request.headers.get("Accept-Language", ""))
    if request.path.startswith("/admin/"):
        return settings.LANGUAGE_CODE
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _asked_for(header: str) -> str:
    for code, _weight in parse_accept_lang_header(header):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def language(handle: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answer in that language, and say so to whoever keeps the answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_of(request)):
            response = handle(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        if request.path.startswith("/api/"):
            patch_vary_headers(response, ["Accept-Language"])
        elif response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response

    return middleware


def is_chinese() -> bool:
    """Whether the reader reads the house's own language."""
    return translation.get_language() == settings.LANGUAGE_CODE


@contextmanager
def for_the_record() -> Iterator[None]:
    """What is kept, printed or sent is said in the house's language, whoever's request it was. Also a decorator."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
