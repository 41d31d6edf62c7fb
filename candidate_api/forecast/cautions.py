"""Warnings of a forecast: what stands in the way, or will (domain 6.6)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from candidate_api.catalogue import states as catalogue
from candidate_api.catalogue.rules import Line
from candidate_api.forecast import rules
from candidate_api.forecast.rules import Discipline, Forecast
from candidate_api.forecast.solver import Path
from candidate_api.forecast.states import Caution, Level, NoPath, Standing, Uncounted
from candidate_api.forecast.texts import long_day, named, session_name
from candidate_api.results.states import Penalty

HIGHER = frozenset({"associate", "bachelor", "graduate"})  # 文化程度: 专科 and above


@dataclass(frozen=True)
class Warned:
    code: Caution
    level: Level
    text: str


@dataclass(frozen=True)
class Dates:
    """What is known of the major besides its plan. Empty and None where it is not closing."""

    is_own: bool = True
    no_new_from: date | None = None
    last_exam: str = ""
    last_graduation: date | None = None
    restriction: str = ""

    def graduation_is_over(self, today: date) -> bool:
        return self.last_graduation is not None and self.last_graduation < today


@dataclass(frozen=True)
class Situation:
    """Everything a warning may come from. `now` is the session of the present half-year."""

    dates: Dates
    forecast: Forecast
    path: Path
    early_practice: Sequence[Line]
    disciplines: Sequence[Discipline]
    education: str
    today: date
    now: str
    names: Mapping[str, str]


def cautions(at: Situation) -> list[Warned]:
    """The warnings, those that stop somebody first."""
    found = [*_discipline(at), *_closing(at), *_record(at), *_hints(at)]
    return sorted(found, key=lambda one: [Level.DANGER, Level.WARNING, Level.INFO].index(one.level))


def _discipline(at: Situation) -> Iterator[Warned]:
    words = {
        Penalty.SUSPENDED: (Caution.SUSPENDED, _("停考至%(day)s，其间不能报考、转考和申请毕业。")),
        Penalty.GRADUATION_DELAYED: (Caution.GRADUATION_DELAYED, _("延迟毕业至%(day)s，其间不能申请毕业。")),
    }
    for one in at.disciplines:
        code, text = words[one.penalty]
        yield Warned(code, Level.DANGER, text % {"day": long_day(one.until)})


def _closing(at: Situation) -> Iterator[Warned]:
    dates = at.dates
    if not dates.is_own and dates.no_new_from and dates.no_new_from <= at.today:
        text = _("这个专业自%(day)s起停止新生报名，不能转入。") % {"day": long_day(dates.no_new_from)}
        yield Warned(Caution.NO_NEW, Level.DANGER, text)
    if dates.graduation_is_over(at.today):
        text = _("这个专业的毕业审定已于%(day)s结束，不再颁发毕业证书。合格成绩继续有效，可以用于其他专业。")
        yield Warned(Caution.GRADUATION_OVER, Level.DANGER, text % {"day": long_day(dates.last_graduation)})
        return
    if not dates.last_exam:
        return
    words = {"exam": session_name(dates.last_exam), "day": long_day(dates.last_graduation)}
    if dates.last_exam < at.now and at.forecast.courses_missing:
        text = _(
            "这个专业的最后一次课程考试（%(exam)s）已经结束，所缺课程不再开考。合格成绩继续有效，可以用于其他专业。"
        )
        yield Warned(Caution.EXAMS_OVER, Level.DANGER, text % words)
        return
    if at.path.problem == NoPath.CLOSING:
        text = _("最后一次课程考试是%(exam)s，剩下的考期考不完所缺课程。请尽早考虑其他专业。")
        yield Warned(Caution.TOO_LATE, Level.DANGER, text % words)
    text = _("这个专业正在停考过渡：最后一次课程考试%(exam)s，最后一次毕业审定截至%(day)s。")
    yield Warned(Caution.CLOSING, Level.WARNING, text % words)


def _record(at: Situation) -> Iterator[Warned]:
    for line in at.early_practice:
        words = {"practice": named(at.names, line.course), "theory": named(at.names, line.practice_of or "")}
        text = _("%(practice)s已合格，但对应的理论课程%(theory)s尚未合格。") % words
        yield Warned(Caution.PRACTICE_WITHOUT_THEORY, Level.WARNING, text)
    over = [one.course for one, why in at.forecast.uncounted if why == Uncounted.OVER_LIMIT]
    if over:
        courses = "、".join(named(at.names, code) for code in over)
        limit = rules.exemption_limit(at.forecast.plan)
        text = _("专业课最多免考%(limit)s门，未计入：%(courses)s。") % {"limit": limit, "courses": courses}
        yield Warned(Caution.EXEMPTION_LIMIT, Level.WARNING, text)
    if at.forecast.plan.level == catalogue.Level.BACHELOR and at.education not in HIGHER:
        text = _("申请本科毕业须有国家承认的专科及以上学历。您填写的文化程度低于专科，取得后请更新个人信息。")
        yield Warned(Caution.PRIOR_DIPLOMA, Level.WARNING, text)


def _hints(at: Situation) -> Iterator[Warned]:
    if at.forecast.standing == Standing.CAN_APPLY_THESIS:
        words = {"n": at.forecast.courses_passed, "percent": rules.THESIS_PERCENT}
        text = _("已合格%(n)s门，达到考试计划课程的%(percent)s%%，可以申请毕业论文（设计、考核）。") % words
        yield Warned(Caution.THESIS_OPEN, Level.INFO, text)
    if not at.dates.is_own and at.dates.restriction:
        yield Warned(Caution.RESTRICTION, Level.INFO, at.dates.restriction)
