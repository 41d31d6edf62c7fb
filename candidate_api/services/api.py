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
    VoteIn,
    VoteOut,
)
from candidate_api.services.versions import versioned
from cms.faq import actions as faq_actions
from cms.faq import queries as faq
from cms.news import queries as news
from cms.news.blocks import attachment
from cms.news.models import NewsPage
from cms.news.readers import groups_of
from cms.service import queries as service
from cms.tiles import queries as tiles
from cms.windows.queries import own_version
from portal.kernel import clock
from portal.kernel.api import Endpoint, Pages, PublicEndpoint, page, problems
from portal.kernel.errors import Code, Problem
from portal.kernel.health import ready
from portal.kernel.messages.queries import unread_count
from portal.kernel.text import absolute_links, plain_html

NEWS_ON_HOME = 8


def _own(endpoint: Endpoint) -> str:
    """What the home page shows of the asker alone: who, how many unread messages, whose time was extended."""
    actor = endpoint.actor
    if actor.user_id is None:
        return ""
    return f"{actor.user_id}:{unread_count(actor)}:{own_version(actor.user_id, clock.now())}"


def _groups(endpoint: Endpoint) -> str:
    """Whose notices are highlighted: "" for a visitor."""
    actor = endpoint.actor
    return "" if actor.user_id is None else f"{actor.user_id}:{sorted(groups_of(actor))}"


class Home(Endpoint):
    """A token is not needed; with one the answer also counts the unread messages."""

    permission_classes = ()

    @extend_schema(
        responses=HomeOut,
        operation_id="home",
        summary="首页：服务公告、轮播图、业务入口、最新资讯；登录后另有未读消息数",
    )
    @versioned("news", "pages", "service", "tiles", "windows", private=_own)
    def get(self, request: Request) -> Response:
        actor = self.actor
        shown = {
            "service_notices": service.running(),
            "banners": tiles.banners(),
            "tiles": tiles.shown(user_id=actor.user_id),
            "news": news.published(groups=groups_of(actor))[:NEWS_ON_HOME],
            "unread_messages": None if actor.user_id is None else unread_count(actor),
        }
        return Response(HomeOut(shown, context={"request": request}).data)


class PublicList(PublicEndpoint):
    """A list, page by page; a token is neither needed nor looked at."""

    pagination_class = Pages  # for the schema


class NewsChannels(PublicList):
    """The channels of 资讯中心, in order."""

    @extend_schema(responses=HeadingOut(many=True), operation_id="news_channels", summary="资讯栏目")
    @versioned("news")
    def get(self, request: Request) -> Response:
        return page(self, news.channels(), HeadingOut)


class NewsList(Endpoint):
    """What is valid now, pinned first, then newest. Every word of `q` occurs in title, summary or body.

    A token is not needed; with one, `highlighted` tells which notices are for the candidate's city, school or major."""

    permission_classes = ()
    pagination_class = Pages  # for the schema

    @extend_schema(
        parameters=[NewsQuery],
        responses=NewsOut(many=True),
        operation_id="news_list",
        summary="资讯列表：置顶在前，其余按时间从新到旧",
    )
    @versioned("news", private=_groups)
    def get(self, request: Request) -> Response:
        query = NewsQuery.read(request)
        channel = query.get("channel")
        rows = news.published(
            channel=channel.code if channel else "",
            q=query.get("q", ""),
            since=query.get("since"),
            target=query.get("target", ""),
            groups=groups_of(self.actor),
        )
        return page(self, rows, NewsOut)


class NewsDetail(Endpoint):
    """One notice; also after its `valid_until`, when lists leave it out. A token is not needed (see the list)."""

    permission_classes = ()

    @extend_schema(responses=NewsDetailOut, operation_id="news_detail", summary="一条资讯；过了有效期仍可查看")
    @versioned("news", "windows", private=_groups)
    def get(self, request: Request, news_id: int) -> Response:
        item = news.readable(groups=groups_of(self.actor)).select_related("window").filter(pk=news_id).first()
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
    item.body_html = absolute_links(plain_html(item.body.render_as_block()), request.build_absolute_uri("/"))
    return item


class FaqCategories(PublicList):
    """The categories of 常见问题解答, in order."""

    @extend_schema(responses=HeadingOut(many=True), operation_id="faq_categories", summary="常见问题的分类")
    @versioned("faq")
    def get(self, request: Request) -> Response:
        return page(self, faq.categories(), HeadingOut)


class FaqList(PublicList):
    """Questions and answers in the office's order. Every word of `q` occurs in the question or the answer."""

    @extend_schema(
        parameters=[FaqQuery],
        responses=FaqOut(many=True),
        operation_id="faq_list",
        summary="常见问题解答；可按分类和关键词查询",
    )
    @versioned("faq")
    def get(self, request: Request) -> Response:
        query = FaqQuery.read(request)
        category = query.get("category")
        rows = faq.questions(category=category.code if category else "", q=query.get("q", ""))
        return page(self, rows, FaqOut, {"request": request})


class FaqVotes(Endpoint):
    """Whether an answer has helped: one vote a person or device (X-Device-Id), the last word counts."""

    permission_classes = ()

    @extend_schema(request=VoteIn, responses=VoteOut, operation_id="faq_vote", summary="评价解答是否有帮助；可以更改")
    @problems(Code.NOT_FOUND)
    def post(self, request: Request, question_id: int) -> Response:
        given = VoteIn.read(request)
        return Response(VoteOut(faq_actions.vote(question_id, is_helpful=given["helpful"], by=self.actor)).data)


# -- probes -----------------------------------------------------------------------------------------------------
class HealthLive(PublicEndpoint):
    """The process answers."""

    @extend_schema(
        responses=inline_serializer("Live", {"status": serializers.ChoiceField(choices=["ok"])}),
        operation_id="health_live",
        summary="服务是否在运行",
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

    @extend_schema(
        responses={200: _READY, 503: _READY}, operation_id="health_ready", summary="服务及其依赖是否可用；不可用时为503"
    )
    def get(self, request: Request) -> Response:
        parts = ready()
        well = all(parts.values())
        return Response(
            {"status": "ok" if well else "failing", **parts},
            status=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )
