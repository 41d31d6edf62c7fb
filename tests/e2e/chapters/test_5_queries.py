"""五、业务查询"""

import re

from candidate_api.applications.tests.acts import scored
from candidate_api.applications.tests.stories import last_session, open_session
from candidate_api.candidates.models import Candidate
from tests.e2e.browse import Visitor
from tests.e2e.chapters.applying import Applicant


def test_scores(applicant: Applicant, person: Candidate) -> None:
    """（一）成绩查询"""
    phone = applicant.screen
    applicant.follows_the_tile("成绩查询")
    for words in ("离散数学", "78", "54", "已合格 2 门"):
        phone.sees(words)
    phone.illustrate("5-scores")
    phone.fill(session=last_session().code, status="passed")
    phone.press("查询")
    phone.sees("离散数学")
    assert phone.page.get_by_text("54").count() == 0


def test_the_timetable(applicant: Applicant) -> None:
    """（二）考试计划查询"""
    phone = applicant.screen
    applicant.follows_the_tile("考试计划")
    phone.unfold("筛选")
    phone.fill(session=open_session(), major="080901")
    phone.press("查询")
    phone.sees("高等数学（工本）")
    phone.illustrate("5-plan")


def test_majors(applicant: Applicant) -> None:
    """（三）专业查询"""
    phone = applicant.screen
    applicant.follows_the_tile("专业查询")
    phone.unfold("筛选")
    phone.fill(q="计算机")
    phone.press("查询")
    phone.sees("计算机科学与技术")
    phone.illustrate("5-majors")
    phone.page.locator("main").get_by_role("link", name=re.compile("计算机科学与技术")).last.click()
    phone.sees("桂林电子科技大学")
    phone.illustrate("5-major")


def test_textbooks(applicant: Applicant) -> None:
    """（四）教材查询"""
    phone = applicant.screen
    applicant.follows_the_tile("教材查询")
    phone.illustrate("5-textbooks")
    phone.unfold("筛选")
    phone.fill(q="高等数学")
    phone.press("查询")
    phone.sees("高等数学（工本）")


def test_scores_from_another_province(applicant: Applicant, person: Candidate) -> None:
    """（五）转入成绩查询"""
    scored(person, "00023", source="transfer", score=75, origin="广东省", origin_session="2024-10")
    applicant.follows_the_tile("转入成绩查询")
    applicant.screen.sees("广东省")
    applicant.screen.illustrate("5-transferred")


def test_the_forecast(applicant: Applicant) -> None:
    """（六）毕业预测"""
    applicant.follows_the_tile("毕业预测")
    applicant.screen.sees("学分")
    applicant.screen.illustrate("5-forecast")


def test_what_anybody_may_ask(phone: Visitor) -> None:
    """五、业务查询: 不登录也能查"""
    for path, words in (("plan", "考试计划"), ("majors", "专业查询"), ("textbooks", "教材查询")):
        phone.go(f"/business/{path}/")
        phone.sees(words)
        assert not phone.page.url.endswith("/login/")
