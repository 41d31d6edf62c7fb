"""A session's timetable as a whole: each line by the catalogue's own verbs, so that their rules and history hold."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.catalogue import queries as catalogue
from candidate_api.catalogue.actions import remove, save
from candidate_api.catalogue.actions.keeping import authorise
from candidate_api.catalogue.models import Course
from candidate_api.sessions.kinds import OFFERINGS
from candidate_api.sessions.models import ExamSession, Offering
from candidate_api.timetables import queries, rules
from candidate_api.timetables.rules import Moved
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem


@transaction.atomic
def set_timetable(session_code: str, wanted: Mapping[str, int], reason: str, *, seen: str, by: Actor) -> list[Moved]:
    """Examine exactly the courses of `wanted` in the session, each in its slot, or change nothing; what has changed.

    `seen` is `rules.digest` of the timetable that was shown. Raises Problem: `permission_denied`, `not_found`,
    `validation_failed` with a sentence for each course that cannot be changed so, `state_conflict` where somebody else
    was first.
    """
    authorise(by)
    session: ExamSession = catalogue.for_update(ExamSession, queries.session(session_code).pk)
    known = queries.timetable(session)
    before = {code: row.slot for code, row in known.items()}
    if rules.digest(before) != seen:
        raise Problem(Code.STATE_CONFLICT, _("刚被他人修改，请重新打开后再改。"))
    moves = rules.differences(before, wanted)
    if refused := _made(session, known, moves, reason, by=by):
        raise Problem(Code.VALIDATION_FAILED, refused[0].detail, errors=refused)
    if moves:
        record("session.timetable", session, by=by, note=reason, courses=len(wanted), changes=len(moves))
    return moves


def preview(session_code: str, wanted: Mapping[str, int], *, by: Actor) -> tuple[list[Moved], list[FieldError]]:
    """What `set_timetable` would change, and each sentence with which it would refuse: all is done, and undone."""
    authorise(by)
    session = queries.session(session_code)
    with transaction.atomic():
        known = queries.timetable(session)
        moves = rules.differences({code: row.slot for code, row in known.items()}, wanted)
        refused = _made(session, known, moves, _("预览"), by=by)
        transaction.set_rollback(True)
    return moves, refused


def _made(
    session: ExamSession, known: Mapping[str, Offering], moves: list[Moved], reason: str, *, by: Actor
) -> list[FieldError]:
    """Make each change; why those that cannot be made cannot."""
    courses = {course.code: course for course in Course.objects.filter(code__in=[move.course for move in moves])}
    refused = []
    for move in moves:
        course = courses.get(move.course)
        try:
            if course is None:
                raise Problem(Code.VALIDATION_FAILED, _("没有这门课程。"))
            if move.after is None:
                remove(OFFERINGS, known[move.course].pk, by=by, reason=reason)
            else:
                pk = known[move.course].pk if move.before is not None else None
                values = {"session": session, "course": course, "slot": move.after}
                save(OFFERINGS, pk, values, by=by, reason=reason)
        except Problem as problem:
            if problem.code == Code.PERMISSION_DENIED:
                raise
            said = [str(error.detail) for error in problem.errors] or [str(problem.detail)]
            name = f"{move.course} {course.name}" if course else move.course
            refused.append(FieldError("", "inconsistent", f"{name}：{''.join(said)}"))
    return refused
