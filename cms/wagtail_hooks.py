"""Table of contents: what of cms stands in Wagtail's admin."""

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from cms.approval.admin import draft_instead, draft_instead_of_new, refuse_to_publish_many, without_publish
from cms.complaints.admin import ComplaintViewSet
from cms.complaints.setup import SupportGroup
from cms.documents.admin import only_what_is_published
from cms.faq.admin import FaqGroup
from cms.news.admin import NewsGroup
from cms.service.admin import ServiceViewSet
from cms.tiles.admin import FrontGroup
from cms.windows.admin import WindowViewSet

register_snippet(NewsGroup)
register_snippet(FaqGroup)
register_snippet(FrontGroup)
register_snippet(SupportGroup)


@hooks.register("register_admin_viewset")
def windows() -> WindowViewSet:
    return WindowViewSet()


@hooks.register("register_admin_viewset")
def service() -> ServiceViewSet:
    return ServiceViewSet()


@hooks.register("register_admin_viewset")
def complaints() -> ComplaintViewSet:
    return ComplaintViewSet()


hooks.register("before_serve_document", only_what_is_published)
hooks.register("before_create_page", draft_instead_of_new)
hooks.register("before_edit_page", draft_instead)
hooks.register("before_bulk_action", refuse_to_publish_many)
hooks.register("construct_page_action_menu", without_publish)
