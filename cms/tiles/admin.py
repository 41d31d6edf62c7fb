from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, PageChooserPanel
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.tiles.models import Banner, Tile


class TileViewSet(SnippetViewSet):
    model = Tile
    icon = "grip"
    menu_label = _("业务入口")
    list_display: ClassVar = ["label", "group", "business", "is_shown", "order"]
    list_filter: ClassVar = ["group", "is_shown"]
    sort_order_field = "order"
    panels: ClassVar = [
        FieldRowPanel([FieldPanel("label"), FieldPanel("slug"), FieldPanel("icon")]),
        FieldPanel("group"),
        FieldPanel("target"),
        PageChooserPanel("page"),
        FieldPanel("business"),
        FieldPanel("is_shown"),
    ]


class BannerViewSet(SnippetViewSet):
    model = Banner
    icon = "image"
    menu_label = _("轮播图")
    list_display: ClassVar = ["title", "shows_from", "shows_until", "order"]
    sort_order_field = "order"
    panels: ClassVar = [
        FieldPanel("title"),
        FieldPanel("image"),
        FieldPanel("target"),
        FieldRowPanel([FieldPanel("shows_from"), FieldPanel("shows_until")]),
    ]


class FrontGroup(SnippetViewSetGroup):
    menu_label = _("首页")
    menu_icon = "home"
    menu_order = 130
    items = (TileViewSet, BannerViewSet)
