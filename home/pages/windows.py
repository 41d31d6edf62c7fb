"""办理时间: what is open, what comes, what has just closed; and the reader's own dates as a calendar file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from candidate_api.agenda.ics import calendar
from candidate_api.agenda.queries import agenda
from cms.tiles.queries import entries
from cms.windows.queries import announced
from cms.windows.rules import WindowState
from home.doors import in_wechat, private
from portal.kernel import clock
from portal.kernel.edges import actor_of


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """办理时间, by state; to whom time was extended, their own deadline."""
    now, user_id = clock.now(), request.user.pk
    hrefs = entries()
    lines = [
        {
            "window": window,
            "state": window.state_at(now),
            "label": window.label_at(now),
            "href": hrefs.get(window.business, "") if window.state_at(now) is WindowState.OPEN else "",
        }
        for window in announced(user_id, now)
    ]
    groups = [
        (_("正在办理"), [line for line in lines if line["state"] is WindowState.OPEN]),
        (
            _("即将开始"),
            sorted(
                (line for line in lines if line["state"] is WindowState.UPCOMING),
                key=lambda line: line["window"].opens_at,
            ),
        ),
        (_("已经截止"), [line for line in lines if line["state"] is WindowState.CLOSED][::-1]),
    ]
    context = {"groups": groups, "is_any": bool(lines), "in_wechat": in_wechat(request), "back": "/"}
    return render(request, "home/windows/index.html", context)


@private
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The reader's own deadlines and exams, for the telephone's calendar."""
    made = calendar(agenda(actor_of(request, "web")))
    response = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="zikao.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
