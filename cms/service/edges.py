"""What a notice does at every door: it stands on each page, and while it pauses, writes are refused with the hour.

Reads stay up. Staff, and views that are marked `goes_on` (signing in and out, money that has been paid), go on writing.
"""

from collections.abc import Callable
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from cms.service import queries
from cms.service.models import ServiceNotice
from cms.windows.rules import deadline
from portal.kernel import clock
from portal.kernel.api import problem_answer
from portal.kernel.edges import is_going_on
from portal.kernel.errors import Code, Problem

# What keeps a refused form until its writer comes back: told by the floor that has the forms.
keepers: list[Callable[[HttpRequest], None]] = []
_READS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def service_notices(request: HttpRequest) -> dict[str, Any]:
    """For templates: what every page says now, asked for where it is shown."""
    return {"service_notices": queries.running}


class Pause:
    """Middleware: refuses a candidate's write, whatever its view, while a notice pauses the house."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.handle(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.method in _READS or request.path.startswith("/admin/") or is_going_on(view):
            return None
        now = clock.now()
        notice = queries.pause(now)
        if notice is None:
            return None
        seconds = ceil((notice.ends_at - now).total_seconds())
        return _refusal(request, Problem(Code.SERVICE_PAUSED, _sentence(notice), retry_after=seconds))


def _sentence(notice: ServiceNotice) -> str:
    words = {"time": deadline(notice.ends_at)}
    return _("系统维护中，预计%(time)s恢复办理。没有提交任何内容，请届时再办；登录和查询不受影响。") % words


def _refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_answer(problem, getattr(request, "request_id", ""))
    for keep in keepers:
        keep(request)
    context = {"problem": problem, "back": request.path}
    response = render(request, "errors/problem.html", context, status=problem.status)
    response["Retry-After"] = str(problem.retry_after)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # a part of a page cannot say it: the whole page does
    return response
