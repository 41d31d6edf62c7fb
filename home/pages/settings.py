"""How the portal looks on this device: 长辈版."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from home.doors import safe_next
from portal.kernel.edges import goes_on

_YEAR = 365 * 24 * 3600


@goes_on
def elder(request: HttpRequest) -> HttpResponse:
    """长辈版 on or off, for this device, whoever is signed in."""
    if request.method != "POST":
        return render(request, "home/elder.html", {"next": request.headers.get("Referer", ""), "back": "/"})
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")))
    if request.POST.get("elder") == "1":
        response.set_cookie("elder", "1", max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie("elder")
    return response
