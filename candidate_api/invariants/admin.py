"""数据核查 at the desk: the last looks at the whole database, and a button that has one made now."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from candidate_api.invariants.actions import ask
from candidate_api.invariants.models import InvariantReport
from candidate_api.invariants.rules import MAY_ASK, MAY_READ
from portal.kernel.actor import Actor
from portal.kernel.admin import ForRoles, at_desk
from portal.kernel.dashboard.panels import Panel, plug


def _last() -> InvariantReport | None:
    return InvariantReport.objects.exclude(finished_at=None).first()


def _panel(actor: Actor) -> dict[str, Any]:
    return {"report": _last()}


plug(Panel("invariants", _("数据核查"), "invariants/panel.html", _panel, roles=MAY_READ, order=150))


class Reports(ForRoles, View):
    """The last report in full; POST asks for a new one."""

    roles = MAY_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "header_title": _("数据核查"),
            "breadcrumbs_items": [{"url": "", "label": _("数据核查")}],
            "report": _last(),
            "waiting": InvariantReport.objects.filter(finished_at=None).first(),
            "earlier": InvariantReport.objects.exclude(finished_at=None).defer("results")[1:21],
            "may_ask": self.actor.has_role(*MAY_ASK),
        }
        return render(request, "invariants/reports.html", context)


class Ask(ForRoles, View):
    """Have a report made now."""

    roles = MAY_ASK
    http_method_names = ["post"]  # noqa: RUF012 -- as Django declares it

    def post(self, request: HttpRequest) -> HttpResponse:
        ask(by=self.actor)
        messages.success(request, gettext("已安排核查，完成后在本页显示结果。"))
        return redirect("invariants:index")


class InvariantsViewSet(ViewSet):
    name = "invariants"
    icon = "check"
    menu_label = _("数据核查")
    menu_order = 8040
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", Reports.as_view(), name="index"), path("ask/", Ask.as_view(), name="ask")]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        class ItemForRoles(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return at_desk(request).has_role(*MAY_READ)

        return ItemForRoles
