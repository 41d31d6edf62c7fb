"""What the edges share: the actor behind a request, and where the request came from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from portal.kernel.actor import Actor


def actor_of(request: HttpRequest, channel: str) -> Actor:
    """The actor behind this request; `channel` is what kind of edge is asking (web, api, admin)."""
    return Actor.of(
        request.user,
        channel,
        address=address_of(request),
        request_id=getattr(request, "request_id", ""),
    )


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
