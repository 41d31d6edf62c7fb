"""违规处理: 停考 and 延迟毕业, by the decision's number."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from candidate_api.imports import rules
from candidate_api.imports.kinds.kind import NAME, NUMBER, Judge, Reading
from candidate_api.imports.kinds.table import TableKind
from candidate_api.imports.kinds.telling import decisions
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import Column
from candidate_api.results.models import Discipline
from candidate_api.results.states import Penalty

PENALTY = Column("penalty", gettext_lazy("处理"), ("处理种类", "CL"), rules.one_of(Penalty.choices))
STARTS = Column("starts", gettext_lazy("起始日期"), ("QSRQ",), rules.day)
UNTIL = Column("until", gettext_lazy("截止日期"), ("JZRQ",), rules.day)
DECISION = Column("decision", gettext_lazy("处理决定文号"), ("文号", "WH"), rules.words(40))
REASON = Column("reason", gettext_lazy("事由"), ("SY",), rules.words(100), blank=True)


def _prepare(batch: ImportBatch) -> Judge:
    def judge(readings: list[Reading]) -> None:
        for reading in readings:
            given = reading.given
            if given["starts"] > given["until"]:
                reading.wrong = _("截止日期早于起始日期")
                continue
            told = {"starts": given["starts"], "until": given["until"], "reason": given["reason"] or ""}
            reading.after = {"number": given["decision"], "penalty": given["penalty"], **told}

    return judge


DISCIPLINE = TableKind(
    code="discipline",
    label=gettext_lazy("停考、延迟毕业"),
    explains=gettext_lazy("一行一项处理。同一文号对同一考生的同一种处理只有一条。"),
    model=Discipline,
    columns=(NUMBER, NAME, PENALTY, STARTS, UNTIL, DECISION, REASON),
    key=("number", "penalty"),
    values=("starts", "until", "reason"),
    prepare=_prepare,
    tell=decisions,
)
