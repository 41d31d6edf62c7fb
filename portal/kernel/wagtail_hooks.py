"""Table of contents: what of the kernel stands in Wagtail's admin."""

from typing import Any

from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from portal.kernel import wagtail_words  # noqa: F401 -- says in Chinese what Wagtail's code has in English
from portal.kernel.audit.admin import AuditViewSet
from portal.kernel.dashboard.admin import cards
from portal.kernel.messages.admin import MessageViewSet
from portal.kernel.messages.wordings import WordingViewSet
from portal.kernel.staff_door.admin import urls as door


@hooks.register("insert_global_admin_css")
def desk_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/desk.css"))


@hooks.register("register_admin_viewset")
def outbox() -> MessageViewSet:
    return MessageViewSet()


@hooks.register("register_admin_viewset")
def wordings() -> WordingViewSet:
    return WordingViewSet()


@hooks.register("register_admin_viewset")
def audit() -> AuditViewSet:
    return AuditViewSet()


@hooks.register("register_admin_urls")
def staff_door() -> list[URLResolver]:
    return [path("door/", include((door, "staff_door")))]


@hooks.register("register_account_menu_item")
def second_factor(request: Any) -> dict[str, Any]:
    return {
        "url": reverse("staff_door:index"),
        "label": _("二次验证"),
        "help_text": _("动态口令、通行密钥、恢复代码，更换手机"),
    }


@hooks.register("construct_homepage_panels")
def dashboard(request: Any, panels: list[Any]) -> None:
    panels.extend(cards(request))
