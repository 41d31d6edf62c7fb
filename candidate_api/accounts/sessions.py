"""Browsers as devices: whoever signs in by `django.contrib.auth.login` gets one, and the session lives by it.

Staff are not looked at here.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, login
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from candidate_api.accounts import actions, queries
from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import Way, is_over
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.edges import address_of
from portal.kernel.users.models import User

_KEY = "device"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
# A cookie that outlasts the session: who was signed in here last, as a digest. It opens nothing.
WHO = "who"
_WHO_KEPT = 30 * 24 * 3600  # seconds


def mark_of(user: Any) -> str:
    """What stands in that cookie for this person."""
    return blind_index(f"{user.pk}", "accounts.sessions.who")


def enter(request: HttpRequest, user: User, way: Way) -> None:
    """Sign a candidate in, who has just shown by `way` who they are."""
    request._way = way  # type: ignore[attr-defined]  # Django's own signal has no room for it
    login(request, user, backend=_BACKEND)


@receiver(user_logged_in)
def _open(request: HttpRequest, user: User, **_: Any) -> None:
    if not user.is_candidate:
        return
    actions.sign_out(request.session.get(_KEY))  # this browser's own device of before
    by = Actor.of(user, "web", address=address_of(request), request_id=getattr(request, "request_id", ""))
    device = actions.open_session(user, request.headers.get("User-Agent", ""), getattr(request, "_way", None), by=by)
    request.session[_KEY] = str(device.pk)
    request._device = device  # type: ignore[attr-defined]


@receiver(user_logged_out)
def _close(request: HttpRequest, **_: Any) -> None:
    actions.sign_out(request.session.get(_KEY))


def device_sessions(handle: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """`request.user` and `request.device` of a candidate; the session ends at once where its device is gone or over.

    Lazy, as Django's own: a request that asks for nobody reads no session. Device and user come in one query.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        django_s = request.user
        request.user = SimpleLazyObject(lambda: _user(request, django_s))  # type: ignore[assignment]
        request.device = SimpleLazyObject(lambda: _device(request))  # type: ignore[attr-defined]
        response = handle(request)
        device = getattr(request, "_device", None)
        if device is not None and request.COOKIES.get(WHO) != (mark := mark_of(device.user)):
            response.set_cookie(  # type: ignore[attr-defined]
                WHO, mark, max_age=_WHO_KEPT, samesite="Lax", secure=request.is_secure(), httponly=True
            )
        return response

    return middleware


def _user(request: HttpRequest, django_s: Any) -> Any:
    if _KEY in request.session:
        device = _device(request)
        return device.user if device else AnonymousUser()
    if django_s.is_authenticated and django_s.is_candidate:
        request.session.flush()  # from before there were devices
        return AnonymousUser()
    return django_s


def _device(request: HttpRequest) -> Device | None:
    """The device that the session names, once per request."""
    if hasattr(request, "_device"):
        return request._device  # type: ignore[no-any-return]
    device = queries.device_of_session(request.session[_KEY]) if _KEY in request.session else None
    if device is not None and not _holds(request, device):
        device = None
    if device is None and _KEY in request.session:
        request.session.flush()
    if device is not None:
        actions.saw(device)
    request._device = device  # type: ignore[attr-defined]
    return device


def _holds(request: HttpRequest, device: Device) -> bool:
    """Whether the device is in time, its user may sign in, and the session is of that user and password."""
    user = device.user
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    given = request.session.get(HASH_SESSION_KEY, "")
    return (
        user.is_active
        and not is_over(device.kind, device.seen_at, device.expires_at, clock.now())
        and request.session.get(SESSION_KEY) == str(user.pk)
        and any(constant_time_compare(given, known) for known in hashes)
    )
