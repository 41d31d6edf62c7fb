"""Which session a page of 课程报考 is about, where more than one is open."""

from django.http import HttpRequest

from candidate_api.sessions.models import ExamSession
from cms.windows.models import BusinessWindow
from cms.windows.queries import all_open, current
from cms.windows.rules import Business
from portal.kernel.actor import Actor


def window_of(request: HttpRequest, actor: Actor) -> tuple[BusinessWindow | None, list[ExamSession]]:
    """The registration window that the page is about, and the sessions to choose among where several are open.

    `session` of the form or the query string names one; else it is the one that matters (`current`).
    """
    opened = all_open(Business.COURSE_REGISTRATION, user_id=actor.user_id)
    if len(opened) < 2:
        return (opened[0] if opened else current(Business.COURSE_REGISTRATION, user_id=actor.user_id)), []
    wanted = request.POST.get("session") or request.GET.get("session")
    chosen = next((window for window in opened if window.session == wanted), opened[-1])
    return chosen, list(ExamSession.objects.filter(code__in=[window.session for window in opened]).order_by("code"))
