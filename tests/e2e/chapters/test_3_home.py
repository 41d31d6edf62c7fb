"""三、首页"""

import re

from cms.complaints.models import Complaint
from cms.news.models import NewsPage
from tests.e2e.browse import Visitor


def test_what_the_home_page_shows(mine: Visitor) -> None:
    """三、首页"""
    mine.sees("韦小莉，您好")
    for words in ("业务查询", "业务办理", "资讯中心"):
        mine.sees(words)
    mine.illustrate("3-home")


def test_my_business(mine: Visitor) -> None:
    """（一）我的业务"""
    tab(mine, "业务")
    mine.sees("业务中心")
    mine.illustrate("3-business")
    mine.follow("办理时间")
    mine.sees("课程报考及缴费")
    mine.illustrate("3-windows")


def test_the_news(mine: Visitor) -> None:
    """（二）资讯中心"""
    tab(mine, "资讯")
    mine.illustrate("3-news")
    latest = NewsPage.objects.live().filter(title__contains="报考的公告").first()
    assert latest is not None
    mine.follow(latest.title)
    mine.sees(latest.title)
    mine.illustrate("3-news-one")


def test_questions_and_complaints(mine: Visitor) -> None:
    """（三）服务中心"""
    mine.follow(re.compile("^服务中心|^常见问题"))
    mine.sees("常见问题解答")
    mine.illustrate("3-services")
    mine.follow(re.compile("^咨询投诉"))
    mine.follow(re.compile("咨询投诉|提问"))
    mine.fill(kind="consult", category="score", title="成绩复核多久有结果", content="我申请了复核，想知道多久有结果。")
    mine.illustrate("3-complaint")
    mine.press("提交")
    mine.sees("成绩复核多久有结果")
    mine.illustrate("3-complaint-sent")
    assert Complaint.objects.get().state == "pending"


def tab(phone: Visitor, words: str) -> None:
    phone.page.get_by_role("navigation", name="底部导航").get_by_role("link", name=words).click()
