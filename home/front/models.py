from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from cms.news.models import PREVIEW_SIZES
from cms.news.queries import published
from cms.news.readers import groups_of
from cms.tiles.queries import banners
from home.entries import tiles
from home.todo import waiting_for
from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of
from portal.kernel.messages.queries import unread_count

NEWS_ON_HOME = 8


class HomePage(Page):
    """首页. Tiles and banners are snippets of their own, so that the API shows the same ones."""

    hotline = models.CharField(_("咨询电话"), max_length=40, blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("hotline")]
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.NewsIndexPage", "cms.PlainPage", "cms.FaqPage", "cms.FormPage"]
    max_count = 1
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        return PREVIEW_SIZES

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        actor = actor_of(request, "web")
        own = {"todos": waiting_for(actor), "unread": unread_count(actor)} if actor.is_candidate else {}
        return super().get_context(request, *args, **kwargs) | front(actor) | own


def front(actor: Actor) -> dict[str, Any]:
    """What the front page shows now: `tiles` (open ones first in each group), `news` (pinned first), `banners`."""
    news = published(groups=groups_of(actor))[:NEWS_ON_HOME]
    return {"tiles": tiles(user_id=actor.user_id), "news": list(news), "banners": banners()}
