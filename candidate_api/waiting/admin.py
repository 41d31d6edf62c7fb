"""排队等候 at the desk: how long the line is, and the switch."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from candidate_api.waiting import queries
from candidate_api.waiting.actions import set_room
from candidate_api.waiting.models import WaitingRoom
from candidate_api.waiting.rules import MAY_READ, MAY_SWITCH, Mode
from portal.kernel.admin import ActView, ForRoles, ReasonForm, at_desk
from portal.kernel.errors import Code, Problem, Words

_LOOK_AGAIN = 10  # seconds


class Line(ForRoles, View):
    """The room as it is now; the page looks again by itself while there is a line."""

    roles = MAY_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.actor.has_role_at_top(*MAY_READ):
            raise PermissionDenied
        found, now = queries.now()
        context = {
            "header_title": _("排队等候"),
            "breadcrumbs_items": [{"url": "", "label": _("排队等候")}],
            "room": found,
            "now": now,
            "again": _LOOK_AGAIN if now.is_open else 0,
            "may_switch": self.actor.has_role_at_top(*MAY_SWITCH),
        }
        return render(request, "waiting/room.html", context)


class RoomForm(ReasonForm):
    mode = forms.ChoiceField(label=_("方式"), choices=Mode.choices, widget=forms.RadioSelect)
    per_minute = forms.IntegerField(
        label=_("每分钟放行人数"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("按本系统实测的承受能力填写；排队中可以随时调快或者调慢，不影响已有的位置。"),
    )
    opens_above = forms.IntegerField(
        label=_("每分钟提交超过此数时自动开启"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("方式为“按负载自动开启”时有效。没有人排队满5分钟后自动关闭。"),
    )
    field_order = ("mode", "per_minute", "opens_above", "reason")


class Switch(ActView):
    title = _("设置排队等候")
    button = _("保存")
    explains = _("只影响报考和缴费的提交；查询、资讯、登录和已经放行的考生不受影响。关闭后正在排队的考生立即可以办理。")
    roles = MAY_SWITCH
    grave = True
    form_class = RoomForm

    def find(self, pk: int) -> WaitingRoom:
        if pk != 1 or not self.actor.has_role_at_top(*MAY_SWITCH):
            raise Problem(Code.NOT_FOUND)
        return queries.room()

    def form(self, data: Any = None) -> forms.Form:
        found = self.thing
        initial = {"mode": found.mode, "per_minute": found.per_minute, "opens_above": found.opens_above}
        return RoomForm(data, initial=initial)

    def back(self) -> str:
        return reverse("waiting:index")

    def facts(self) -> list[tuple[Words, str]]:
        found, now = queries.now()
        return [
            (_("方式"), found.get_mode_display()),
            (_("正在排队"), str(now.waiting)),
            (_("最近一分钟放行"), str(now.admitted)),
        ]

    def act(self, given: dict[str, Any]) -> None:
        set_room(given["mode"], given["per_minute"], given["opens_above"], given["reason"], by=self.actor)
        self.done(_("排队等候已设置。"))


class WaitingViewSet(ViewSet):
    name = "waiting"
    icon = "group"
    menu_label = _("排队等候")
    menu_order = 122
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", Line.as_view(), name="index"),
            path("<row:pk>/", Switch.as_view(), name="switch"),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        class ItemForRoles(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return at_desk(request).has_role_at_top(*MAY_READ)

        return ItemForRoles
