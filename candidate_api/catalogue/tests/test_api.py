from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from candidate_api.catalogue.models import Major, Textbook
from portal.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
BASE = "/api/v1/"


def get(api: Any, path: str, **query: Any) -> Any:
    response = api.get(f"{BASE}{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def codes(page: dict[str, Any]) -> list[str]:
    return [row["code"] for row in page["results"]]


class TestMajors:
    def test_one_row(self, api: Any) -> None:
        page = get(api, "majors/", q="法学")
        assert page["count"] == 1
        assert page["results"] == [
            {
                "code": "030101K",
                "name": "法学",
                "old_code": "",
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
            ({"status": "closing"}, ["590202"]),
            ({"level": "associate"}, ["530601", "570102K", "590202", "590206"]),
            ({"taking_new": "true", "level": "associate"}, ["530601", "570102K"]),
            ({"q": "%"}, []),
        ],
    )
    def test_filters(self, api: Any, query: dict[str, str], found: list[str]) -> None:
        assert codes(get(api, "majors/", **query)) == found

    def test_on_its_day_a_major_takes_nobody_new_and_no_copy_says_otherwise(self, api: Any) -> None:
        day = clock.today() + timedelta(days=2)  # after all that the fixtures have changed
        last = {"last_exam": f"{day.year + 2}-10", "last_graduation": date(day.year + 3, 6, 30)}
        Major.objects.filter(code="530601").update(status="closing", no_new_from=day, **last)
        path = "/api/v1/majors/?taking_new=true&level=associate"
        with time_machine.travel(clock.at(day, 0) - timedelta(seconds=1), tick=False):
            before = api.get(path)
        with time_machine.travel(clock.at(day, 0), tick=False):
            since = api.get(path, HTTP_IF_MODIFIED_SINCE=before["Last-Modified"])
            after = api.get(path, HTTP_IF_NONE_MATCH=before["ETag"])
        assert codes(before.json()) == ["530601", "570102K"]
        assert (codes(since.json()), codes(after.json())) == (["570102K"], ["570102K"])

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

    def test_an_unknown_version_is_named(self, api: Any) -> None:
        response = api.get(f"{BASE}majors/050101/?version=1999")
        assert response.status_code == 400
        assert [(e["field"], e["code"]) for e in response.json()["errors"]] == [("version", "unknown")]

    def test_practice_parts_name_their_theory_course(self, api: Any) -> None:
        lines = get(api, "majors/080901/")["plan"]["groups"][1]["courses"]
        assert {line["course"]["code"]: (line["course"]["theory"] or {}).get("code") for line in lines[:3]} == {
            "02324": None,
            "13013": None,
            "13014": "13013",
        }


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
        assert (page["count"], len(page["results"]), page["next"]) == (57, 57, None)
        assert page["results"][7] == {"code": "08", "label": "壮族", "is_retired": False}
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
            ("majors/?school=99999", "school", "unknown"),
            ("courses/?major=999999", "major", "unknown"),
            ("textbooks/?course=99999", "course", "unknown"),
            ("exam-plans/?session=1999-10", "session", "unknown"),
            ("exam-plans/?major=999999", "major", "unknown"),
            ("majors/?status=gone", "status", "invalid_choice"),
            ("majors/?levle=bachelor", "levle", "unknown_field"),
            ("majors/?q=" + "x" * 51, "q", "max_length"),
            ("courses/?major=abc", "major", "invalid"),
            ("textbooks/?course=123", "course", "invalid"),
            ("textbooks/?session=2026", "session", "invalid"),
            ("exam-plans/?slot=5", "slot", "invalid_choice"),
            ("exam-plans/?session=2026-1٠", "session", "invalid"),
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
