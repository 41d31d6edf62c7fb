"""Middleware in front of what staff use: nothing opens before the second factor, and nothing stays open for ever."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.staff_door import factors, queries

Handler = Callable[[HttpRequest], HttpResponse]
GUARDED = ("/admin/", "/files/")
# Open pages ask these by themselves, whether anybody sits before them or not.
_BY_THEMSELVES = ("/admin/editing-sessions/",)
_BEGAN, _SEEN = "staff_began", "staff_seen"


def staff_door(handle: Handler) -> Handler:
    """After OTPMiddleware and the messages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(GUARDED) and request.user.is_authenticated and request.user.is_staff:
            answer = _too_old(request) or _first(request)
            if answer:
                return answer
        return handle(request)

    return middleware


def _too_old(request: HttpRequest) -> HttpResponse | None:
    """Away to sign in where the session has been idle or open for too long; else note that somebody is there."""
    now = clock.now().timestamp()
    session = request.session
    idle = now - session.get(_SEEN, now)
    age = now - session.get(_BEGAN, now)
    most_idle = timedelta(minutes=settings.STAFF_IDLE_MINUTES).total_seconds()
    if idle > most_idle or age > timedelta(hours=settings.STAFF_SESSION_HOURS).total_seconds():
        auth.logout(request)
        messages.warning(request, _("登录已超时，请重新登录。"))
        return _to(request, "wagtailadmin_login")
    if _BEGAN not in session:
        session[_BEGAN] = session[_SEEN] = now
    elif idle > 60 and not request.path.startswith(_BY_THEMSELVES):
        session[_SEEN] = now
    return None


def _first(request: HttpRequest) -> HttpResponse | None:
    """Away to what is due, unless this is it."""
    assert request.user.is_authenticated  # noqa: S101 -- for the types: `staff_door` has asked
    step = queries.due(request.user, verified=request.user.is_verified())  # type: ignore[attr-defined]
    if not step or request.path in _always() or request.path in _doors(step):
        return None
    return _to(request, f"staff_door:{step}")


def _doors(step: str) -> list[str]:
    """Where what is due can be done: by the app, or by another factor."""
    others = [getattr(factor, step) for factor in factors.plugged()] if step != queries.PASSWORD else []
    return [reverse(name) for name in (f"staff_door:{step}", *others)]


def _always() -> tuple[str, ...]:
    """In and out, and the words and icons that the pages of the door load themselves."""
    names = ("login", "logout", "javascript_catalog", "sprite")
    return tuple(reverse(f"wagtailadmin_{name}") for name in names)


def _to(request: HttpRequest, name: str) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        raise PermissionDenied
    query = urlencode({"next": request.path}) if request.method == "GET" and request.path not in _always() else ""
    return HttpResponseRedirect(f"{reverse(name)}?{query}".rstrip("?"))
