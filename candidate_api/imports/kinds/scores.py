"""统考成绩: one mark for each entry of a session."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.catalogue.models import Course
from candidate_api.imports import rules
from candidate_api.imports.kinds.cheating import contradicts, settle
from candidate_api.imports.kinds.kind import COURSE, NAME, NUMBER, Judge, Reading
from candidate_api.imports.kinds.resting import applications_on
from candidate_api.imports.kinds.table import TableKind
from candidate_api.imports.kinds.telling import changed_marks
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import Column, Wrong
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.results.states import SAT, Source, Status
from candidate_api.sessions.models import Offering
from review.applications.models import Application
from review.applications.states import OPEN

MARK = Column("score", gettext_lazy("成绩"), ("分数", "CJ"), rules.mark, blank=True, lacking=True)
STATUS = Column(
    "status",
    gettext_lazy("成绩状态"),
    ("状态", "CJZT", "ZT"),
    rules.one_of(Status.choices),
    blank=True,
    lacking=True,
)
SOURCE = Column(
    "source",
    gettext_lazy("来源"),
    ("成绩来源", "CJLY"),
    rules.one_of(
        [
            *((source.value, source.label) for source in SAT),
            (Source.COMBINED.value, gettext_lazy("专本衔接合成")),
            (Source.COMBINED.value, gettext_lazy("网络助学合成")),
        ]
    ),
    blank=True,
    lacking=True,
)


def _prepare(batch: ImportBatch) -> Judge:
    courses = dict(Course.objects.values_list("code", "pk"))
    held = set(Offering.objects.filter(session=batch.session).values_list("course_id", flat=True))
    entries = Registration.objects.filter(session=batch.session, state="confirmed")
    has_entries = entries.exists()  # sessions from before this house have scores and no entries

    def judge(readings: list[Reading]) -> None:
        known = entries.filter(candidate__in={reading.candidate for reading in readings}) if has_entries else None
        entered = set(known.values_list("candidate_id", "course_id")) if known is not None else set()
        for reading in readings:
            course = courses.get(reading.given["course"])
            if course is None:
                reading.wrong = _("没有这门课程")
            elif held and course not in held:
                reading.wrong = _("该考期没有开考这门课程")
            elif has_entries and (reading.candidate, course) not in entered:
                reading.wrong = _("该考生没有报考这门课程")
            else:
                _write(reading, course)

    return judge


def _write(reading: Reading, course: int) -> None:
    score, status = reading.given["score"], reading.given["status"]
    try:
        found = rules.outcome(score, None, status)
    except Wrong as error:
        reading.wrong = str(error)
        return
    source = reading.given["source"] or Source.WRITTEN.value
    score = score if found in (Status.PASSED, Status.FAILED) else None
    reading.after = {"course_id": course, "score": score, "status": found, "source": source}


def _reviews(batch: ImportBatch) -> Iterator[str]:
    """Whose mark is being reviewed keeps it until the review has ended."""
    asked = Application.objects.filter(type__kind="score-review", state__in=OPEN).values_list("subject", flat=True)
    scores = [int(subject) for subject in asked if subject.isdigit()]
    rows = Score.objects.filter(pk__in=scores, session=batch.session).values_list("candidate_id", "course_id")
    keys = [SCORES.name(row) for row in rows]
    if number := batch.lines.filter(key__in=keys).count():
        yield _("有%(number)d门成绩正在复核，请等复核办结。") % {"number": number}
    yield from applications_on(batch)


SCORES = TableKind(
    code="scores",
    label=gettext_lazy("统考成绩"),
    explains=gettext_lazy(
        "一行一科次。缺考、违纪等写在“成绩状态”列，成绩留空。合成成绩在“来源”列注明，没有这一列即为统考。"
    ),
    model=Score,
    columns=(NUMBER, NAME, COURSE, MARK, STATUS, SOURCE),
    one_of=(MARK, STATUS),
    key=("course_id",),
    values=("score", "status", "source"),
    lasting=("source",),
    of_session=True,
    of_exams=True,
    fixed=lambda batch: {"session_id": batch.session_id},
    prepare=_prepare,
    tell=changed_marks,
    settle=settle,
    contradicts=contradicts,
    dependents=_reviews,
)
