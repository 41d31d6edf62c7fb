"""Table of contents: what of cms stands in Wagtail's admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from cms.faq.admin import FaqGroup
from cms.news.admin import NewsGroup
from cms.tiles.admin import FrontGroup
from cms.windows.admin import WindowViewSet

register_snippet(NewsGroup)
register_snippet(FaqGroup)
register_snippet(FrontGroup)


@hooks.register("register_admin_viewset")
def windows() -> WindowViewSet:
    return WindowViewSet()
