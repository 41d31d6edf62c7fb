"""Each warning with its cause, and the worst first."""

from dataclasses import replace
from datetime import date

import pytest

from candidate_api.catalogue.rules import Group, Line, Plan
from candidate_api.forecast import rules, texts
from candidate_api.forecast.cautions import Dates, Situation, cautions
from candidate_api.forecast.rules import Discipline, Pass, forecast
from candidate_api.forecast.solver import Path, best_count
from candidate_api.forecast.states import NoPath
from candidate_api.forecast.tests.test_path import THESIS, plan
from candidate_api.results.states import Penalty

TODAY = date(2026, 11, 24)
CLOSING = Dates(no_new_from=date(2024, 7, 1), last_exam="2027-04", last_graduation=date(2027, 12, 31))
NAMES = {"00001": "合同法", "00002": "国际法"}


def situation(asked: Plan, *passes: Pass, **more: object) -> Situation:
    tally = best_count(asked, passes, ())
    assert tally is not None
    found = forecast(asked, passes, (), tally)
    early = rules.practice_without_theory(
        asked, rules.credited([p.course for p in passes], ()), rules.best_passes(passes)
    )
    at = Situation(Dates(), found, Path(), early, (), "associate", TODAY, "2026-10", NAMES)
    return replace(at, **more)


def told(at: Situation) -> list[tuple[str, str]]:
    return [(one.code.value, one.level.value) for one in cautions(at)]


BACHELOR = replace(plan("00001", "00002", groups=(THESIS,)), level="bachelor")


@pytest.mark.parametrize(
    ("dates", "path", "expected"),
    [
        (Dates(), Path(), []),
        (CLOSING, Path(), [("closing", "warning")]),
        (replace(CLOSING, is_own=False), Path(), [("no_new", "danger"), ("closing", "warning")]),
        (CLOSING, Path(problem=NoPath.CLOSING), [("too_late", "danger"), ("closing", "warning")]),
        (replace(CLOSING, last_exam="2026-04"), Path(), [("exams_over", "danger")]),
        (replace(CLOSING, last_graduation=date(2026, 11, 23)), Path(), [("graduation_over", "danger")]),
        (replace(CLOSING, last_graduation=TODAY), Path(), [("closing", "warning")]),
        (Dates(restriction="限在职护士。"), Path(), []),
        (Dates(is_own=False, restriction="限在职护士。"), Path(), [("restriction", "info")]),
    ],
)
def test_the_majors_dates(dates: Dates, path: Path, expected: list[tuple[str, str]]) -> None:
    assert told(situation(plan("00001", "00002"), dates=dates, path=path)) == expected


def test_whoever_has_all_courses_is_not_told_that_exams_are_over() -> None:
    at = situation(plan("00001"), Pass("00001"), dates=replace(CLOSING, last_exam="2026-04"))
    assert told(at) == [("closing", "warning")]


def test_discipline_comes_first_with_its_last_day() -> None:
    records = (
        Discipline(Penalty.SUSPENDED, date(2026, 7, 1), date(2027, 6, 30)),
        Discipline(Penalty.GRADUATION_DELAYED, date(2026, 7, 1), date(2028, 6, 30)),
    )
    at = situation(plan("00001"), dates=CLOSING, disciplines=records)
    assert told(at) == [("suspended", "danger"), ("graduation_delayed", "danger"), ("closing", "warning")]
    assert cautions(at)[0].text == "停考至2027年6月30日，其间不能报考、转考和申请毕业。"


@pytest.mark.parametrize(
    ("education", "warned"), [("senior", True), ("", True), ("associate", False), ("graduate", False)]
)
def test_a_bachelors_degree_asks_for_an_earlier_diploma(education: str, warned: bool) -> None:
    assert ("prior_diploma", "warning") in told(situation(BACHELOR, education="senior"))
    assert (("prior_diploma", "warning") in told(situation(BACHELOR, education=education))) is warned
    assert told(situation(plan("00001"), education="primary")) == []


def test_the_thesis_is_open_at_85_percent() -> None:
    at = situation(BACHELOR, Pass("00001"), Pass("00002"))
    assert told(at) == [("thesis_open", "info")]
    assert cautions(at)[0].text == "已合格2门，达到考试计划课程的85%，可以申请毕业论文（设计、考核）。"
    assert told(situation(BACHELOR, Pass("00001"))) == []


def test_a_practice_part_without_its_theory() -> None:
    lines = (Line("00001", 4), Line("00002", 2, practice_of="00001", practice=True))
    asked = Plan("x", "1", "associate", 1, 1, (Group(1, "all_of", lines),))
    [one] = cautions(situation(asked, Pass("00002")))
    assert (one.code, one.text) == ("practice_without_theory", "国际法已合格，但对应的理论课程合同法尚未合格。")
    assert told(situation(asked, Pass("00001"), Pass("00002"))) == []


def test_exemptions_over_the_limit_are_named() -> None:
    at = situation(plan("00001", "00002", exemption_limit=1), Pass("00001", "exemption"), Pass("00002", "exemption"))
    [one] = cautions(at)
    assert (one.code, one.text) == ("exemption_limit", "专业课最多免考1门，未计入：国际法。")


@pytest.mark.parametrize(
    ("missing", "practice", "label"),
    [(3, 0, "尚缺3门"), (3, 2, "尚缺3门和2个实践环节"), (0, 2, "尚缺2个实践环节")],
)
def test_what_is_missing_in_words(missing: int, practice: int, label: str) -> None:
    found = situation(plan("00001")).forecast
    assert texts.standing(replace(found, courses_missing=missing, practice_missing=practice)) == label
