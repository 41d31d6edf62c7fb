from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import BooleanField, Case, IntegerField, Max, Q, QuerySet, Value, When

from cms.news.models import NewsChannel, NewsPage
from cms.news.readers import Groups
from cms.news.rules import Target
from portal.kernel import clock
from portal.kernel.text import clean

PAGE_SIZE = 20
MINE = "mine"
PERIODS = {"week": 7, "month": 30, "year": 365}  # days that a reader may look back


def channels() -> "QuerySet[NewsChannel]":
    return NewsChannel.objects.order_by("order", "code")


def readable(at: datetime | None = None, groups: Groups = frozenset()) -> "QuerySet[NewsPage]":
    """What anyone may open at `at` (now): published, not private, not taken down; with `is_pinned`, and
    `is_highlighted` where a reader of these groups is meant."""
    at = at or clock.now()
    return (
        NewsPage.objects.live()
        .public()
        .exclude(expire_at__lte=at)
        .select_related("channel")
        .annotate(is_pinned=_flag(Q(pinned_until__gt=at)), is_highlighted=_flag(_concerns(groups)))
    )


def published(
    at: datetime | None = None,
    *,
    channel: str = "",
    q: str = "",
    since: date | None = None,
    target: str = "",
    groups: Groups = frozenset(),
) -> "QuerySet[NewsPage]":
    """The list at `at` (now): what is still valid, pinned first, then newest.

    `since` is a day in Guangxi; `target` a code of `Target`, or `mine` for what is highlighted. Each word of `q` must
    occur in title, summary or body; any run of two Chinese characters is a word.
    """
    at = at or clock.now()
    found = readable(at, groups).filter(Q(valid_until=None) | Q(valid_until__gt=at)).defer("body", "search_text")
    if channel:
        found = found.filter(channel__code=clean(channel))
    if since:
        found = found.filter(published_at__gte=clock.at(since))
    if target == MINE:
        found = found.filter(_concerns(groups))
    elif target:
        found = found.filter(target=target)
    for word in clean(q).split():
        found = found.filter(search_text__icontains=word)
    return found.order_by("-is_pinned", "-published_at", "-pk")


def search(q: str) -> "QuerySet[NewsPage]":
    """What has every word of `q`: in the title before in the summary before in the body; newer first."""
    words = clean(q).split()
    rank = Case(
        When(_all(words, "title"), then=Value(2)),
        When(_all(words, "summary"), then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    # What the body says is needed for the excerpt.
    found = published(q=q).defer(None).defer("body")
    return found.annotate(rank=rank).order_by("-rank", "-published_at", "-pk")


def _all(words: list[str], field: str) -> Q:
    found = Q()
    for word in words:
        found &= Q(**{f"{field}__icontains": word})
    return found


def _concerns(groups: Groups) -> Q:
    """A city is named by its four digits, a candidate's by six."""
    found = Q(pk=None)
    for target, code in groups:
        codes = [code, code[:4]] if target == Target.CITY else [code]
        found |= Q(target=target, target_code__in=codes)
    return found


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())


def listing(query: Mapping[str, Any], groups: Groups = frozenset()) -> dict[str, Any]:
    """What the page of the news centre shows a reader of these groups for its query string (`channel`, `period`,
    `target`, `q`, `page`)."""
    given = {name: str(query.get(name, ""))[:60] for name in ("channel", "period", "target", "q")}
    days = PERIODS.get(given["period"])
    found = published(
        channel=given["channel"],
        q=given["q"],
        since=clock.today() - timedelta(days=days) if days else None,
        target=given["target"] if given["target"] in {*Target.values, MINE} else "",
        groups=groups,
    )
    return given | {
        "news": Paginator(found, PAGE_SIZE).get_page(query.get("page", 1)),
        "channels": channels(),
        "targets": Target.choices,
        "has_groups": bool(groups),
        "is_narrowed": bool(days or given["target"]),
    }


def last_boundary(at: datetime) -> datetime | None:
    """The last end of pinning, validity or publication at or before `at`."""
    passed = NewsPage.objects.aggregate(
        **{name: Max(name, filter=Q(**{f"{name}__lte": at})) for name in ("pinned_until", "valid_until", "expire_at")}
    )
    return max(filter(None, passed.values()), default=None)
