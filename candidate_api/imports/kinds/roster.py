"""考籍名册: 考生类别 and 助学单位, which are the assisting school's to say."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import SCHOOL_MISFITS, school_fits
from candidate_api.candidates.states import Category
from candidate_api.catalogue.models import School
from candidate_api.imports import rules
from candidate_api.imports.kinds.kind import NAME, NUMBER, Judge, Reading
from candidate_api.imports.kinds.table import TableKind
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import Column

CATEGORY = Column("category", gettext_lazy("考生类别"), ("类别", "KSLB"), rules.one_of(Category.choices))
SCHOOL = Column("school", gettext_lazy("助学单位代码"), ("助学单位", "ZXDW"), rules.words(5), blank=True)


def _prepare(batch: ImportBatch) -> Judge:
    schools = dict(School.objects.values_list("code", "pk"))

    def judge(readings: list[Reading]) -> None:
        for reading in readings:
            category, code = reading.given["category"], reading.given["school"]
            if code is not None and code not in schools:
                reading.wrong = _("没有这个助学单位")
            elif not school_fits(category, code is not None):
                reading.wrong = str(SCHOOL_MISFITS)
            else:
                reading.after = {"category": category, "assisting_school_id": schools.get(code)}

    return judge


ROSTER = TableKind(
    code="roster",
    label=gettext_lazy("考籍名册"),
    explains=gettext_lazy("确认在籍考生的考生类别和助学单位。名册不新增考生，考生自己注册。"),
    model=Candidate,
    columns=(NUMBER, NAME, CATEGORY, SCHOOL),
    owner="id",
    values=("category", "assisting_school_id"),
    stamp="",
    adds=False,
    prepare=_prepare,
)
