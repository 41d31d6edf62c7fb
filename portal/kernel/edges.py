"""What the edges share: the actor behind a request."""

from django.http import HttpRequest

from portal.kernel.actor import Actor


def actor_of(request: HttpRequest, channel: str) -> Actor:
    """The actor behind this request; `channel` is what kind of edge is asking (web, api, admin)."""
    return Actor.of(
        request.user,
        channel,
        address=request.META.get("REMOTE_ADDR", ""),
        request_id=getattr(request, "request_id", ""),
    )
