"""财务统计 at the desk: what came in and went back, by day, channel and city, and shutting a session's books."""

from datetime import date, timedelta
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

from candidate_api.finance import queries
from candidate_api.finance.rules import LONGEST, MAY_CLOSE, MAY_READ, SHOWN, days_between
from candidate_api.sessions import closing
from candidate_api.sessions.actions import close_session
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.admin import ActView, ForRoles, at_desk
from portal.kernel.errors import Code, Problem, Words

_HEIGHT, _WIDTH = 160, 720  # of the chart, in pixels


class SpanForm(forms.Form):
    """From which day to which; empty for the last two weeks."""

    first = forms.DateField(label=_("起"), required=False)
    last = forms.DateField(label=_("止"), required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        last = given.get("last") or clock.today()
        first = given.get("first") or last - timedelta(days=SHOWN - 1)
        if first > last:
            raise forms.ValidationError(_("起始日期不能晚于截止日期。"))
        if (last - first).days >= LONGEST:
            raise forms.ValidationError(_("一次最多查看%(days)d天。"), params={"days": LONGEST})
        return {"first": first, "last": last}


class Finance(ForRoles, View):
    """The sums of some days."""

    roles = MAY_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.actor.has_role_at_top(*MAY_READ):
            raise PermissionDenied
        form = SpanForm(request.GET)
        today = clock.today()
        if form.is_valid():
            first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        else:
            first, last = today - timedelta(days=SHOWN - 1), today
        sums = queries.sums(days_between(first, last))
        context = {
            "header_title": _("财务统计"),
            "breadcrumbs_items": [{"url": "", "label": _("财务统计")}],
            "form": form,
            "span": [
                ("first", form.fields["first"].label, first, form.errors.get("first", [])),
                ("last", form.fields["last"].label, last, form.errors.get("last", [])),
            ],
            "first": first,
            "last": last,
            "sums": sums,
            "bars": _bars(sums.by_day),
            "width": _WIDTH,
            "height": _HEIGHT + 36,
            "channels": sorted(sums.by_channel.items()),
            "closable": queries.sessions_to_close() if self.actor.has_role_at_top(*MAY_CLOSE) else [],
        }
        return render(request, "finance/page.html", context)


def _bars(by_day: dict[date, queries.Flow]) -> list[dict[str, Any]]:
    """Where the chart's bars stand; every so-many-th day has its date written under it."""
    most = max((flow.received_fen for flow in by_day.values()), default=0) or 1
    step = _WIDTH / max(len(by_day), 1)
    every = -(-len(by_day) // 14)
    bars = []
    for number, (day, flow) in enumerate(by_day.items()):
        tall, back = (fen * _HEIGHT // most for fen in (flow.received_fen, min(flow.returned_fen, most)))
        place = {"x": round(number * step + step * 0.15, 1), "wide": round(step * 0.7, 1)}
        heights = {"tall": tall, "y": _HEIGHT - tall + 16, "back": back, "back_y": _HEIGHT - back + 16}
        written = (len(by_day) - 1 - number) % every == 0
        bars.append({"day": day, "flow": flow, "middle": round((number + 0.5) * step, 1), "written": written})
        bars[-1] |= place | heights
    return bars


class Close(ActView):
    title = button = _("关账")
    explains = _("关账后本考期的报考、缴费和退款不再变动，不能撤销。")
    grave = True
    roles = MAY_CLOSE

    def find(self, pk: int) -> ExamSession:
        found = next((s for s in queries.sessions_to_close() if s.pk == pk), None)
        if found is None or not self.actor.has_role_at_top(*MAY_CLOSE):
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("finance:index")

    def facts(self) -> list[tuple[Words, str]]:
        left = " ".join(str(sentence) for sentence in closing.hindrances(self.thing.code))
        return [(_("考期"), self.thing.name), (_("尚未完成"), left or str(_("没有")))]

    def act(self, given: dict[str, Any]) -> None:
        close_session(self.thing.code, given["reason"], by=self.actor)
        self.done(_("考期已关账。"))


class FinanceViewSet(ViewSet):
    name = "finance"
    icon = "table"
    menu_label = _("财务统计")
    menu_order = 140
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", Finance.as_view(), name="index"),
            path("sessions/<row:pk>/close/", Close.as_view(), name="close"),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        class ItemForRoles(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return at_desk(request).has_role_at_top(*MAY_READ)

        return ItemForRoles
