"""How the portal looks and speaks on this device: 长辈版, and the language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from home.doors import safe_next
from portal.kernel.edges import goes_on
from portal.kernel.language import COOKIE

_YEAR = 365 * 24 * 3600


@goes_on
def elder(request: HttpRequest) -> HttpResponse:
    """长辈版 on or off, for this device, whoever is signed in."""
    if request.method != "POST":
        return render(request, "home/elder.html", _back(request))
    return _remember(request, "elder", "1" if request.POST.get("elder") == "1" else "")


@goes_on
def language(request: HttpRequest) -> HttpResponse:
    """The language of the pages, for this device, whoever is signed in."""
    languages = dict(settings.LANGUAGES)
    if request.method != "POST":
        return render(request, "home/language.html", {"languages": languages.items(), **_back(request)})
    wanted = request.POST.get("language", "")
    return _remember(request, COOKIE, wanted if wanted in languages and wanted != settings.LANGUAGE_CODE else "")


def _back(request: HttpRequest) -> dict[str, str]:
    return {"next": request.POST.get("next") or request.headers.get("Referer", ""), "back": "/"}


def _remember(request: HttpRequest, name: str, value: str) -> HttpResponse:
    """Back where they came from, with a cookie that says so; the usual look needs none."""
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    if value:
        response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(name)
    return response
