"""What browsers and search engines ask of every site by itself, and what makes it an app on the telephone."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from home.doors import private

# What is private, what is for machines, and what would only be a sign-in page in a search result.
_NOT_FOR_SEARCH = ("/admin/", "/api/", "/me/", "/files/", "/login/", "/logout/", "/business/orders/")

# What the page without a network is made of.
_SHELL = ("css/portal.css", "js/portal.js", "js/offline.js", "img/icons.svg")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for who does not read the page's own link to it."""
    return HttpResponseRedirect(static("img/favicon.svg"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_SEARCH)]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@vary_on_cookie
def manifest(request: HttpRequest) -> HttpResponse:
    """What the portal is called and looks like once it is installed."""
    pictures = [("icon-192", 192, "any"), ("icon-512", 512, "any"), ("icon-maskable", 512, "maskable")]
    icons = [
        {"src": static(f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in pictures
    ]
    entries = [(_("我的报考"), "home:my-registrations"), (_("准考证"), "home:tickets"), (_("成绩查询"), "home:scores")]
    told = {
        "id": "/",
        "name": _("广西自考"),
        "short_name": _("广西自考"),
        "description": _("广西高等教育自学考试：注册、课程报考、缴费、准考证、成绩与毕业。"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#1a5fd6",
        "background_color": "#f3f5f9",
        "icons": icons,
        "shortcuts": [{"name": name, "url": reverse(view)} for name, view in entries],
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@require_safe
@vary_on_cookie
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers while there is no network. A new version of what it keeps is a new script, and so is
    another language: its own page without a network is fetched anew."""
    shell = [reverse("home:offline"), *(static(name) for name in _SHELL)]
    script = settings.ROOT / "home" / "assets" / "js" / "worker.js"
    text = f"const SHELL = {json.dumps(shell)}; // {get_language()}\n{script.read_text(encoding='utf-8')}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """没有网络: what can be read all the same."""
    return render(request, "home/offline.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """无障碍声明: what was held against which standard, what is known to be missing, and whom to tell."""
    return render(request, "home/accessibility.html", {"back": "/"})


@private
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """The person is still here: nothing is shown, the sign-in goes on."""
    return HttpResponse(status=204)
