from typing import Any

import pytest
import time_machine

from candidate_api.catalogue.models import (
    Area,
    CodeItem,
    Course,
    District,
    Major,
    PlanCourse,
    PlanGroup,
    PlanVersion,
    School,
    Substitution,
    Textbook,
)

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"


def get(api: Any, path: str, **query: Any) -> Any:
    response = api.get(f"{BASE}{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def codes(page: dict[str, Any]) -> list[str]:
    return [row["code"] for row in page["results"]]


@pytest.mark.usefixtures("reference")
class TestMajors:
    def test_one_row(self, api: Any) -> None:
        page = get(api, "majors/", q="法学")
        assert page["count"] == 1
        assert page["results"] == [
            {
                "code": "030101K",
                "name": "法学",
                "old_code": "A030106",
                "level": "bachelor",
                "level_label": "本科（专升本）",
                "school": {"code": "10608", "name": "广西民族大学"},
                "co_schools": [{"code": "10593", "name": "广西大学"}],
                "discipline": "法学",
                "degree": "法学学士",
                "open_kind": "public",
                "open_kind_label": "面向社会",
                "status": "open",
                "status_label": "开考",
                "no_new_from": None,
                "last_exam": "",
                "last_graduation": None,
                "restriction": "",
                "credits_required": 77,
                "courses_required": 17,
            }
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "会计"}, ["120203K"]),
            ({"q": "120203k"}, ["120203K"]),
            ({"q": " 学前 ", "level": "associate"}, ["570102K"]),
            ({"school": "10593"}, ["030101K", "120201K", "120402", "530601"]),
            ({"school": "99999"}, []),
            ({"status": "closing"}, ["590202"]),
            ({"level": "associate"}, ["530601", "570102K", "590202", "590206"]),
            ({"q": "%"}, []),
        ],
    )
    def test_filters(self, api: Any, query: dict[str, str], found: list[str]) -> None:
        assert codes(get(api, "majors/", **query)) == found

    def test_a_closing_major_says_until_when(self, api: Any) -> None:
        major = get(api, "majors/590202/")
        assert (major["no_new_from"], major["last_exam"], major["last_graduation"], major["plan"]) == (
            "2024-07-01",
            "2026-04",
            "2026-12-31",
            None,
        )
        assert (major["versions"], major["substitutions"]) == ([], [])

    def test_its_plan(self, api: Any) -> None:
        major = get(api, "majors/050101/")
        plan = major["plan"]
        assert (plan["version"], plan["credits_required"], plan["courses_required"]) == ("2026", 76, 14)
        assert [(g["label"], g["rule"], len(g["courses"])) for g in plan["groups"]] == [
            ("公共课程", "all_of", 3),
            ("外语任选一门", "one_of", 2),
            ("必考课程", "all_of", 7),
            ("选考课程", "choose", 5),
            ("毕业环节（不计学分）", "graduation", 1),
        ]
        chosen = plan["groups"][3]
        assert (chosen["min_courses"], chosen["min_credits"], chosen["all_without_foreign_language"]) == (3, 14, True)
        line = chosen["courses"][0]
        assert (line["course"]["code"], line["course"]["name"], line["credits"]) == ("03954", "现代公文写作", 5)
        assert [v["version"] for v in major["versions"]] == ["2026", "2024"]
        assert {s["code"] for s in major["substitutions"]} == {"03708-15043", "03709-15044", "00015-13000"}

    def test_an_earlier_plan(self, api: Any) -> None:
        plan = get(api, "majors/050101/", version="2024")["plan"]
        assert [line["course"]["code"] for line in plan["groups"][0]["courses"]] == ["03708", "03709"]
        assert (plan["credits_required"], plan["is_current"]) == (73, False)

    def test_practice_parts_name_their_theory_course(self, api: Any) -> None:
        lines = get(api, "majors/080901/")["plan"]["groups"][1]["courses"]
        assert {line["course"]["code"]: (line["course"]["theory"] or {}).get("code") for line in lines[:3]} == {
            "02324": None,
            "13013": None,
            "13014": "13013",
        }


@pytest.mark.usefixtures("reference")
class TestCoursesAndTextbooks:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "公文"}, ["03954"]),
            ({"q": "0395"}, ["03954"]),
            ({"q": "数据", "major": "080901"}, ["04735", "04736", "13003", "13004"]),
            ({"major": "590206"}, []),
        ],
    )
    def test_courses(self, api: Any, query: dict[str, str], found: list[str]) -> None:
        assert codes(get(api, "courses/", **query)) == found

    def test_a_course_in_its_plans(self, api: Any) -> None:
        course = get(api, "courses/03954/")
        assert [(p["major"]["code"], p["rule"], p["credits"]) for p in course["plans"]] == [
            ("050101", "choose", 5),
            ("120402", "all_of", 5),
        ]
        assert [t["title"] for t in course["textbooks"]] == ["应用写作"]
        assert (course["theory"], course["practices"], course["substitutions"]) == (None, [], [])

    def test_a_theory_course_and_its_practice(self, api: Any) -> None:
        assert get(api, "courses/04735/")["practices"] == [{"code": "04736", "name": "数据库系统原理（实践）"}]
        assert get(api, "courses/04736/")["theory"] == {"code": "04735", "name": "数据库系统原理"}

    def test_what_stands_for_a_course(self, api: Any) -> None:
        (swap,) = get(api, "courses/15043/")["substitutions"]
        assert (swap["old"], swap["new"]) == (
            [{"code": "03708", "name": "中国近现代史纲要"}],
            [{"code": "15043", "name": "中国近现代史纲要"}],
        )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "犯罪"}, ["13144"]),
            ({"q": "吴汉东"}, ["00226"]),
            ({"course": "00023"}, ["00023"]),
            ({"course": "00023", "session": "2026-10"}, ["00023"]),
            ({"course": "00023", "session": "2025-10"}, []),
            ({"major": "530601"}, ["00144", "13124", "13125", "13126", "13886", "15041", "15042"]),
        ],
    )
    def test_textbooks(self, api: Any, query: dict[str, str], found: list[str]) -> None:
        page = get(api, "textbooks/", **query)
        assert [row["course"]["code"] for row in page["results"]] == found

    def test_a_book_that_is_no_longer_set(self, api: Any) -> None:
        Textbook.objects.filter(course__code="00023").update(valid_to="2026-10")
        assert get(api, "textbooks/", course="00023", session="2026-10")["count"] == 1
        assert get(api, "textbooks/", course="00023", session="2027-04")["count"] == 0


@pytest.mark.usefixtures("reference")
class TestShortLists:
    def test_districts_with_their_counties(self, api: Any) -> None:
        page = get(api, "districts/")
        assert (page["count"], page["next"]) == (14, None)
        assert page["results"][4] == {
            "code": "450500",
            "name": "北海市",
            "areas": [
                {"code": "450502", "name": "海城区"},
                {"code": "450503", "name": "银海区"},
                {"code": "450512", "name": "铁山港区"},
                {"code": "450521", "name": "合浦县"},
            ],
        }

    def test_schools(self, api: Any) -> None:
        assert get(api, "schools/")["results"][0] == {"code": "10593", "name": "广西大学"}

    def test_a_code_list_comes_whole_and_in_its_order(self, api: Any) -> None:
        page = get(api, "codes/ethnicity/")
        assert (page["count"], len(page["results"]), page["next"]) == (56, 56, None)
        assert page["results"][7] == {"code": "08", "label": "壮族"}
        assert codes(get(api, "codes/id_type/")) == [
            "resident_id",
            "hk_macao_permit",
            "taiwan_permit",
            "hmt_residence",
            "passport",
            "foreign_residence",
            "military",
        ]

    def test_pages(self, api: Any) -> None:
        page = get(api, "codes/ethnicity/", page=2, page_size=10)
        assert (codes(page)[0], len(page["results"])) == ("11", 10)


class TestRefusals:
    @pytest.mark.parametrize(
        "path", ["majors/999999/", "courses/99999/", "codes/nothing/", "exam-sessions/2031-04/", "majors/?page=9"]
    )
    def test_what_is_not_there_is_404(self, api: Any, path: str) -> None:
        response = api.get(BASE + path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
        assert not response.has_header("ETag")

    @pytest.mark.parametrize(
        ("path", "field", "code"),
        [
            ("majors/?level=master", "level", "invalid_choice"),
            ("majors/?school=1", "school", "invalid"),
            ("majors/?status=gone", "status", "invalid_choice"),
            ("majors/?levle=bachelor", "levle", "unknown_field"),
            ("majors/?q=" + "x" * 51, "q", "max_length"),
            ("majors/?q=%00", "q", "null_characters_not_allowed"),
            ("courses/?major=abc", "major", "invalid"),
            ("textbooks/?course=123", "course", "invalid"),
            ("textbooks/?session=2026", "session", "invalid"),
            ("exam-plans/?slot=5", "slot", "invalid_choice"),
            ("exam-plans/?session=2026-10%0a", "session", "invalid"),
            ("districts/?q=x", "q", "unknown_field"),
            ("exam-sessions/?closed=1", "closed", "unknown_field"),
        ],
    )
    def test_a_bad_filter_is_named(self, api: Any, path: str, field: str, code: str) -> None:
        response = api.get(BASE + path)
        problem = response.json()
        assert (response.status_code, problem["code"]) == (400, "validation_failed")
        assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
        assert not response.has_header("ETag")

    @pytest.mark.usefixtures("reference")
    def test_an_unknown_plan_version_is_named(self, api: Any) -> None:
        response = api.get(f"{BASE}majors/050101/?version=1999")
        assert response.status_code == 400
        assert [(e["field"], e["code"]) for e in response.json()["errors"]] == [("version", "unknown")]


class TestConditional:
    def test_304_until_something_changes(self, api: Any) -> None:
        with time_machine.travel("2026-11-23T08:00:00Z", tick=False):
            School.objects.create(code="10593", name="广西大学")
        first = api.get(f"{BASE}schools/")
        assert first["Cache-Control"] == "public, max-age=60"
        assert first["Last-Modified"] == "Mon, 23 Nov 2026 08:00:00 GMT"
        again = api.get(f"{BASE}schools/", HTTP_IF_NONE_MATCH=first["ETag"])
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        since = api.get(f"{BASE}schools/", HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
        assert since.status_code == 304
        School.objects.create(code="10594", name="广西科技大学")
        changed = api.get(f"{BASE}schools/", HTTP_IF_NONE_MATCH=first["ETag"])
        assert (changed.status_code, changed.json()["count"]) == (200, 2)
        assert changed["ETag"] != first["ETag"]

    def test_304_costs_one_query(self, api: Any, django_assert_num_queries: Any) -> None:
        School.objects.create(code="10593", name="广西大学")
        tag = api.get(f"{BASE}majors/")["ETag"]
        with django_assert_num_queries(1):
            assert api.get(f"{BASE}majors/", HTTP_IF_NONE_MATCH=tag).status_code == 304

    def test_another_language_is_another_answer(self, api: Any) -> None:
        chinese = api.get(f"{BASE}schools/")
        english = api.get(f"{BASE}schools/", HTTP_ACCEPT_LANGUAGE="en", HTTP_IF_NONE_MATCH=chinese["ETag"])
        assert english.status_code == 200
        assert "Accept-Language" in english["Vary"]
        assert "Cookie" not in english["Vary"]

    def test_nobody_is_asked_who_they_are(self, api: Any) -> None:
        assert api.get(f"{BASE}schools/", HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200


def populate(n: int) -> None:
    """`n` of everything that lists show, each major with a plan of its own."""
    district = District.objects.create(code="450100", name="南宁市")
    for i in range(n):
        school = School.objects.create(code=f"{10000 + i}", name=f"学校{i}")
        other = School.objects.create(code=f"{20000 + i}", name=f"学校{i}")
        theory = Course.objects.create(
            code=f"{10000 + i}", name="理论", assessment="written", paper="national", category="core"
        )
        practice = Course.objects.create(
            code=f"{20000 + i}", name="实践", assessment="practice", paper="school", category="core", is_practice=True,
            theory=theory,
        )  # fmt: skip
        major = Major.objects.create(
            code=f"{100000 + i}", name="专业", level="bachelor", discipline="工学", school=school
        )
        major.co_schools.add(other)
        plan = PlanVersion.objects.create(
            major=major, code="2026", valid_from="2026-04", credits_required=6, courses_required=1, is_current=True
        )
        group = PlanGroup.objects.create(plan=plan, order=1, label="必考", rule="all_of")
        for course in (theory, practice):
            PlanCourse.objects.create(group=group, course=course, order=1, credits=3, category="core")
        Textbook.objects.create(
            course=theory, title="书", publisher="社", edition_year=2026, valid_from="2026-04", valid_to=""
        )
        Area.objects.create(code=f"{450101 + i}", name="县", district=district)
        CodeItem.objects.create(list="some", code=str(i), label=str(i), order=i)


@pytest.mark.parametrize("n", [1, 50])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("majors/?page_size=100", 5),  # the stamp, the count, the majors, co-hosts, current plans
        ("courses/?page_size=100", 3),
        ("textbooks/?page_size=100", 3),
        ("districts/", 4),
        ("schools/", 3),
        ("codes/some/", 4),
    ],
)
def test_as_many_queries_for_fifty_rows_as_for_one(
    api: Any, django_assert_num_queries: Any, n: int, path: str, queries: int
) -> None:
    populate(n)
    with django_assert_num_queries(queries):
        page = api.get(BASE + path).json()
    assert page["count"] >= n or path == "districts/"


@pytest.mark.parametrize("n", [1, 50])
def test_a_plan_of_fifty_courses_costs_as_much_as_one(api: Any, django_assert_num_queries: Any, n: int) -> None:
    populate(n)
    major = Major.objects.get(code="100000")
    group = PlanGroup.objects.get(plan__major=major)
    for i in range(1, n):
        course = Course.objects.get(code=f"{20000 + i}")
        PlanCourse.objects.create(group=group, course=course, order=1 + i, credits=1, category="core")
        swap = Substitution.objects.create(code=str(i), valid_from="2026-04")
        swap.old.set([course])
        swap.new.set([Course.objects.get(code=f"{10000 + i}")])
    with django_assert_num_queries(8 if n == 1 else 10):  # beside one more for each side of the substitutions
        detail = api.get(f"{BASE}majors/100000/").json()
    assert len(detail["plan"]["groups"][0]["courses"]) == n + 1
