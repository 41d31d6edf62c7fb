"""The path and its reasons, on small timetables that one can see through."""

from dataclasses import replace
from datetime import date

import pytest

from candidate_api.catalogue.rules import Group, Line, Plan
from candidate_api.catalogue.states import Category
from candidate_api.forecast import texts
from candidate_api.forecast.reasons import Explained
from candidate_api.forecast.rules import Discipline, Exchange, Pass, forecast, holding
from candidate_api.forecast.solver import Horizon, Path, best_count, fastest_path
from candidate_api.forecast.states import Binding, NoPath, Reason
from candidate_api.forecast.timetable import Coming, coming, next_sitting
from candidate_api.results.states import Penalty

THESIS = Group(9, "graduation", (Line("99999", 0, category=Category.GRADUATION),))
APRIL = {"00001": 1, "00002": 2, "00003": 3}
OCTOBER = {"00001": 1, "00004": 1, "00005": 1, "00006": 4}


def session(code: str, slots: dict[str, int], **more: object) -> Coming:
    return Coming(code, date(int(code[:4]), int(code[5:]), 20), **{"max_courses": 4, "slots": slots, **more})


def years(*first: Coming) -> tuple[Coming, ...]:
    known = (session("2026-04", APRIL), session("2026-10", OCTOBER), *first)
    return coming(known, "2026-10", frozenset({"2026-04", "2026-10"}))


def plan(*codes: str, **more: object) -> Plan:
    group = Group(1, "all_of", tuple(Line(code, 5) for code in codes))
    return Plan("x", "1", "associate", 1, 1, (group, *more.pop("groups", ())), **more)


def way(asked: Plan, horizon: Horizon, passed: str = "", known: tuple[Exchange, ...] = ()) -> Explained:
    passes, today = [Pass(code) for code in passed.split()], holding(known, "2026-10")
    tally = best_count(asked, passes, today)
    assert tally is not None
    found = forecast(asked, passes, today, tally)
    path = fastest_path(asked, passes, known, horizon, remaining=found.remaining)
    return Explained(asked, path, horizon, found.courses_passed)


def seen(explained: Explained) -> list[str]:
    return [f"{explained.sessions[s.place].code} {s.slot} {s.course}" for s in explained.path.steps]


def why(explained: Explained) -> dict[str, Reason]:
    return {step.course: explained.because(step).reason for step in explained.path.steps}


def test_a_session_to_come_is_like_the_last_of_its_half_year() -> None:
    sessions = years(session("2027-04", {"00002": 1}))
    assert [(s.code, s.assumed, s.like) for s in sessions[:4]] == [
        ("2027-04", False, ""),
        ("2027-10", True, "2026-10"),
        ("2028-04", True, "2027-04"),
        ("2028-10", True, "2026-10"),
    ]
    assert (len(sessions), sessions[2].slots, sessions[2].first_day) == (20, {"00002": 1}, date(2028, 4, 20))


def test_an_announced_session_without_a_timetable_is_as_usual() -> None:
    sessions = years(session("2027-04", {}, assumed=True, max_courses=3))
    assert (sessions[0].slots, sessions[0].like, sessions[0].max_courses) == (APRIL, "2026-04", 3)


def test_nothing_is_known_of_a_half_year_that_never_was() -> None:
    assert coming([], "2026-10") == ()
    only = coming([session("2026-04", APRIL)], "2026-10", frozenset({"2026-04"}))
    assert {s.code[5:] for s in only} == {"04"}
    assert next_sitting(only, "00004") is None


def test_a_session_of_no_half_year_is_not_reckoned_with() -> None:
    usual = [(s.code, s.like) for s in years(session("2027-04", {}, assumed=True))]
    odd = [Coming("2027-07", date(2027, 7, 3), 4, assumed=True), Coming("2028-99", date(2028, 7, 1), 4, {"00002": 1})]
    assert [(s.code, s.like) for s in years(session("2027-04", {}, assumed=True), *odd)] == usual


def test_three_courses_of_one_slot_take_three_octobers() -> None:
    found = way(plan("00004", "00005", "00002"), Horizon(years()))
    assert seen(found) == ["2027-04 2 00002", "2027-10 1 00004", "2028-10 1 00005"]
    [bound] = found.bounds()
    assert (bound.binding, set(bound.courses), bound.month, bound.slot) == (Binding.SLOT, {"00004", "00005"}, 10, 1)
    assert why(found)["00005"] == Reason.CLASH
    names = {"00004": "合同法", "00005": "国际法"}
    assert (
        texts.because(found.because(found.path.steps[2]), names)
        == "2027年10月第一天上午已安排合同法，同一场次只能考一门。"
    )
    assert texts.bound(bound, names).endswith("都只在10月第一天上午开考，每次只能考其中一门。")


def test_a_course_of_both_half_years_gives_way() -> None:
    found = way(plan("00001", "00004"), Horizon(years()))
    assert seen(found) == ["2027-04 1 00001", "2027-10 1 00004"]


def test_a_session_takes_so_many_courses() -> None:
    found = way(plan("00001", "00002", "00003"), Horizon(years(session("2027-04", APRIL, max_courses=2))))
    assert [line[:7] for line in seen(found)] == ["2027-04", "2027-04", "2027-10"]
    # One of the three could also sit in October, so that two sessions do.
    assert found.path.length == 2
    assert Binding.LIMIT in {bound.binding for bound in found.bounds()}


def test_a_practice_part_comes_after_its_theory_or_what_stands_for_it() -> None:
    practice = Line("00012", 2, practice_of="00002", practice=True)
    asked = Plan("x", "1", "associate", 1, 1, (Group(1, "all_of", (Line("00002", 5), practice)),))
    found = way(asked, Horizon(years()))
    assert seen(found) == ["2027-04 2 00002", "2027-10 None 00012"]
    assert [bound.binding for bound in found.bounds()] == [Binding.PRACTICE, Binding.SEASON]
    assert seen(way(asked, Horizon(years()), "00002")) == ["2027-04 None 00012"]
    old = Group(1, "all_of", (Line("00090", 5), replace(practice, practice_of="00090")))
    found = way(replace(asked, groups=(old,)), Horizon(years()), known=(Exchange(("00002",), ("00090",)),))
    assert seen(found) == ["2027-04 2 00002", "2027-10 None 00012"]


def test_the_thesis_waits_for_85_percent() -> None:
    asked = plan("00001", "00002", "00003", "00006", groups=(THESIS,))
    found = way(asked, Horizon(years()))
    assert seen(found)[-1] == "2028-04 None 99999"
    assert Binding.THESIS in {bound.binding for bound in found.bounds()}
    seven = plan(*(f"0000{n}" for n in range(1, 8)), groups=(THESIS,))
    passed = "00001 00002 00004 00005 00006 00007"  # six of seven are 86 percent
    assert seen(way(seven, Horizon(years()), passed)) == ["2027-04 3 00003", "2027-04 None 99999"]


def test_what_was_entered_stays_and_takes_its_place() -> None:
    first = session("2027-04", APRIL, entered={"00002": 2, "77777": 1}, is_open=False)
    found = way(plan("00001", "00002", "00003"), Horizon(years(first)))
    assert seen(found)[0] == "2027-04 2 00002"
    assert why(found) == {"00002": Reason.ENTERED, "00001": Reason.SOONEST, "00003": Reason.SOONEST}
    still_open = replace(first, is_open=True)
    found = way(plan("00001", "00002", "00003"), Horizon(years(still_open)))
    assert seen(found) == ["2027-04 2 00002", "2027-04 3 00003", "2027-10 1 00001"]
    assert found.because(found.path.steps[2]).course == "77777"


def test_the_majors_last_exam_is_a_hard_end_but_not_for_practice() -> None:
    asked = plan("00004", "00005")
    closing = Horizon(years(), "2027-10", date(2028, 12, 31))
    assert way(asked, closing).path == Path(problem=NoPath.CLOSING)
    assert way(plan("00004"), closing).path.length == 2
    practice = Line("00014", 2, practice_of="00004", practice=True)
    late = plan("00004", groups=(Group(2, "all_of", (practice,)),))
    assert seen(way(late, closing)) == ["2027-10 1 00004", "2028-04 None 00014"]


def test_nothing_is_sat_while_one_is_stopped() -> None:
    stopped = (Discipline(Penalty.SUSPENDED, date(2027, 1, 1), date(2027, 12, 31)),)
    assert seen(way(plan("00002"), Horizon(years(), disciplines=stopped))) == ["2028-04 2 00002"]
    delayed = (Discipline(Penalty.GRADUATION_DELAYED, date(2027, 1, 1), date(2027, 12, 31)),)
    assert seen(way(plan("00002"), Horizon(years(), disciplines=delayed))) == ["2027-04 2 00002"]


def test_a_course_that_nobody_sets_is_named_and_the_rest_is_planned() -> None:
    found = way(plan("00002", "00099"), Horizon(years()))
    assert (found.path.problem, [line.course for line in found.path.unknown]) == (NoPath.UNKNOWN, ["00099"])
    assert seen(found) == ["2027-04 2 00002"]
    instead = way(plan("00002", "00099"), Horizon(years()), known=(Exchange(("00003",), ("00099",)),))
    assert [line.course for line in instead.path.steps[1].lines] == ["00099"]
    assert instead.path.problem is None


def test_the_quicker_of_a_choice_is_taken_and_the_other_explained() -> None:
    choice = Group(2, "one_of", (Line("00005", 9), Line("00003", 3), Line("00098", 3)))
    asked = plan("00004", groups=(choice,))
    found = way(asked, Horizon(years()))
    assert seen(found) == ["2027-04 3 00003", "2027-10 1 00004"]
    slow, unset = found.alternatives(found.path.steps[0])
    assert (slow.line.course, slow.session, slow.clash, slow.in_time) == ("00005", "2027-10", "00004", False)
    assert (unset.line.course, unset.session) == ("00098", "")
    assert texts.alternative(slow, {"00005": "国际法"}) == "也可选国际法，但2027年10月第一天上午与00004冲突。"


def test_who_has_finished_needs_no_path() -> None:
    assert way(plan("00002"), Horizon(years()), "00002").path == Path()


@pytest.mark.parametrize("codes", [("00001", "00002", "00003", "00006"), ("00006", "00003", "00002", "00001")])
def test_the_path_is_the_same_each_time(codes: tuple[str, ...]) -> None:
    found = {tuple(seen(way(plan(*codes), Horizon(years())))) for _ in range(3)}
    assert len(found) == 1


def test_what_is_sat_again_though_passed_takes_its_slot_and_counts_once() -> None:
    first = session("2027-04", APRIL, entered={"00001": 1, "00002": 2})
    seven = plan(*(f"0000{n}" for n in range(1, 8)), groups=(THESIS,))
    found = way(seven, Horizon(years(first)), "00001 00002 00004 00005 00006 00007")
    assert seen(found) == ["2027-04 3 00003", "2027-04 None 99999"]
    clash = way(plan("00001", "00008"), Horizon(years(replace(first, slots={"00008": 1}))), "00001")
    assert seen(clash) == ["2028-04 1 00008"]


def test_an_exchange_to_come_is_used_from_its_session_on() -> None:
    later = (Exchange(("00090",), ("00099",), "2027-10"),)
    held = way(plan("00099", "00002"), Horizon(years()), "00090", later)
    assert (seen(held), held.path.length, held.path.exchanges) == (["2027-04 2 00002"], 2, later)
    words = texts.bound(held.bounds()[0], {"00090": "旧课", "00099": "新课"})
    assert words == "自2027年10月起，旧课（00090）可以顶替新课（00099）。"
    alone = way(plan("00099"), Horizon(years()), "00090", later)
    assert (alone.path.steps, alone.path.length, alone.path.problem) == ((), 2, None)
    sat = way(plan("00099"), Horizon(years()), known=(Exchange(("00002",), ("00099",), "2028-04"),))
    assert (seen(sat), sat.path.length) == (["2027-04 2 00002"], 3)
    soon = way(plan("00001"), Horizon(years()), "00090", (Exchange(("00090",), ("00001",), "2028-04"),))
    assert (seen(soon), soon.path.exchanges) == (["2027-04 1 00001"], ()), "who waits for it would finish later"


def test_an_exchange_that_ends_is_not_used_after() -> None:
    ends = (Exchange(("00090",), ("00002",), "2020-04", "2027-04"),)
    assert seen(way(plan("00002", "00003"), Horizon(years()), "00090", ends)) == ["2027-04 3 00003"]
    assert seen(way(plan("00002", "00006"), Horizon(years()), "00090", ends)) == ["2027-04 2 00002", "2027-10 4 00006"]
    gone = (Exchange(("00090",), ("00099",), "2020-04", "2027-04"),)
    found = way(plan("00099", "00006"), Horizon(years()), "00090", gone)
    assert (found.path.problem, [line.course for line in found.path.unknown]) == (NoPath.UNKNOWN, ["00099"])


def test_practice_and_thesis_wait_for_the_exchange_that_counts_their_courses() -> None:
    practice = Line("00012", 2, practice_of="00099", practice=True)
    asked = Plan("x", "1", "associate", 1, 1, (Group(1, "all_of", (Line("00099", 5), practice)),))
    later = (Exchange(("00090",), ("00099",), "2027-10"),)
    assert seen(way(asked, Horizon(years()), "00090", later)) == ["2027-10 None 00012"]
    written = plan("00099", "00002", groups=(THESIS,))
    assert seen(way(written, Horizon(years()), "00090", later)) == ["2027-04 2 00002", "2027-10 None 99999"]
