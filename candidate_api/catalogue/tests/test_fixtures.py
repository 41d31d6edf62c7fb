"""The reference data says what the office's tables say. The figures here were written down by hand."""

import json
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from candidate_api.catalogue import queries, rules, stamps
from candidate_api.catalogue.models import (
    Area,
    CodeItem,
    Course,
    District,
    Major,
    PlanVersion,
    School,
    Substitution,
    Textbook,
)
from candidate_api.catalogue.tests.reference import FILES
from candidate_api.sessions.models import Offering
from portal.kernel.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

# (major, version) → credits and courses asked for; courses listed, practice parts among them counted apart;
# credits of whoever fulfils every group with the least and with the most.
PLANS = {
    ("080901", "2026"): (73, 15, 16, 6, 73, 76),
    ("030101K", "2024"): (74, 16, 16, 0, 74, 74),
    ("030101K", "2026"): (77, 17, 17, 0, 77, 77),
    ("050101", "2024"): (73, 13, 16, 0, 73, 83),
    ("050101", "2026"): (76, 14, 17, 0, 76, 86),
    ("040106", "2024"): (70, 14, 17, 4, 70, 70),
    ("040106", "2026"): (73, 15, 18, 4, 73, 73),
    ("120203K", "2024"): (70, 14, 14, 1, 70, 70),
    ("120203K", "2026"): (73, 15, 15, 1, 73, 73),
    ("101101", "2024"): (70, 13, 14, 2, 70, 77),
    ("101101", "2026"): (73, 14, 15, 2, 73, 80),
    ("120402", "2024"): (71, 14, 15, 0, 71, 71),
    ("120402", "2026"): (74, 15, 16, 0, 74, 74),
    ("120201K", "2024"): (71, 14, 14, 2, 71, 71),
    ("120201K", "2026"): (74, 15, 15, 2, 74, 74),
    ("530601", "2024"): (70, 15, 15, 3, 70, 70),
    ("570102K", "2024"): (79, 15, 15, 6, 79, 79),
}
GRADUATION = {
    "080901": "14976",
    "030101K": "14850",
    "050101": "10196",
    "040106": "10224",
    "120203K": "14848",
    "101101": "10225",
    "120402": "10197",
    "120201K": "14790",
}
PRACTICES = {
    "13014": "13013",
    "13004": "13003",
    "02334": "02333",
    "00899": "00898",
    "04736": "04735",
    "04748": "04747",
    "14606": "14605",
    "14604": "14603",
    "13214": "13213",
    "13148": "13147",
    "13753": "13752",
    "13205": "13204",
    "13207": "13206",
    "00052": "00051",
    "01465": "03346",
    "14198": None,
    "00019": "00018",
    "00897": "00896",
    "13676": "13675",
    "14602": "14601",
    "14496": "14495",
    "14505": "14504",
    "14498": "14497",
    "14503": "14502",
    "14500": "14499",
}


def plans() -> dict[tuple[str, str], rules.Plan]:
    rows = PlanVersion.objects.select_related("major")
    return {(row.major.code, row.code): queries.facts(queries.plan_of(row.major, row.code)) for row in rows}


def test_every_plan_has_its_figures() -> None:
    found = {}
    for key, plan in plans().items():
        lines = [line for group in plan.groups for line in group.lines if group.rule != "graduation"]
        practice = sum(line.practice_of is not None for line in lines)
        reached = rules.reach(plan)
        found[key] = (
            plan.credits_required,
            plan.courses_required,
            len(lines) - practice,
            practice,
            reached.least_credits,
            reached.most_credits,
        )
    assert found == PLANS


def test_who_fulfils_every_group_has_enough_courses() -> None:
    assert {key: rules.reach(plan).least_courses for key, plan in plans().items()} == {
        key: figures[1] for key, figures in PLANS.items()
    }


def test_no_plan_has_faults() -> None:
    assert {key: rules.faults(plan) for key, plan in plans().items()} == {key: [] for key in PLANS}


def test_every_bachelor_plan_ends_with_its_graduation_part() -> None:
    found = {}
    for (major, _), plan in plans().items():
        last = plan.groups[-1]
        if last.rule == "graduation":
            (line,) = last.lines
            assert line.credits == 0
            found[major] = line.course
    assert found == GRADUATION


def test_groups_that_let_one_choose() -> None:
    chosen = {}
    for (major, version), plan in plans().items():
        for group in plan.groups:
            if group.rule not in ("all_of", "graduation") and version == "2026":
                lines = [(line.course, line.credits, line.set_no) for line in group.lines]
                chosen.setdefault(major, []).append((group.rule, group.min_courses, group.min_credits, lines))
    languages = ("one_of", 0, 0, [("13000", 7, None), ("14970", 7, None)])
    assert chosen == {
        "080901": [("one_of", 0, 0, [("13017", 6, None), ("04751", 3, None)])],
        "050101": [
            languages,
            (
                "choose",
                3,
                14,
                [("03954", 5, None), ("07827", 5, None), ("10398", 5, None), ("14025", 5, None), ("00814", 4, None)],
            ),
        ],
        "040106": [
            languages,
            ("one_of_sets", 0, 0, [("11191", 4, 1), ("11190", 4, 1), ("11192", 4, 2), ("03670", 4, 2)]),
        ],
        "101101": [
            ("one_of", 0, 0, [("13000", 7, None)]),
            (
                "choose",
                4,
                20,
                [("03006", 5, None), ("03005", 5, None), ("04435", 5, None), ("13198", 5, None), ("03700", 7, None)],
            ),
        ],
        "120402": [languages],
    }


def test_public_politics_by_plan_version() -> None:
    politics = {}
    for (major, version), plan in plans().items():
        first = {line.course: line.credits for line in plan.groups[0].lines}
        politics[major, version] = {code: first[code] for code in first if code.startswith(("1504", "037", "126"))}
    old, new = {"03708": 2, "03709": 4}, {"15040": 3, "15043": 3, "15044": 3}
    associate = {"03706": 2, "12656": 4}
    expected = {key: new if key[1] == "2026" else old for key in PLANS}
    expected |= {("530601", "2024"): associate, ("570102K", "2024"): associate}
    assert politics == expected


def test_practice_parts_belong_to_their_theory_courses() -> None:
    rows = Course.objects.filter(is_practice=True).values_list("code", "theory__code")
    assert dict(rows) == PRACTICES


def test_substitutions_run_in_no_circle() -> None:
    pairs = list(Substitution.objects.values_list("old__code", "new__code"))
    assert {("03708", "15043"), ("03709", "15044"), ("12656", "15041"), ("03706", "15042")} <= set(pairs)
    assert list(queries.substitution_faults()) == []


def test_who_passed_the_old_politics_has_the_new_ones() -> None:
    assert rules.credited({"03708", "00023"}, queries.swaps("2026-10")) == {"03708", "00023", "15043"}
    assert rules.credited({"15044"}, queries.swaps("2026-10")) == {"15044", "03709"}
    assert rules.credited({"03708"}, queries.swaps("2025-10")) == {"03708"}


def test_host_schools_and_majors() -> None:
    hosts = {
        major.code: (major.school.code if major.school else None, [school.code for school in major.co_schools.all()])
        for major in Major.objects.filter(plans__is_current=True)
    }
    assert hosts == {
        "080901": ("10595", []),
        "030101K": ("10608", ["10593"]),
        "050101": ("10602", []),
        "040106": ("10602", []),
        "120203K": ("11548", []),
        "101101": ("10598", []),
        "120402": ("10593", []),
        "120201K": ("10593", []),
        "530601": ("10593", []),
        "570102K": ("10603", []),
    }
    assert School.objects.count() == 13
    assert Counter(Major.objects.values_list("status", flat=True)) == {"open": 17, "closing": 1}


def test_districts_and_their_counties() -> None:
    counties = Counter(Area.objects.values_list("district__name", flat=True))
    assert counties == {
        "南宁市": 12,
        "柳州市": 10,
        "桂林市": 17,
        "梧州市": 7,
        "北海市": 4,
        "防城港市": 4,
        "钦州市": 4,
        "贵港市": 5,
        "玉林市": 7,
        "百色市": 12,
        "贺州市": 5,
        "河池市": 11,
        "来宾市": 6,
        "崇左市": 7,
    }
    assert District.objects.count() == 14
    assert all(area.code[:4] == area.district.code[:4] for area in Area.objects.select_related("district"))


def test_code_lists() -> None:
    lists = Counter(CodeItem.objects.values_list("list", flat=True))
    assert lists == {
        "ethnicity": 57,  # and what a foreigner is
        "political_status": 13,
        "education": 7,
        "occupation": 10,
        "household_type": 3,
        "id_type": 7,
        "candidate_category": 4,
        "gender": 2,
        "province": 34,
    }
    assert queries.code_list("ethnicity").get(code="08").label == "壮族"
    assert queries.code_list("political_status").get(code="13").label == "群众"
    assert queries.code_list("education").first().label == "小学"


def test_the_october_timetable() -> None:
    slots = Counter(Offering.objects.filter(session__code="2026-10").values_list("slot", flat=True))
    assert slots == {1: 25, 2: 30, 3: 22, 4: 22}
    slot_of = dict(Offering.objects.filter(session__code="2026-10").values_list("course__code", "slot"))
    clashes = [
        ("00230", "00247", "00249", "15044"),
        ("00538", "00539", "15043"),
        ("00537", "00541", "13000"),
        ("00023", "13003", "13013", "13017", "15040"),
    ]
    assert [{slot_of[code] for code in clash} for clash in clashes] == [{1}, {3}, {4}, {2}]


def test_every_written_course_of_a_current_plan_is_set_in_one_of_two_sessions() -> None:
    offered = set(
        Offering.objects.filter(session__code__in=["2026-10", "2027-04"]).values_list("course__code", flat=True)
    )
    written = set(Course.objects.filter(assessment="written").values_list("code", flat=True))
    replaced = {"03706": "15042", "12656": "15041"}
    for (major, version), plan in plans().items():
        if (major, version) in {(m, v) for m, v in PLANS if v == "2026"} or major in {"530601", "570102K"}:
            missing = {replaced.get(code, code) for code in plan.courses if code in written} - offered
            assert (major, missing) == (major, set())


def test_october_leaves_out_what_april_sets() -> None:
    october = set(Offering.objects.filter(session__code="2026-10").values_list("course__code", flat=True))
    april = set(Offering.objects.filter(session__code="2027-04").values_list("course__code", flat=True))
    # fmt: off
    left_out = [
        "07827", "10398", "13702", "13749", "00229", "02333", "04747", "03700", "14655", "04863",
        "13752", "03409", "14071", "03346", "04775", "14601", "14603", "14605", "10979", "07992",
        "14495", "14497", "14504",
    ]
    # fmt: on
    assert set(left_out) & october == set()
    assert set(left_out) <= april


def test_textbooks() -> None:
    assert Textbook.objects.count() == 72
    assert Textbook.objects.filter(isbn__isnull=False).count() == 0
    book = Textbook.objects.get(course__code="00023")
    assert (book.title, book.authors, book.publisher, book.edition_year) == (
        "高等数学（工本）",
        "陈兆斗、马鹏",
        "北京大学出版社",
        2023,
    )
    # fmt: off
    without = [
        "00037", "00041", "00051", "00058", "00067", "00874", "00896", "03670", "04183", "09277",
        "10617", "11002", "11190", "11191", "11192", "13415", "13675", "14033", "14070", "14081",
        "14199", "14392", "14499", "14502", "14660", "30001", "30002",
    ]
    # fmt: on
    october = set(Offering.objects.filter(session__code="2026-10").values_list("course__code", flat=True))
    assert sorted(october - set(Textbook.objects.values_list("course__code", flat=True))) == without


def test_django_loads_them_again_without_change() -> None:
    models = (Area, CodeItem, Course, District, Major, PlanVersion, School, Substitution, Textbook, Offering)
    before = {model: list(model.objects.order_by("pk").values()) for model in models}
    call_command("loaddata", *FILES, verbosity=0)
    assert {model: list(model.objects.order_by("pk").values()) for model in models} == before
    assert stamps.current().tag != "0"


def test_our_own_command_changes_nothing_the_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_catalogue")  # the staff's offices are not among this test's fixtures
    capsys.readouterr()
    before = stamps.current(), AuditEntry.objects.count()
    rows = sum(len(json.loads(path.read_text())) for path in (settings.ROOT / "fixtures").glob("[0-9]*.json"))
    call_command("load_catalogue")
    call_command("load_catalogue", "--overwrite")
    same, left = f"基础数据：新增 0，更新 0，未变 {rows}", "已有的记录不改动；要用 fixtures/ 覆盖，请加 --overwrite。"
    assert capsys.readouterr().out.splitlines() == [same, left, same]
    assert (stamps.current(), AuditEntry.objects.count()) == before


def test_a_plan_read_with_one_query_is_the_plan(django_assert_num_queries: Any) -> None:
    for code, plan in queries.current_plans(Major.objects.values_list("code", flat=True)).items():
        with django_assert_num_queries(1):
            plain = queries.plain_plan(code)
        assert plain == queries.facts(plan)
    assert queries.plain_plan("000000") is None
