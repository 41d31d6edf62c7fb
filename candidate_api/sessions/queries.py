"""Reads of sessions and their timetable. Public: nothing here depends on who asks."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from candidate_api.catalogue.queries import course_ids_for
from candidate_api.sessions.models import ExamSession, Offering
from portal.kernel.errors import Code, Problem


def sessions() -> QuerySet[ExamSession]:
    """Newest first."""
    return ExamSession.objects.all()


def by_code(code: str) -> ExamSession:
    """The session; `not_found` where there is none."""
    session = ExamSession.objects.filter(code=code).first()
    if session is None:
        raise Problem(Code.NOT_FOUND, _("没有这个考期。"))
    return session


def offerings(session: str = "", major: str = "", course: str = "", slot: int | None = None) -> QuerySet[Offering]:
    """考试计划: which course sits when; newest session first, then by slot and course code."""
    found = Offering.objects.select_related("session", "course").order_by("-session__code", "slot", "course__code")
    if session:
        found = found.filter(session__code=session)
    if major:
        found = found.filter(course__in=course_ids_for(major))
    if course:
        found = found.filter(course__code=course)
    if slot is not None:
        found = found.filter(slot=slot)
    return found
