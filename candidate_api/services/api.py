"""The public reads of what the office publishes: home, news, questions; and the probes."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from candidate_api.services.serializers import (
    FaqOut,
    FaqQuery,
    HeadingOut,
    HomeOut,
    NewsDetailOut,
    NewsOut,
    NewsQuery,
)
from candidate_api.services.versions import versioned
from cms.faq import queries as faq
from cms.news import queries as news
from cms.news.blocks import attachment
from cms.news.models import NewsPage
from cms.tiles import queries as tiles
from portal.kernel.api import Endpoint, Pages, PublicEndpoint, page
from portal.kernel.errors import Code, Problem
from portal.kernel.health import ready
from portal.kernel.messages.queries import unread_count

NEWS_ON_HOME = 8


def _own(endpoint: Endpoint) -> str:
    """What the home page shows of the asker alone: who, and how many unread messages."""
    actor = endpoint.actor
    return "" if actor.user_id is None else f"{actor.user_id}:{unread_count(actor)}"


class Home(Endpoint):
    """A token is not needed; with one the answer also counts the unread messages."""

    permission_classes = ()

    @extend_schema(responses=HomeOut, operation_id="home")
    @versioned("news", "tiles", "windows", private=_own)
    def get(self, request: Request) -> Response:
        actor = self.actor
        shown = {
            "banners": tiles.banners(),
            "tiles": tiles.shown(),
            "news": news.published()[:NEWS_ON_HOME],
            "unread_messages": None if actor.user_id is None else unread_count(actor),
        }
        return Response(HomeOut(shown, context={"request": request}).data)


class PublicList(PublicEndpoint):
    """A list, page by page; a token is neither needed nor looked at."""

    pagination_class = Pages  # for the schema


class NewsChannels(PublicList):
    """The channels of 资讯中心, in order."""

    @extend_schema(responses=HeadingOut(many=True), operation_id="news_channels")
    @versioned("news")
    def get(self, request: Request) -> Response:
        return page(self, news.channels(), HeadingOut)


class NewsList(PublicList):
    """What is valid now, pinned first, then newest. Every word of `q` occurs in title, summary or body."""

    @extend_schema(parameters=[NewsQuery], responses=NewsOut(many=True), operation_id="news_list")
    @versioned("news")
    def get(self, request: Request) -> Response:
        query = NewsQuery.read(request)
        channel = query.get("channel")
        rows = news.published(channel=channel.code if channel else "", q=query.get("q", ""))
        return page(self, rows, NewsOut)


class NewsDetail(PublicEndpoint):
    """One notice; also after its `valid_until`, when lists leave it out."""

    @extend_schema(responses=NewsDetailOut, operation_id="news_detail")
    @versioned("news", "windows")
    def get(self, request: Request, news_id: int) -> Response:
        item = news.readable().select_related("window").filter(pk=news_id).first()
        if item is None:
            raise Problem(Code.NOT_FOUND)
        return Response(NewsDetailOut(_detail(item, request)).data)


def _detail(item: NewsPage, request: Request) -> NewsPage:
    """The page with what only its detail shows: rendered, as blocks, with its attachments."""
    context: dict[str, Any] = {"request": request}
    item.blocks = item.body.stream_block.get_api_representation(item.body, context=context)
    item.attachments = [
        shown
        for block in item.body
        if block.block_type == "attachment" and (shown := attachment(block.value, context)) is not None
    ]
    item.url_absolute = item.get_full_url(request._request)
    item.body_html = item.body.render_as_block()
    return item


class FaqCategories(PublicList):
    """The categories of 常见问题解答, in order."""

    @extend_schema(responses=HeadingOut(many=True), operation_id="faq_categories")
    @versioned("faq")
    def get(self, request: Request) -> Response:
        return page(self, faq.categories(), HeadingOut)


class FaqList(PublicList):
    """Questions and answers in the office's order. Every word of `q` occurs in the question or the answer."""

    @extend_schema(parameters=[FaqQuery], responses=FaqOut(many=True), operation_id="faq_list")
    @versioned("faq")
    def get(self, request: Request) -> Response:
        query = FaqQuery.read(request)
        category = query.get("category")
        rows = faq.questions(category=category.code if category else "", q=query.get("q", ""))
        return page(self, rows, FaqOut)


# -- probes -----------------------------------------------------------------------------------------------------
class HealthLive(PublicEndpoint):
    """The process answers."""

    @extend_schema(
        responses=inline_serializer("Live", {"status": serializers.ChoiceField(choices=["ok"])}),
        operation_id="health_live",
    )
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"}, headers={"Cache-Control": "no-store"})


_READY = inline_serializer(
    "Ready",
    {
        "status": serializers.ChoiceField(choices=["ok", "failing"]),
        "database": serializers.BooleanField(),
        "cache": serializers.BooleanField(),
        "broker": serializers.BooleanField(),
    },
)


class HealthReady(PublicEndpoint):
    """What the process needs answers too; 503 where something does not."""

    @extend_schema(responses={200: _READY, 503: _READY}, operation_id="health_ready")
    def get(self, request: Request) -> Response:
        parts = ready()
        well = all(parts.values())
        return Response(
            {"status": "ok" if well else "failing", **parts},
            status=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )
