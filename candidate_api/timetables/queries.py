from django.db.models import Count

from candidate_api.sessions.models import ExamSession, Offering
from portal.kernel.errors import Code, Problem


def open_sessions() -> list[ExamSession]:
    """The sessions whose books are not shut, newest first, each with `courses`: how many are examined."""
    return list(ExamSession.objects.filter(closed=False).annotate(courses=Count("offerings")).order_by("-code"))


def session(code: str) -> ExamSession:
    """One of them; `not_found` for others."""
    found: ExamSession | None = ExamSession.objects.filter(code=code, closed=False).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


def timetable(session: ExamSession) -> dict[str, Offering]:
    """What is examined in the session, by course, in order of slots."""
    rows = Offering.objects.filter(session=session).select_related("course", "session")
    return {row.course.code: row for row in rows.order_by("slot", "course__code")}
