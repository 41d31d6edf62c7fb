"""业务查询 as a person meets it: what is mine comes first, a wrong filter is named, an empty page says what to do."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, Major, Textbook
from candidate_api.registrations import actions
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.results.states import EXPLAINED
from candidate_api.sessions.models import ExamSession, Offering
from home.tests.conftest import SESSION
from portal.kernel import clock
from tests import life

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before_the_session(monkeypatch: pytest.MonkeyPatch, candidate: Candidate) -> None:
    """The session is yet to come, whatever the calendar says."""
    ahead = clock.today() + timedelta(days=40)
    ExamSession.objects.filter(code=SESSION).update(first_day=ahead, second_day=ahead + timedelta(days=1))


def scored(candidate: Candidate, course: str = "02324", session: str | None = "2026-04", **more: Any) -> Score:
    found = ExamSession.objects.filter(code=session).first()
    values = {"score": 80, "status": "passed", "recorded_at": clock.now(), **more}
    return Score.objects.create(candidate=candidate, course=Course.objects.get(code=course), session=found, **values)


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def queries_for(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/business/plan/?session=2026-13", "session"),
        ("/business/plan/?session=x", "session"),
        ("/business/plan/?major=999999", "major"),
        ("/business/plan/?slot=5", "slot"),
        (f"/business/plan/?q={'长' * 51}", "q"),
        ("/business/majors/?level=doctor", "level"),
        ("/business/majors/?school=00000", "school"),
        ("/business/majors/?status=gone", "status"),
        ("/business/textbooks/?session=2026-1", "session"),
        ("/business/textbooks/?scope=theirs", "scope"),
        ("/business/scores/?session=1999-04", "session"),
        ("/business/scores/?status=gone", "status"),
    ],
)
def test_a_wrong_filter_is_400_and_named(web: Client, candidate: Candidate, address: str, field: str) -> None:
    scored(candidate)
    page = read(web, address, 400)
    assert f'href="#id_{field}"' in page, "the summary leads to the field"
    assert "离散数学" not in page
    assert f'id="id_{field}"' in page
    if field != "q":
        assert "请从列表中选择" in page


def test_an_unknown_major_is_404(web: Client) -> None:
    read(web, "/business/majors/999999/", 404)
    read(web, "/business/majors/x/", 404)


class TestScores:
    def test_what_is_not_released_is_not_there_but_when_it_will_be(self, web: Client, candidate: Candidate) -> None:
        assert "查看考试计划" in read(web, "/business/scores/")
        order = actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate)).order
        Registration.objects.filter(order=order).update(state="confirmed", confirmed_at=clock.now())
        ExamSession.objects.filter(code=SESSION).update(scores_at=None)
        assert "公布时间确定后会在这里显示" in read(web, "/business/scores/")
        scored(candidate, session=SESSION, score=91)
        release = clock.now() + timedelta(hours=1)
        ExamSession.objects.filter(code=SESSION).update(scores_at=release)
        page = read(web, "/business/scores/")
        assert f"{clock.local(release):%H:%M}公布，到时在这里就能看到" in page
        assert "91" not in page.partition("<main")[2]
        ExamSession.objects.filter(code=SESSION).update(scores_at=clock.now())
        page = read(web, "/business/scores/")
        assert "离散数学" in page
        assert "已合格 1 门，4 学分" in page

    def test_practice_parts_and_the_thesis_are_no_courses(self, web: Client, candidate: Candidate) -> None:
        for code in ("02324", "04735", "04736"):
            scored(candidate, code)
        thesis = Course.objects.filter(category="graduation", plan_lines__group__plan__major=candidate.major).first()
        scored(candidate, thesis.code, None, source="thesis", score=None, grade="良好")
        page = read(web, "/business/scores/")
        assert "已合格 2 门和 1 个实践环节" in page
        assert "2<small> / 15 门" in read(web, "/business/forecast/")

    def test_filters_by_session_and_result(self, web: Client, candidate: Candidate) -> None:
        scored(candidate, "02324", "2026-04")
        scored(candidate, "00023", "2025-10", score=40, status="failed")
        scored(candidate, "13000", None, source="exemption", score=None)

        def names(query: str) -> list[str]:
            page = read(web, f"/business/scores/?{query}")
            return [name for name in ("离散数学", "高等数学", "英语（专升本）") if name in page]

        assert names("") == ["离散数学", "高等数学", "英语（专升本）"]
        assert names("session=2025-10") == ["高等数学"]
        assert names("status=passed") == ["离散数学", "英语（专升本）"]
        assert names("session=2025-10&status=passed") == []
        assert "没有符合条件的成绩" in read(web, "/business/scores/?session=2025-10&status=passed")

    def test_where_there_is_no_mark_stands_why_and_where_to_ask(self, web: Client, candidate: Candidate) -> None:
        for course, status in zip(("02324", "00023", "13000", "13003"), EXPLAINED, strict=True):
            scored(candidate, course, "2026-04", score=None, status=status)
        page = read(web, "/business/scores/")
        assert [str(why) in page for why in EXPLAINED.values()] == [True] * 4
        assert page.count("　统考") == 4

    def test_one_and_fifty(self, web: Client, candidate: Candidate) -> None:
        scored(candidate)
        one = queries_for(web, "/business/scores/")
        for course in Course.objects.exclude(code="02324")[:49]:
            scored(candidate, course.code)
        assert (one, queries_for(web, "/business/scores/")) == (5, 5)

    def test_transferred_ones(self, web: Client, candidate: Candidate) -> None:
        page = read(web, "/business/transferred-scores/")
        assert "没有转入成绩" in page
        scored(candidate)
        scored(candidate, "00023", None, source="transfer", origin="广东省", origin_session="2023-10", score=77)
        page = read(web, "/business/transferred-scores/")
        assert "离散数学" not in page
        for words in ("高等数学", "广东省", "2023-10", "77"):
            assert words in page
        one = queries_for(web, "/business/transferred-scores/")
        for course in Course.objects.exclude(code__in=["02324", "00023"])[:49]:
            scored(candidate, course.code, None, source="transfer", origin="广东省")
        assert (one, queries_for(web, "/business/transferred-scores/")) == (4, 4)


class TestPlan:
    def test_a_visitor_sees_the_coming_session_whole(self, client: Client) -> None:
        page = read(client, "/business/plan/")
        assert "离散数学" in page
        assert "犯罪学" in page
        assert "还需要" not in page

    def test_ones_own_major_is_chosen_and_each_course_says_how_one_stands_to_it(
        self, web: Client, candidate: Candidate
    ) -> None:
        scored(candidate, "00023")
        actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate))
        page = read(web, "/business/plan/")
        assert '<option value="080901" selected>计算机科学与技术（我的专业）' in page
        assert page.index('value="080901"') < page.index('value="030101K"')
        assert "犯罪学" not in page
        main = page.partition('class="stack sheet"')[2]
        marks = dict(cells(main))
        assert marks["离散数学"] == "已报考"
        assert marks["高等数学（工本）"] == "已合格"
        assert marks["操作系统"] == "还需要"
        everything = read(web, "/business/plan/?major=")
        assert "犯罪学" in everything

    def test_filters_and_words(self, client: Client) -> None:
        page = read(client, "/business/plan/?slot=1&q=数学")
        assert "离散数学" in page
        assert "高等数学" not in page, "it sits in the second slot"
        assert "离散数学" in read(client, "/business/plan/?q=离散　02324"), "every word, full-width space between"
        assert f'<option value="{SESSION}" selected>' in read(client, "/business/plan/?q=02324&session=")
        nothing = read(client, "/business/plan/?q=离散 00023")
        assert "查看本考期全部课程" in nothing
        assert f"session={SESSION}" in nothing

    def test_without_a_timetable_it_says_where_it_will_be_told(self, client: Client) -> None:
        ExamSession.objects.create(
            code="2031-04", name="2031年4月考试", first_day=date(2031, 4, 12), second_day=date(2031, 4, 13)
        )
        assert "考试计划还没有公布" in read(client, "/business/plan/?session=2031-04")

    def test_it_can_be_printed(self, client: Client) -> None:
        assert "data-print" in read(client, "/business/plan/")

    def test_one_and_fifty(self, web: Client, candidate: Candidate) -> None:
        scored(candidate)
        counts = [queries_for(web, f"/business/plan/?major=&q={q}") for q in ("02324", "")]
        assert Offering.objects.filter(session__code=SESSION).count() > 50
        assert counts == [12, 12]


def cells(page: str) -> list[tuple[str, str]]:
    """Each cell's name with its tag."""
    found = []
    for cell in page.split('<span class="cell-main">')[1:]:
        tag = cell.partition('class="tag')[2].partition(">")[2].partition("<")[0]
        found.append((cell.partition("<")[0].strip(), tag))
    return found


class TestMajors:
    def test_ones_own_comes_first(self, web: Client, client: Client) -> None:
        page = read(web, "/business/majors/?q=法学")
        assert page.index("我的专业") < page.index("计算机科学与技术") < page.index("查询结果") < page.index("030101K")
        assert "我的专业" not in read(client, "/business/majors/")

    def test_filters(self, client: Client) -> None:
        school = Major.objects.get(code="080901").school.code
        page = read(client, f"/business/majors/?school={school}&level=bachelor&status=open")
        assert "计算机科学与技术" in page
        assert "汉语言文学" not in page
        assert "查看全部专业" in read(client, "/business/majors/?q=考古")

    def test_one_and_many(self, web: Client) -> None:
        assert [queries_for(web, f"/business/majors/?q={q}") for q in ("080901", "")] == [9, 9]

    def test_a_major_without_a_plan(self, web: Client) -> None:
        Major.objects.get(code="080901").plans.update(is_current=False)
        assert "这个专业还没有公布考试计划" in read(web, "/business/majors/080901/")


class TestTextbooks:
    def test_mine_are_those_of_what_i_registered_for_and_then_of_what_i_need(
        self, web: Client, client: Client, candidate: Candidate
    ) -> None:
        scored(candidate, "00023")
        actions.submit(SESSION, [("02324", "450100")], by=life.actor(candidate))
        main = read(web, "/business/textbooks/").partition('class="group"')[2]
        found = cells(main)
        assert found[0] == ("离散数学", "已报考")
        assert {tag for _name, tag in found[1:]} == {"还需要"}
        names = {name for name, _tag in found}
        assert "操作系统" in names
        assert not {"高等数学（工本）", "公司法"} & names
        everything = dict(cells(read(web, "/business/textbooks/?scope=&q=数学").partition('class="group"')[2]))
        assert everything["高等数学（工本）"] == "已合格"
        assert "公司法" in read(client, "/business/textbooks/"), "a visitor sees all"

    def test_a_choice_that_is_made_asks_for_nothing_more(self, web: Client, candidate: Candidate) -> None:
        assert "网络安全技术" in read(web, "/business/textbooks/?scope=mine&q=网络安全技术")
        scored(candidate, "13017")
        assert "没有找到教材" in read(web, "/business/textbooks/?scope=mine&q=网络安全技术")

    def test_without_a_major_it_says_where_to_choose_one(self, web: Client, candidate: Candidate) -> None:
        Candidate.objects.filter(pk=candidate.pk).update(major=None)
        assert "去选择专业" in read(web, "/business/textbooks/")

    def test_one_and_fifty(self, web: Client, candidate: Candidate) -> None:
        scored(candidate)
        one = Textbook.objects.filter(course__code="02324").first()
        counts = [queries_for(web, f"/business/textbooks/?scope=&q={q}") for q in (one.title, "")]
        assert Textbook.objects.count() > 50
        assert counts == [12, 12]


@pytest.mark.parametrize(("page", "query"), [("plan", "slot=1"), ("majors", "level=bachelor"), ("textbooks", "q=数学")])
def test_filters_are_folded_until_one_is_set(web: Client, page: str, query: str) -> None:
    folded, narrowed = (read(web, f"/business/{page}/{words}") for words in ("", f"?{query}"))
    assert folded.count('<details class="card filters no-print">') == 1
    assert narrowed.count('<details class="card filters no-print" open>') == 1
    wrong = read(web, f"/business/{page}/?{query.partition('=')[0]}={'x' * 60}", status=400)
    assert wrong.count('<details class="card filters no-print" open>') == 1


def test_what_folded_filters_ask_for_is_said(web: Client) -> None:
    head = read(web, "/business/textbooks/").partition("<summary>")[2].partition("</summary>")[0]
    assert "我报考的和还需要的" in head
