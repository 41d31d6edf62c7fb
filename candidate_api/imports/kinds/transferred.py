"""转入成绩: what a candidate has passed in another province."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.catalogue.models import Course
from candidate_api.imports import rules
from candidate_api.imports.kinds.kind import COURSE, NAME, NUMBER, Judge, Kind, Reading
from candidate_api.imports.kinds.resting import applications_on
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import Column
from candidate_api.results.models import Score
from candidate_api.results.states import PASS_MARK, Source, Status

MARK = Column("score", gettext_lazy("成绩"), ("分数", "CJ"), rules.mark)
ORIGIN = Column("origin", gettext_lazy("转出省份"), ("转出地", "ZCSF"), rules.words(20))
ORIGIN_SESSION = Column("origin_session", gettext_lazy("原合格考期"), ("合格考期", "HGKQ"), rules.session_code)


def _prepare(batch: ImportBatch) -> Judge:
    courses = dict(Course.objects.values_list("code", "pk"))

    def judge(readings: list[Reading]) -> None:
        for reading in readings:
            given, course = reading.given, courses.get(reading.given["course"])
            if course is None:
                reading.wrong = _("没有这门课程")
            elif given["score"] < PASS_MARK:
                reading.wrong = _("只能转入合格成绩")
            else:
                told = {name: given[name] for name in ("score", "origin", "origin_session")}
                reading.after = {"course_id": course, **told, "status": Status.PASSED}

    return judge


TRANSFERRED = Kind(
    code="transferred",
    label=gettext_lazy("转入成绩"),
    explains=gettext_lazy("外省转入的合格成绩，每名考生每门课程一行。"),
    model=Score,
    columns=(NUMBER, NAME, COURSE, MARK, ORIGIN, ORIGIN_SESSION),
    key=("course_id",),
    values=("score", "status", "origin", "origin_session"),
    fixed=lambda batch: {"session_id": None, "source": Source.TRANSFER},
    prepare=_prepare,
    dependents=applications_on,
)
