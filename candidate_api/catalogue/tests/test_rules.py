from dataclasses import replace

import pytest

from candidate_api.catalogue.rules import Group, Line, Plan, Reach, Swap, credited, faults, reach, substitution_circle

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
THESIS = Group(5, "graduation", (Line("10196", 0),))
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
        (replace(PLAN, credits_required=42), "42 credits are required, 41 can be reached"),
        (replace(PLAN, courses_required=9), "9 courses are required, 8 can be reached"),
        (replace(PLAN, groups=PLAN.groups[:-1]), "0 graduation parts in a plan of level bachelor"),
        (replace(PLAN, level="associate"), "1 graduation parts in a plan of level associate"),
        (with_group(replace(ELECTIVE, min_credits=15)), "some group cannot be fulfilled"),
        (with_group(replace(SETS, lines=(Line("00021", 4, 1),))), "group 4 needs at least two numbered sets"),
        (with_group(replace(SETS, lines=(Line("00021", 4), Line("00022", 4, 1)))), "group 4 needs at least two"),
        (
            with_group(replace(LANGUAGE, lines=(Line("13000", 7, 1, foreign=True),))),
            "group 2 has numbered sets that its rule does not know",
        ),
        (with_group(replace(LANGUAGE, lines=(Line("00001", 7, foreign=True),))), "course 00001 is listed twice"),
        (
            with_group(replace(CORE, lines=(Line("00003", 9, practice_of="00002"),))),
            "practice 00003 without its theory course 00002",
        ),
        (with_group(replace(THESIS, lines=(Line("10196", 4),))), "group 5 is the graduation part and gives no credits"),
        (with_group(replace(LANGUAGE, lines=())), "group 2 is empty"),
        (
            with_group(replace(LANGUAGE, lines=(Line("00098", 7), Line("00099", 7)))),
            "a group replaces a foreign language that no group asks for",
        ),
    ],
)
def test_each_fault_is_named(plan: Plan, fault: str) -> None:
    assert [found for found in faults(plan) if found.startswith(fault)] != []


def test_a_circle_of_substitutions_is_found() -> None:
    assert substitution_circle([("03707", "12656"), ("12656", "15041")]) == []
    circle = substitution_circle([("03707", "12656"), ("12656", "15041"), ("15041", "03707")])
    assert set(circle) == {"03707", "12656", "15041"}


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
