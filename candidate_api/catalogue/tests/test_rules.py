from dataclasses import replace
from datetime import date

import pytest

from candidate_api.catalogue.rules import (
    Group,
    Line,
    Plan,
    Reach,
    Swap,
    Term,
    course_faults,
    credited,
    faults,
    major_faults,
    reach,
    still_open,
    substitution_circle,
    substitution_faults,
)

CORE = Group(1, "all_of", (Line("00001", 6), Line("00002", 4), Line("00003", 2, practice_of="00002")))
LANGUAGE = Group(2, "one_of", (Line("13000", 7, foreign=True), Line("14970", 7, foreign=True)))
ELECTIVE = Group(
    3,
    "choose",
    (Line("00011", 5), Line("00012", 5), Line("00013", 4)),
    min_courses=2,
    min_credits=9,
    all_without_foreign_language=True,
)
SETS = Group(4, "one_of_sets", (Line("00021", 4, 1), Line("00022", 4, 1), Line("00023", 3, 2)))
THESIS = Group(5, "graduation", (Line("10196", 0, category="graduation"),))
PLAN = Plan("050101", "2024", "bachelor", 31, 6, (CORE, LANGUAGE, ELECTIVE, SETS, THESIS))


def with_group(group: Group) -> Plan:
    groups = tuple(group if old.order == group.order else old for old in PLAN.groups)
    return replace(PLAN, groups=groups)


def test_a_sound_plan_has_no_faults() -> None:
    # Without the language 12 + 0 + 14 + 3, with it at least 12 + 7 + 9 + 3 and at most 12 + 7 + 14 + 8.
    assert reach(PLAN) == Reach(29, 41, 6, 8)
    assert faults(PLAN) == []


def test_a_practice_part_is_no_course_of_its_own_beside_its_theory() -> None:
    alone = replace(CORE, lines=(Line("00001", 6), Line("00003", 2, practice_of=None)))
    assert reach(replace(PLAN, groups=(CORE,))) == Reach(12, 12, 2, 2)
    assert reach(replace(PLAN, groups=(alone,))) == Reach(8, 8, 2, 2)


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (replace(PLAN, credits_required=42), "总学分要求42，各组合计最多只能取得41学分。"),
        (replace(PLAN, courses_required=9), "最少门数要求9，各组合计最多只有8门。"),
        (replace(PLAN, groups=PLAN.groups[:-1]), "本科计划须有且只有一个毕业环节组，现有0个。"),
        (replace(PLAN, level="associate"), "专科计划没有毕业环节组，现有1个。"),
        (with_group(replace(ELECTIVE, min_credits=15)), "第3组要求至少2门、15学分，组内只有3门、14学分。"),
        (with_group(replace(ELECTIVE, min_courses=4)), "第3组要求至少4门、9学分，组内只有3门、14学分。"),
        (with_group(replace(ELECTIVE, min_courses=0)), "第3组是选考组，须填写最少门数。"),
        (with_group(replace(LANGUAGE, min_courses=1)), "第2组不是选考组，不填最少门数、最少学分和不考外语者全选。"),
        (
            with_group(replace(SETS, lines=(*SETS.lines[:2], replace(SETS.lines[2], set_no=1)))),
            "第4组是任选一组，每门课程须有组号，且至少有两组。",
        ),
        (
            with_group(replace(SETS, lines=(replace(SETS.lines[0], set_no=None), *SETS.lines[1:]))),
            "第4组是任选一组，每门课程须有组号，且至少有两组。",
        ),
        (
            with_group(replace(LANGUAGE, lines=(Line("13000", 7, 1, foreign=True), LANGUAGE.lines[1]))),
            "第2组不是任选一组，课程不填组号。",
        ),
        (
            with_group(replace(LANGUAGE, lines=(*LANGUAGE.lines, Line("00001", 7, foreign=True)))),
            "课程00001在计划中列了两次。",
        ),
        (replace(PLAN, groups=(*PLAN.groups, replace(CORE, lines=(Line("00031", 1),)))), "第1组出现了两次。"),
        (
            with_group(replace(CORE, lines=(*CORE.lines, Line("00005", 1, practice_of="00004")))),
            "实践环节00005对应的理论课程00004不在计划中。",
        ),
        (with_group(replace(THESIS, lines=(replace(THESIS.lines[0], credits=4),))), "毕业环节不计学分：10196。"),
        (
            with_group(replace(CORE, lines=(*CORE.lines, Line("10197", 0, category="graduation")))),
            "毕业环节的课程只能列在毕业环节组中，反之亦然：第1组10197。",
        ),
        (with_group(replace(CORE, lines=(*CORE.lines, Line("00006", 0)))), "课程00006没有学分。"),
        (
            replace(with_group(replace(ELECTIVE, lines=())), credits_required=20, courses_required=3),
            "第3组没有课程。",
        ),
        (
            with_group(replace(LANGUAGE, lines=(Line("00098", 7), Line("00099", 7)))),
            "有课程组规定不考外语者全选，但计划中没有外语课程组。",
        ),
        (
            replace(
                PLAN,
                groups=(replace(SETS, lines=(Line("00021", 2, 1), Line("00022", 2, 1), Line("00023", 9, 2))), THESIS),
                credits_required=9,
                courses_required=2,
            ),
            "总学分9和最少门数2不能同时达到。",
        ),
    ],
)
def test_each_fault_is_named_and_nothing_else(plan: Plan, fault: str) -> None:
    assert faults(plan) == [fault]


def test_a_group_of_forty_courses_is_added_up_at_once() -> None:
    many = replace(ELECTIVE, lines=tuple(Line(f"{n:05d}", 1 + n % 5) for n in range(100, 140)), min_credits=60)
    reached = reach(with_group(many))
    assert reached is not None
    assert (reached.least_credits, reached.most_credits) == (12 + 7 + 60 + 3, 12 + 7 + 120 + 8)


def term(code: str, old: str, new: str, since: str = "2024-04", until: str = "") -> Term:
    return Term(code, frozenset(old.split()), frozenset(new.split()), since, until)


def test_a_circle_of_substitutions_is_found() -> None:
    chain = [term("1", "03707", "12656"), term("2", "12656", "15041 15042")]
    assert substitution_circle(chain) == []
    assert substitution_circle([*chain, term("3", "15041", "00001")]) == []
    circle = substitution_circle([*chain, term("3", "15042", "03707")])
    assert (circle[0], set(circle)) == (circle[-1], {"03707", "12656", "15042"})
    assert (circle + circle[1:])[circle.index("03707") :][:2] == ["03707", "12656"], "from the old to the new"


def test_the_way_back_in_other_years_is_no_circle() -> None:
    once = term("1", "00001", "00002", "2020-04", "2023-10")
    assert substitution_circle([once, term("2", "00002", "00001", "2024-04")]) == []
    assert substitution_circle([once, term("2", "00002", "00001", "2023-10")]) != []


def test_a_substitution_has_two_sides() -> None:
    assert list(substitution_faults(term("1", "00001", "00002"))) == []
    assert list(substitution_faults(term("1", "", "00002"))) == ["课程顶替须同时有原课程和现课程。"]
    assert list(substitution_faults(term("1", "00001 00002", "00002"))) == ["课程00002不能顶替自己。"]


def test_a_practice_part_belongs_to_a_theory_course() -> None:
    assert list(course_faults("04736", "04735", theory_is_practice=False)) == []
    assert list(course_faults("04736", "04736", theory_is_practice=True)) == ["课程不能是自己的理论课程。"]
    assert list(course_faults("04736", "14198", theory_is_practice=True)) == [
        "04736对应的理论课程14198本身是实践环节。"
    ]


def test_a_closing_major_has_its_dates_in_order() -> None:
    first, last = date(2024, 7, 1), date(2026, 12, 31)
    assert list(major_faults(no_new_from=None, last_exam="", last_graduation=None)) == []
    assert list(major_faults(no_new_from=first, last_exam="2026-04", last_graduation=last)) == []
    (early,) = major_faults(no_new_from=last, last_exam="2024-04", last_graduation=first)
    assert early == "最后一次毕业审定不能早于停止新生报名。"
    (late,) = major_faults(no_new_from=first, last_exam="2027-04", last_graduation=last)
    assert late == "最后一次课程考试不能晚于最后一次毕业审定。"


class TestCredited:
    def test_one_leads_to_the_next(self) -> None:
        swaps = [Swap(frozenset({"12656"}), frozenset({"15041"})), Swap(frozenset({"03707"}), frozenset({"12656"}))]
        assert credited({"03707"}, swaps) == {"03707", "12656", "15041"}

    def test_all_of_the_old_are_needed(self) -> None:
        swap = Swap(frozenset({"00001", "00002"}), frozenset({"00009"}), mutual=False)
        assert credited({"00001"}, [swap]) == {"00001"}
        assert credited({"00001", "00002"}, [swap]) == {"00001", "00002", "00009"}

    def test_back_again_only_where_it_is_mutual(self) -> None:
        old, new = frozenset({"03708"}), frozenset({"15043"})
        assert credited({"15043"}, [Swap(old, new, mutual=False)]) == {"15043"}
        assert credited({"15043"}, [Swap(old, new, mutual=True)]) == {"15043", "03708"}


class TestStillOpen:
    def test_a_choice_that_is_made_asks_for_nothing_more(self) -> None:
        everything = frozenset(PLAN.courses)
        assert still_open(PLAN, frozenset()) == everything
        assert still_open(PLAN, frozenset({"13000"})) == everything - {"13000", "14970"}
        assert still_open(PLAN, frozenset({"00021"})) == everything - {"00021"}
        assert still_open(PLAN, frozenset({"00023"})) == everything - {"00021", "00022", "00023"}
        assert still_open(PLAN, frozenset({"00011", "00013"})) == everything - {"00011", "00012", "00013"}
        assert still_open(PLAN, frozenset({"00013"})) == everything - {"00013"}
        assert still_open(PLAN, everything) == frozenset()

    def test_all_electives_stand_for_the_language(self) -> None:
        everything = frozenset(PLAN.courses)
        electives = frozenset(line.course for line in ELECTIVE.lines)
        assert still_open(PLAN, electives) == everything - electives - {"13000", "14970"}
