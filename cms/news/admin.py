from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.permissions import page_permission_policy
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.news.models import NewsChannel, NewsPage
from portal.kernel.admin import KeptSnippets


class ForWhoMayOpenIt(MenuItem):
    """Wagtail shows a list of pages to everybody at the desk, and its screen refuses those who have none."""

    def is_shown(self, request: HttpRequest) -> bool:
        verbs = NewsListing.index_view_class.any_permission_required
        return bool(page_permission_policy.user_has_any_permission(request.user, verbs))


class NewsIndex(PageListingViewSet.index_view_class):  # type: ignore[misc]  # Wagtail names no types
    """Twenty a page: Wagtail draws a row with its menu and states in as long as the database takes for all of them."""

    paginate_by = 20

    def annotate_queryset(self, pages: Any) -> Any:
        return super().annotate_queryset(pages.prefetch_related("channel"))


class NewsListing(PageListingViewSet):
    model = NewsPage
    index_view_class = NewsIndex
    name = "news"
    icon = "doc-full"
    menu_label = _("全部资讯")
    columns: ClassVar = [
        *PageListingViewSet.columns[:2],
        Column("channel", label=_("栏目"), accessor="channel"),
        Column("published_at", label=_("发布时间"), accessor="published_at", sort_key="published_at"),
        *PageListingViewSet.columns[-2:],
    ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        return ForWhoMayOpenIt


class ChannelViewSet(KeptSnippets):
    model = NewsChannel
    icon = "list-ul"
    menu_label = _("栏目")
    list_display: ClassVar = ["label", "code", "order"]
    sort_order_field = "order"
    panels: ClassVar = [FieldPanel("label"), FieldPanel("code")]


class NewsGroup(SnippetViewSetGroup):
    menu_label = _("资讯")
    menu_icon = "doc-full"
    menu_order = 100
    items = (NewsListing, ChannelViewSet)
