"""What the edges share: the actor behind a request, and where the request came from."""

from ipaddress import ip_address
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest

from portal.kernel.actor import Actor

AnyView = TypeVar("AnyView", bound=Any)


def actor_of(request: HttpRequest, channel: str) -> Actor:
    """The actor behind this request; `channel` is what kind of edge is asking (web, api, admin)."""
    # A visitor's session is not looked at: what it would answer is kept by caches on the way.
    known = request.user.is_authenticated
    device = (getattr(request, "auth", None) or getattr(request, "device", None)) if known else None
    return Actor.of(
        request.user,
        channel,
        address=address_of(request),
        request_id=getattr(request, "request_id", ""),
        device_id=getattr(device, "pk", None),
        proved_at=getattr(device, "proved_at", None),
        client=client_of(request),
    )


def goes_on(view: AnyView) -> AnyView:
    """Mark a view, or an endpoint, whose writes go on while the house is paused: signing in and out, reading what one
    was told, and money that has been paid."""
    view.goes_on = True
    return view


def is_going_on(view: Any) -> bool:
    """Whether a view, or the endpoint behind it, is so marked."""
    return getattr(view, "goes_on", False) or getattr(getattr(view, "cls", None), "goes_on", False)


def client_of(request: HttpRequest) -> str:
    """What this browser (its CSRF cookie) or app (the header X-Device-Id) carries; empty where it shows nothing."""
    shown = request.META.get("CSRF_COOKIE") or request.headers.get("X-Device-Id", "")
    return str(shown)[:80]


def address_of(request: HttpRequest) -> str:
    """The caller's address: what our own proxies (NUM_PROXIES of them) saw, never what the caller says of itself."""
    here: str = request.META.get("REMOTE_ADDR", "")
    proxies = settings.REST_FRAMEWORK["NUM_PROXIES"]
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if not proxies or not hops:
        return here
    seen = hops[-min(proxies, len(hops))]
    try:
        return str(ip_address(seen))
    except ValueError:
        return here
