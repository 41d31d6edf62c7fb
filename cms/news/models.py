from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.news.blocks import BodyBlock
from cms.news.forms import NewsForm
from cms.news.readers import groups_of, name_of
from cms.news.rules import Target, target_choices
from cms.tiles.queries import entry_of
from cms.windows.models import BusinessWindow
from cms.windows.rules import WindowState
from portal.kernel import clock
from portal.kernel.edges import actor_of
from portal.kernel.keeping import kept

PREVIEW_SIZES = [
    {"name": "mobile", "icon": "mobile-alt", "device_width": 390, "label": _("手机")},
    {"name": "tablet", "icon": "tablet-alt", "device_width": 768, "label": _("平板")},
    {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": _("电脑")},
]


class NewsChannel(models.Model):
    """A heading of the news centre; `code` is the API's and is never changed."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    label = models.CharField(_("名称"), max_length=20)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("资讯栏目")
        verbose_name_plural = _("资讯栏目")
        ordering: ClassVar = ["order", "code"]

    def __str__(self) -> str:
        return self.label


class NewsIndexPage(Page):
    """资讯中心: the list of what the office has published."""

    subpage_types: ClassVar = ["cms.NewsPage"]
    max_count = 1
    template = "cms/news_index_page.html"

    class Meta:
        verbose_name = _("资讯中心")
        verbose_name_plural = _("资讯中心")

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return PREVIEW_SIZES

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from cms.news.queries import listing  # noqa: PLC0415 -- Wagtail asks the model for its page's content

        groups = groups_of(actor_of(request, "web"))
        return super().get_context(request, *args, **kwargs) | listing(request.GET, groups)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        return kept(super().serve(request, *args, **kwargs), "read")


class NewsPage(Page):
    """One notice, visible while it is live. After `valid_until` lists leave it out and its page says so."""

    channel = models.ForeignKey(NewsChannel, models.PROTECT, related_name="+", verbose_name=_("栏目"))
    published_at = models.DateTimeField(
        _("发布时间"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("留空则为首次发布的时间。要定时发布，请在“状态”面板中设置计划。"),
    )
    source = models.CharField(_("来源"), max_length=60, default="自治区招生考试院", help_text=_("发布单位"))
    summary = models.CharField(_("摘要"), max_length=200, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("正文"))
    pinned_until = models.DateTimeField(_("置顶至"), null=True, blank=True)
    valid_until = models.DateTimeField(
        _("有效期至"), null=True, blank=True, help_text=_("过后不再出现在列表中，原网址仍可查看。")
    )
    is_correction = models.BooleanField(_("更正"), default=False, help_text=_("标题前显示“更正”。"))
    target = models.CharField(_("面向"), max_length=10, choices=target_choices, default=Target.ALL)
    target_code = models.CharField(
        _("面向代码"), max_length=12, blank=True, help_text=_("市、主考学校或专业的代码，如 4501、10593、080901。")
    )
    window = models.ForeignKey(
        BusinessWindow, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("办理时间")
    )
    search_text = models.TextField(editable=False, blank=True)

    base_form_class = NewsForm
    parent_page_types: ClassVar = ["cms.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    template = "cms/news_page.html"
    show_in_menus_default = False

    search_fields: ClassVar = [*Page.search_fields, index.SearchField("search_text")]
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("channel"), FieldPanel("source"), FieldPanel("published_at")]),
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("window"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("pinned_until"), FieldPanel("valid_until")]), FieldPanel("is_correction")],
            heading=_("展示"),
        ),
        FieldRowPanel([FieldPanel("target"), FieldPanel("target_code")], heading=_("面向")),
    ]
    api_fields: ClassVar = [
        APIField(name)
        for name in (
            "channel_code",
            "published_at",
            "source",
            "summary",
            "body",
            "pinned_until",
            "valid_until",
            "is_correction",
        )
    ]

    class Meta:
        verbose_name = _("资讯")
        verbose_name_plural = _("资讯")

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return PREVIEW_SIZES

    @property
    def channel_code(self) -> str:
        return self.channel.code

    @property
    def target_label(self) -> str:
        """Whom it is for, by name: `南宁市考生`; the code where the catalogue has forgotten it."""
        kind = str(self.get_target_display())
        if self.target == Target.ALL:
            return kind
        name = name_of(self.target, self.target_code)
        return str(_("%(name)s考生") % {"name": name}) if name else f"{kind}（{self.target_code}）"

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.published_at and self.published_at > clock.now():
            errors["published_at"] = _("发布时间不能晚于现在；要定时发布，请在“状态”面板中设置计划。")
        if self.target == Target.ALL:
            self.target_code = ""
        elif not self.target_code:
            errors["target_code"] = _("请填写面向的代码。")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.live and self.published_at is None:
            self.published_at = self.first_published_at or clock.now()
        self.search_text = "\n".join(
            [self.title, self.summary, *self.body.stream_block.get_searchable_content(self.body)]
        )
        super().save(*args, **kwargs)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = clock.now()
        return super().get_context(request, *args, **kwargs) | {
            "is_valid": self.valid_until is None or now < self.valid_until,
            "window_label": self.window.label_at(now) if self.window else "",
            "entry": entry_of(self.window.business) if self.window else None,
            "is_window_open": self.window is not None and self.window.state_at(now) is WindowState.OPEN,
        }

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> TemplateResponse:
        if self.expire_at and self.expire_at <= clock.now():
            raise Http404  # by the clock, also while no worker has taken it down yet
        return kept(super().serve(request, *args, **kwargs), "read")
