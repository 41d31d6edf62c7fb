"""实践环节、论文成绩: what host schools hand in."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.catalogue.models import Course
from candidate_api.catalogue.states import Assessment
from candidate_api.imports import rules
from candidate_api.imports.kinds.kind import COURSE, NAME, NUMBER, Judge, Reading
from candidate_api.imports.kinds.resting import applications_on
from candidate_api.imports.kinds.scores import MARK, STATUS
from candidate_api.imports.kinds.table import TableKind
from candidate_api.imports.kinds.telling import changed_marks
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import BANDS, Column, Wrong
from candidate_api.results.models import Score
from candidate_api.results.states import Source

GRADE = Column(
    "grade", gettext_lazy("等级"), ("DJ",), rules.one_of([(grade, grade) for _least, grade in BANDS]), True, True
)


def _prepare(batch: ImportBatch) -> Judge:
    courses = {code: (pk, how) for code, pk, how in Course.objects.values_list("code", "pk", "assessment")}

    def judge(readings: list[Reading]) -> None:
        for reading in readings:
            course, how = courses.get(reading.given["course"], (None, ""))
            if course is None:
                reading.wrong = _("没有这门课程")
            elif how == Assessment.WRITTEN:
                reading.wrong = _("这门课程不是实践环节或者论文")
            else:
                _write(reading, course, Source.THESIS if how == Assessment.THESIS else Source.PRACTICE)

    return judge


def _write(reading: Reading, course: int, source: Source) -> None:
    score, grade = reading.given["score"], reading.given["grade"]
    try:
        status = rules.outcome(score, grade, reading.given["status"])
    except Wrong as error:
        reading.wrong = str(error)
        return
    reading.after = {"course_id": course, "score": score, "grade": grade or "", "status": status, "source": source}


PRACTICE = TableKind(
    code="practice",
    label=gettext_lazy("实践环节、论文成绩"),
    explains=gettext_lazy("主考学校报送。分数、等级至少填一项，两项都填的须一致。"),
    model=Score,
    columns=(NUMBER, NAME, COURSE, MARK, GRADE, STATUS),
    one_of=(MARK, GRADE, STATUS),
    key=("course_id",),
    values=("score", "grade", "status", "source"),
    lasting=("source",),
    of_session=True,
    fixed=lambda batch: {"session_id": batch.session_id},
    prepare=_prepare,
    tell=changed_marks,
    dependents=applications_on,
)
