"""转入考籍: what the national platform sends of those who come from another province. A line is a course; the lines of
one candidate become an application, which counts once the candidate has confirmed it and the province has decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import CharField, Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.models import Candidate
from candidate_api.imports import rules
from candidate_api.imports.kinds.kind import NAME, NUMBER, Judge, Kind, Reading
from candidate_api.imports.models import ImportBatch, ImportedApplication
from candidate_api.imports.rules import Column, Wrong
from candidate_api.imports.states import Verdict
from candidate_api.results.models import Score
from candidate_api.results.queries import passed_among
from candidate_api.results.states import Source
from candidate_api.transfers.arriving import Arrived, arrive, take_back, who_waits
from candidate_api.transfers.queries import counterparts
from candidate_api.transfers.rules import is_passed
from candidate_api.transfers.states import PROVINCES
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from review.applications.queries import confirmed_among

MOST = 10_000  # each candidate's application is made by itself, in one transaction with all others


def _mark(text: str) -> str:
    whole = text.removesuffix(".0")
    if not is_passed(whole):
        raise Wrong(_("只能转入合格成绩，须为60到100的整数，或者等级"))
    return whole


COLUMNS = (
    NUMBER,
    NAME,
    Column("province", gettext_lazy("转出省份"), ("转出地", "ZCSF"), rules.one_of(PROVINCES)),
    Column("there", gettext_lazy("转出省准考证号"), ("原准考证号", "ZCZKZH"), rules.words(20)),
    Column("code", gettext_lazy("课程代码"), ("课程", "课程代号", "KCDM"), rules.words(10)),
    Column("title", gettext_lazy("课程名称"), ("KCMC",), rules.words(60)),
    Column("mark", gettext_lazy("成绩"), ("分数", "CJ"), _mark),
    Column("session", gettext_lazy("合格考期"), ("原合格考期", "HGKQ"), rules.session_code, blank=True, lacking=True),
)


def _prepare(batch: ImportBatch) -> Judge:
    senders: dict[int | None, tuple[str, str]] = {}  # of each candidate in the whole file

    def judge(readings: list[Reading]) -> None:
        people = {reading.candidate for reading in readings if reading.candidate is not None}
        waiting, eligible = who_waits(people), passed_among(people)
        states = dict(Candidate.objects.filter(pk__in=people).values_list("pk", "state"))
        known = _Transferred(readings, people)
        for reading in readings:
            given, who = reading.given, reading.candidate
            sender = (given["province"], given["there"])
            if states[who or 0] != "enrolled":
                reading.wrong = _("考生没有在籍")
            elif who not in eligible:
                reading.wrong = _("考生在广西还没有合格课程，不能转入")
            elif who in waiting:
                reading.wrong = _("考生已有一件转入正在办理")
            elif senders.setdefault(who, sender) != sender:
                reading.wrong = _("同一考生的转出省份、转出省准考证号须一致")
            elif (held := known.mark(reading)) and held != given["mark"]:
                reading.wrong = _("这门课程已转入，成绩是%(held)s") % {"held": held}
            else:
                reading.same = bool(held)
                reading.after = {name: given[name] for name in (*_KEY, *_VALUES)}

    return judge


class _Transferred:
    """What these candidates have brought before, in the words of the province that they come from."""

    def __init__(self, readings: Iterable[Reading], people: set[int]) -> None:
        rows = Score.objects.filter(candidate__in=people, source=Source.TRANSFER)
        self.marks = {
            (who, course): grade or str(score)
            for who, course, score, grade in rows.values_list("candidate_id", "course_id", "score", "grade")
        }
        codes: dict[str, set[str]] = {}
        for reading in readings:
            codes.setdefault(reading.given["province"], set()).add(reading.given["code"])
        self.courses = {province: counterparts(province, found) for province, found in codes.items()}

    def mark(self, reading: Reading) -> str:
        course = self.courses[reading.given["province"]].get(reading.given["code"])
        return self.marks.get((reading.candidate, course.pk), "") if course else ""


@dataclass(frozen=True)
class Arrivals:
    """Writes a batch as applications, and takes them back."""

    batch: ImportBatch
    by: Actor

    def insert(self) -> int:
        lines = self.batch.lines.filter(verdict=Verdict.NEW).select_related("candidate__user")
        written = 0
        for candidate, rows in groupby(lines.order_by("candidate", "number"), key=lambda line: line.candidate):
            told = [line.after or {} for line in rows]
            courses = [Arrived(one["code"], one["title"], one["mark"], one["session"] or "") for one in told]
            try:
                application = arrive(candidate, told[0]["province"], told[0]["there"], courses, by=self.by)
            except Problem as problem:
                words = {"number": candidate.candidate_number, "why": problem.detail}
                sentence = _("准考证号%(number)s：%(why)s没有写入任何数据，请重新核对。")
                raise Problem(Code.STATE_CONFLICT, sentence % words) from problem
            ImportedApplication.objects.create(batch=self.batch, application=application)
            written += len(courses)
        return written

    def update(self, *, to: str, was: str) -> int:
        """Nothing that has arrived is changed: a line is new, or the record says the same already."""
        return 0

    def delete(self) -> int:
        for pk in self.batch.applications.order_by("application").values_list("application", flat=True):
            take_back(pk, _("导入的文件有误，已整批撤销。"), by=self.by)
        return self.batch.new


def _confirmed(batch: ImportBatch) -> Iterator[str]:
    if number := confirmed_among(batch.applications.values("application")):
        yield _("已有%(number)d名考生确认，不能整批撤销。") % {"number": number}


_KEY = ("code",)
_VALUES = ("title", "mark", "session", "province", "there")


class TransferKind(Kind):
    """Lines that become applications."""

    def fields(self) -> "dict[str, Field[Any, Any]]":
        told = {column.code: column.heading for column in COLUMNS}
        choices = {"province": PROVINCES}
        return {name: CharField(told[name], choices=choices.get(name)) for name in (*_KEY, *_VALUES)}

    def existing(self, batch: ImportBatch, candidates: set[int]) -> dict[str, dict[str, Any]]:
        return {}

    def writer(self, batch: ImportBatch, *, by: Actor) -> Arrivals:
        return Arrivals(batch, by)


TRANSFERRED = TransferKind(
    code="transferred",
    label=gettext_lazy("转入考籍"),
    explains=gettext_lazy(
        "外省转入的合格课程，一行一门。写入后每名考生收到一件“外省转入”，由考生核对确认，再由自治区审定。"
    ),
    columns=COLUMNS,
    key=_KEY,
    values=_VALUES,
    most_rows=MOST,
    prepare=_prepare,
    dependents=_confirmed,
)
