from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, Max, Q, QuerySet, Value, When

from cms.news.models import NewsChannel, NewsPage
from portal.kernel import clock
from portal.kernel.text import clean

PAGE_SIZE = 20


def channels() -> "QuerySet[NewsChannel]":
    return NewsChannel.objects.order_by("order", "code")


def readable(at: datetime | None = None) -> "QuerySet[NewsPage]":
    """What anyone may open at `at` (now): published, not private, not taken down; with `is_pinned`."""
    at = at or clock.now()
    return (
        NewsPage.objects.live()
        .public()
        .exclude(expire_at__lte=at)
        .select_related("channel")
        .annotate(
            is_pinned=Case(
                When(pinned_until__gt=at, then=Value(value=True)),
                default=Value(value=False),
                output_field=BooleanField(),
            )
        )
    )


def published(at: datetime | None = None, *, channel: str = "", q: str = "") -> "QuerySet[NewsPage]":
    """The list at `at` (now): what is still valid, pinned first, then newest.

    Each word of `q` must occur in title, summary or body; any run of two Chinese characters is a word.
    """
    at = at or clock.now()
    found = readable(at).filter(Q(valid_until=None) | Q(valid_until__gt=at)).defer("body", "search_text")
    if channel:
        found = found.filter(channel__code=clean(channel))
    for word in clean(q).split():
        found = found.filter(search_text__icontains=word)
    return found.order_by("-is_pinned", "-published_at", "-pk")


def listing(query: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of the news centre shows for its query string (`channel`, `q`, `page`)."""
    channel, q = str(query.get("channel", "")), str(query.get("q", ""))[:60]
    pages = Paginator(published(channel=channel, q=q), PAGE_SIZE)
    return {"news": pages.get_page(query.get("page", 1)), "channels": channels(), "channel": channel, "q": q}


def last_boundary(at: datetime) -> datetime | None:
    """The last end of pinning, validity or publication at or before `at`."""
    passed = NewsPage.objects.aggregate(
        **{name: Max(name, filter=Q(**{f"{name}__lte": at})) for name in ("pinned_until", "valid_until", "expire_at")}
    )
    return max(filter(None, passed.values()), default=None)
