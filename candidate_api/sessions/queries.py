"""Reads of sessions, their timetable and their windows. Public: nothing here depends on who asks."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from candidate_api.catalogue import stamps
from candidate_api.catalogue.queries import course_ids_for, matching
from candidate_api.sessions.models import ExamSession, Offering
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.errors import Code, Problem


def sessions() -> QuerySet[ExamSession]:
    """Newest first."""
    return ExamSession.objects.all()


def next_of(sessions: Iterable[ExamSession]) -> ExamSession | None:
    """The one that people get ready for: the first that is not over, else the last there was."""
    known = sorted(sessions, key=lambda session: session.code)
    today = clock.today()
    return next((s for s in known if s.second_day >= today and not s.closed), known[-1] if known else None)


def by_code(code: str) -> ExamSession:
    """The session; `not_found` where there is none."""
    session = ExamSession.objects.filter(code=code).first()
    if session is None:
        raise Problem(Code.NOT_FOUND, _("没有这个考期。"))
    return session


def is_released(session: ExamSession) -> bool:
    """Whether rooms, seats and tickets of the session may be seen now; the clock alone decides."""
    return session.tickets_at is not None and session.tickets_at <= clock.now()


@dataclass(frozen=True)
class SessionWithWindows:
    session: ExamSession
    windows: list[BusinessWindow]


def with_windows(sessions: QuerySet[ExamSession]) -> list[SessionWithWindows]:
    """The sessions with the windows that were opened for each, in the order of their opening. Two queries."""
    chosen = list(sessions)
    windows: dict[str, list[BusinessWindow]] = {session.code: [] for session in chosen}
    for window in BusinessWindow.objects.filter(session__in=windows).order_by("opens_at", "pk"):
        windows[window.session].append(window)
    return [SessionWithWindows(session, windows[session.code]) for session in chosen]


def version() -> stamps.Version:
    """The version of what `with_windows` shows: the reference data's and the windows'. Two queries."""
    reference = stamps.current()
    row = BusinessWindow.objects.exclude(session="").aggregate(count=Count("pk"), changed_at=Max("updated_at"))
    if row["changed_at"] is None:
        return reference
    latest = max(filter(None, [reference.changed_at, row["changed_at"]]))
    return stamps.Version(f"{reference.tag}.{row['count']}.{row['changed_at'].timestamp():.6f}", latest)


def offerings(
    session: str = "", major: str = "", course: str = "", slot: int | None = None, q: str = ""
) -> QuerySet[Offering]:
    """考试计划: which course sits when; newest session first, then by slot and course code."""
    found = Offering.objects.select_related("session", "course").order_by("-session__code", "slot", "course__code")
    found = found.filter(matching(q, "course__name", "course__code"))
    if session:
        found = found.filter(session__code=session)
    if major:
        found = found.filter(course__in=course_ids_for(major))
    if course:
        found = found.filter(course__code=course)
    if slot is not None:
        found = found.filter(slot=slot)
    return found
