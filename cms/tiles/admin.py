from typing import Any, ClassVar

from django import forms
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, PageChooserPanel
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.tiles.models import Banner, Tile
from portal.kernel.admin import KeptSnippets, yes_or_no


class IconChoice(forms.RadioSelect):
    """Each picture beside its name. Left alone, Wagtail asks for a slug in a box."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        picture = format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', _sprite(), value)
        both = format_html("{} {}", picture, label)
        option: dict[str, Any] = super().create_option(name, value, both, *args, **kwargs)
        return option


def _sprite() -> str:
    return static("img/icons.svg")


class TileViewSet(KeptSnippets):
    model = Tile
    icon = "grip"
    menu_label = _("业务入口")
    list_display: ClassVar = ["label", "group", "business", yes_or_no("is_shown", _("显示")), "order"]
    list_filter: ClassVar = ["group", "is_shown"]
    sort_order_field = "order"
    panels: ClassVar = [
        FieldRowPanel([FieldPanel("label"), FieldPanel("slug")]),
        FieldPanel("icon", widget=IconChoice(attrs={"class": "icon-choice"})),
        FieldPanel("group"),
        FieldPanel("target"),
        PageChooserPanel("page"),
        FieldPanel("business"),
        FieldPanel("is_shown"),
    ]


class BannerViewSet(KeptSnippets):
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
