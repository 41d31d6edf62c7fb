"""What the kernel's lists at the desk share: one screen, shown by role, quick however long its table grows."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from wagtail.admin.menu import MenuItem
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.viewsets.base import ViewSet

from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of


class Pages(WagtailPaginator):
    """Counts no further than people turn pages: counting millions of rows is slow, and a filter finds them."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        found: int = self.object_list[: self.most].count()
        return found


class ForRoles:
    """A view for some roles only. Wagtail shows everyone else its page of refusal."""

    roles: tuple[str, ...] = ()
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor: Actor = actor_of(request, "admin")
        if not self.actor.has_role(*self.roles):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class Listing(ForRoles, BaseListingView):
    """A list with filters, newest first, fifty rows a page."""

    paginate_by = 50
    paginator_class = Pages
    default_ordering = "-pk"


class ListingViewSet(ViewSet):
    """The addresses of a list, and its menu item for the roles that may see it. There are no others."""

    roles: tuple[str, ...] = ()
    listing: type[Listing]
    add_to_admin_menu = True
    menu_order = 8000

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        shared = {
            "roles": self.roles,
            "page_title": self.menu_label,
            "header_icon": self.icon,
            "index_url_name": self.get_url_name("index"),
            "index_results_url_name": self.get_url_name("index_results"),
        }
        common: dict[str, Any] = super().get_common_view_kwargs(**shared, **kwargs)
        return common

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.construct_view(self.listing), name="index"),
            path("results/", self.construct_view(self.listing, results_only=True), name="index_results"),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        roles = self.roles

        class ItemForRoles(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return actor_of(request, "admin").has_role(*roles)

        return ItemForRoles


class Instant(Column):
    """A time to the second: the day, and below it the hour."""

    cell_template_name = "kernel/instant.html"
