"""What the public reads of cms look like in the API."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from wagtail.rich_text import expand_db_html

from cms.faq.models import FaqCategory, FaqQuestion
from cms.news.models import NewsChannel
from cms.news.rules import Target
from cms.tiles.models import Banner
from cms.tiles.rules import TileGroup
from cms.windows.models import BusinessWindow
from cms.windows.rules import Business, Phase, WindowState
from portal.kernel import clock
from portal.kernel.api import Input, Query
from portal.kernel.text import absolute_links, without_keys

BANNER_SIZE = "fill-960x360"


class Instant(serializers.DateTimeField):
    """ISO 8601 with the offset of Guangxi."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=clock.SHANGHAI, **kwargs)


class HeadingOut(serializers.Serializer):
    """A channel of the news centre, a category of the questions."""

    code = serializers.CharField()
    label = serializers.CharField()


class NewsOut(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    title = serializers.CharField()
    channel = serializers.CharField(source="channel.code")
    channel_label = serializers.CharField(source="channel.label")
    published_at = Instant()
    source = serializers.CharField()
    summary = serializers.CharField()
    pinned = serializers.BooleanField(source="is_pinned")
    is_correction = serializers.BooleanField()
    highlighted = serializers.BooleanField(source="is_highlighted", help_text="面向的对象包括登录的考生")
    valid_until = Instant(allow_null=True)


class WindowOut(serializers.Serializer):
    business = serializers.ChoiceField(choices=Business.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)
    session = serializers.CharField()
    opens_at = Instant()
    closes_at = Instant()
    state = serializers.SerializerMethodField()
    is_open = serializers.SerializerMethodField()
    notice = serializers.CharField()

    @extend_schema_field(serializers.ChoiceField(choices=WindowState.choices))
    def get_state(self, window: BusinessWindow) -> str:
        return window.state_at(clock.now()).value

    def get_is_open(self, window: BusinessWindow) -> bool:
        return window.state_at(clock.now()) is WindowState.OPEN


class AttachmentOut(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField()
    filename = serializers.CharField()
    url = serializers.URLField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()


class BlockOut(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.CharField()
    value = serializers.JSONField()


class NewsDetailOut(NewsOut):
    target = serializers.ChoiceField(choices=Target.choices)
    target_code = serializers.CharField()
    target_label = serializers.CharField(help_text="面向的对象，如：南宁市考生")
    url = serializers.URLField(source="url_absolute", allow_null=True)
    body = serializers.CharField(source="body_html", help_text="HTML")
    blocks = BlockOut(many=True)
    attachments = AttachmentOut(many=True)
    window = WindowOut(allow_null=True)


class NewsQuery(Query):
    channel = serializers.SlugRelatedField(
        slug_field="code", queryset=NewsChannel.objects.all(), required=False, allow_null=True
    )
    q = serializers.CharField(required=False, allow_blank=True, max_length=60)
    since = serializers.DateField(required=False)
    target = serializers.ChoiceField(choices=Target.choices, required=False, allow_blank=True)


class VoteIn(Input):
    helpful = serializers.BooleanField()


class VoteOut(serializers.Serializer):
    helpful = serializers.BooleanField(source="is_helpful")


class FaqOut(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    question = serializers.CharField()
    answer = serializers.SerializerMethodField(help_text="HTML")
    category = serializers.CharField(source="category.code")
    category_label = serializers.CharField(source="category.label")

    def get_answer(self, question: FaqQuestion) -> str:
        html = without_keys(expand_db_html(question.answer))
        return absolute_links(html, self.context["request"].build_absolute_uri("/"))


class FaqQuery(Query):
    category = serializers.SlugRelatedField(
        slug_field="code", queryset=FaqCategory.objects.all(), required=False, allow_null=True
    )
    q = serializers.CharField(required=False, allow_blank=True, max_length=60)


class TileOut(serializers.Serializer):
    slug = serializers.CharField(source="tile.slug")
    label = serializers.CharField(source="tile.label")
    icon = serializers.CharField(source="tile.icon")
    group = serializers.ChoiceField(choices=TileGroup.choices, source="tile.group")
    group_label = serializers.CharField(source="tile.get_group_display")
    target = serializers.CharField(source="tile.href")
    business = serializers.ChoiceField(choices=Business.choices, source="tile.business", allow_blank=True)
    is_open = serializers.BooleanField()
    state = serializers.ChoiceField(choices=WindowState.choices, allow_null=True)
    opens_at = Instant(source="window.opens_at", default=None, allow_null=True)
    closes_at = Instant(source="window.ends_at", default=None, allow_null=True)
    notice = serializers.CharField()


class BannerOut(serializers.Serializer):
    title = serializers.CharField()
    target = serializers.CharField()
    image = serializers.SerializerMethodField()

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_image(self, banner: Banner) -> str | None:
        if banner.image is None:
            return None
        return self.context["request"].build_absolute_uri(banner.image.get_rendition(BANNER_SIZE).url)


class ServiceNoticeOut(serializers.Serializer):
    text = serializers.CharField()
    starts_at = Instant()
    ends_at = Instant()
    pauses = serializers.BooleanField(help_text="期间提交一律答503 service_paused，查询不受影响")


class HomeOut(serializers.Serializer):
    service_notices = ServiceNoticeOut(many=True)
    banners = BannerOut(many=True)
    tiles = TileOut(many=True)
    news = NewsOut(many=True)
    unread_messages = serializers.IntegerField(allow_null=True)
