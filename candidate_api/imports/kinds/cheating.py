"""作弊 voids every mark of its session (domain 6.3): the file's own are refused, the record's go with it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Exists, Max, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.statements import stage
from candidate_api.imports.states import Verdict
from candidate_api.results.models import Score
from candidate_api.results.queries import beside_cheating
from candidate_api.results.states import SAT, VALID, Status


def settle(batch: ImportBatch) -> None:
    """Refuse the marks the file gives beside 作弊, and add a line for each mark that the record loses by it.

    An added line stands after the file's last one and says why it is there; preview, writing and undo take it as any
    other.
    """
    sentence = _("该考生本考期有作弊记录，各科成绩无效")
    sound, cheats = batch.lines.exclude(verdict=Verdict.REFUSED), _cheats(batch)
    lost = _sat(batch).filter(~_in_file(batch), candidate__in=cheats, status__in=VALID)
    added = list(_lines(batch, lost.order_by("candidate", "course"), sentence))
    sound.filter(after__status__in=VALID, candidate__in=cheats).update(verdict=Verdict.REFUSED, reason=sentence)
    stage(added)


def contradicts(batch: ImportBatch) -> bool:
    """Whether somebody of the batch has a valid mark beside 作弊 now: another file has come between."""
    return beside_cheating().filter(session=batch.session, candidate__in=batch.lines.values("candidate")).exists()


def _cheats(batch: ImportBatch) -> "QuerySet[ImportLine, Any]":
    """The candidates of the file who have 作弊 in it, or in the record for a course that the file says nothing of."""
    known = _sat(batch).filter(~_in_file(batch), status=Status.VOID)
    told = Q(after__status=Status.VOID) | Q(candidate__in=known.values("candidate"))
    return batch.lines.exclude(verdict=Verdict.REFUSED).filter(told).values("candidate")


def _sat(batch: ImportBatch) -> "QuerySet[Score]":
    return Score.objects.filter(session=batch.session, source__in=SAT)


def _in_file(batch: ImportBatch) -> Exists:
    """Of marks, whether the file has a line for the same candidate and course: its key as `Kind.name` makes it."""
    who, course = (Cast(OuterRef(name), CharField()) for name in ("candidate", "course"))
    return Exists(ImportLine.objects.filter(batch=batch, key=Concat(who, Value(":"), course)))


def _lines(batch: ImportBatch, lost: "QuerySet[Score]", why: str) -> Iterator[tuple[object, ...]]:
    last = batch.lines.aggregate(last=Max("number"))["last"] or 0
    for number, mark in enumerate(lost, last + 1):
        before = {"score": mark.score, "status": mark.status, "source": mark.source}
        after = {"course_id": mark.course_id, "score": None, "status": Status.VOID, "source": mark.source}
        key = f"{mark.candidate_id}:{mark.course_id}"
        yield (batch.pk, number, mark.candidate_id, Verdict.CHANGED.value, why, key, after, before)
