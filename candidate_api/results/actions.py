"""What staff do with results: look one person's up, take a list away. Both leave a trace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import clean_id_number
from candidate_api.results import queries
from candidate_api.results.models import Discipline, Score
from candidate_api.results.states import MAY_EXPORT, MAY_READ, Source
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.tables import Columns, Format, stream
from portal.kernel.users.models import User


@dataclass(frozen=True)
class Results:
    """What the archive has of one person; transferred scores apart."""

    candidate: Candidate
    scores: list[Score]
    transferred: list[Score]
    disciplines: list[Discipline]


class Kept(StrEnum):
    """The lists that can be taken away."""

    SCORES = "scores"
    TRANSFERRED = "transferred"
    DISCIPLINES = "disciplines"


@transaction.atomic
def look_up(number: str, *, by: Actor) -> Results | None:
    """The results of whoever has this whole ID number or 准考证号; None for nobody, and for foreign offices' people.

    Who asked, and about whom, is recorded; so is a question that found nobody. Raises Problem: `permission_denied`.
    """
    if not by.has_role(*MAY_READ):
        raise Problem(Code.PERMISSION_DENIED)
    candidate = queries.found_by_number(by, clean_id_number(number))
    record("results.look_up", candidate or User.objects.get(pk=by.user_id or 0), by=by, found=candidate is not None)
    if candidate is None:
        return None
    rows = queries.scores_seen_by(by, *MAY_READ).filter(candidate=candidate)
    scores = list(rows.order_by(F("session__code").desc(nulls_last=True), "pk"))
    return Results(
        candidate,
        [score for score in scores if score.source != Source.TRANSFER],
        [score for score in scores if score.source == Source.TRANSFER],
        list(queries.disciplines_seen_by(by, *MAY_READ).filter(candidate=candidate)),
    )


@transaction.atomic
def export(what: str, session_code: str, reason: str, *, format: Format, by: Actor) -> Iterator[bytes]:
    """A list of the candidates that the actor sees, as a file in pieces; of one session where `session_code` is given.

    Raises Problem: `permission_denied`, `validation_failed` for an unknown list or session.
    """
    if not by.has_role(*MAY_EXPORT):
        raise Problem(Code.PERMISSION_DENIED)
    if what not in list(Kept):
        raise invalid("what", "invalid", _("请选择要导出的数据。"))
    if session_code and (what != Kept.SCORES or not ExamSession.objects.filter(code=session_code).exists()):
        raise invalid("session", "invalid", _("没有这个考期，或所选数据不分考期。"))
    rows, columns = _LISTS[Kept(what)](by)
    if session_code:
        rows = rows.filter(session__code=session_code)
    person = User.objects.get(pk=by.user_id or 0)
    facts = {"what": what, "session": session_code, "format": format, "rows": rows.count()}
    record("results.export", person, by=by, note=reason, **facts)
    return stream(rows.iterator(chunk_size=2000), columns, format=format)


def _scores(by: Actor) -> tuple[Any, Columns]:
    rows = queries.scores_seen_by(by, *MAY_EXPORT).exclude(source=Source.TRANSFER)
    return rows, [*_PERSON, _SESSION, *_COURSE, *_MARK, (gettext_lazy("来源"), lambda row: row.get_source_display())]


def _transferred(by: Actor) -> tuple[Any, Columns]:
    rows = queries.scores_seen_by(by, *MAY_EXPORT).filter(source=Source.TRANSFER)
    return rows, [*_PERSON, *_COURSE, *_MARK, *_ORIGIN]


def _disciplines(by: Actor) -> tuple[Any, Columns]:
    return queries.disciplines_seen_by(by, *MAY_EXPORT), [*_PERSON, *_DECISION]


_LISTS: dict[Kept, Callable[[Actor], tuple[Any, Columns]]] = {
    Kept.SCORES: _scores,
    Kept.TRANSFERRED: _transferred,
    Kept.DISCIPLINES: _disciplines,
}
# The headings are those that an import reads.
_PERSON: Columns = [
    (gettext_lazy("准考证号"), lambda row: row.candidate.candidate_number),
    (gettext_lazy("姓名"), lambda row: row.candidate.user.name),
]
_SESSION: tuple[Any, Callable[[Any], Any]] = (gettext_lazy("考期"), lambda row: row.session and row.session.code)
_COURSE: Columns = [
    (gettext_lazy("课程代码"), lambda row: row.course.code),
    (gettext_lazy("课程名称"), lambda row: row.course.name),
]
_MARK: Columns = [
    (gettext_lazy("成绩"), lambda row: row.score),
    (gettext_lazy("等级"), lambda row: row.grade),
    (gettext_lazy("成绩状态"), lambda row: row.get_status_display()),
]
_ORIGIN: Columns = [
    (gettext_lazy("转出省份"), lambda row: row.origin),
    (gettext_lazy("原合格考期"), lambda row: row.origin_session),
]
_DECISION: Columns = [
    (gettext_lazy("处理"), lambda row: row.get_penalty_display()),
    (gettext_lazy("起始日期"), lambda row: row.starts),
    (gettext_lazy("截止日期"), lambda row: row.until),
    (gettext_lazy("处理决定文号"), lambda row: row.number),
    (gettext_lazy("事由"), lambda row: row.reason),
]
