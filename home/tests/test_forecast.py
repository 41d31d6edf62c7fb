"""毕业预测 on the portal: what it says, beside another major, and when there is nothing to say yet."""

import pytest
from django.test import Client

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Major
from home.tests.conftest import inline
from tests import life

pytestmark = pytest.mark.django_db
ADDRESS = "/business/forecast/"


def test_the_page_says_where_one_stands_and_how_to_go_on(web: Client) -> None:
    answer = web.get(ADDRESS)
    text = answer.content.decode()
    for words in ("尚缺15门和6个实践环节", "最快毕业路径", "为什么不能更快", "推算的前提", "与其他专业比较"):
        assert words in text


def test_another_major_stands_beside_ones_own(web: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        answer = web.get(f"{ADDRESS}?major=050101")
    text = answer.content.decode()
    assert text.count("最快毕业路径") == 2
    assert "并排看" in text
    page = inline(text)
    assert page.found == []
    assert len(page.ids) == len(set(page.ids))


def test_an_unknown_major_is_not_there(web: Client) -> None:
    assert web.get(f"{ADDRESS}?major=999999").status_code == 404


def test_without_a_major_the_page_leads_to_the_profile(reference: None, client: Client) -> None:
    newcomer: Candidate = life.registered()
    client.force_login(newcomer.user)
    text = client.get(ADDRESS).content.decode()
    assert "还没有报考专业" in text
    assert 'href="/me/profile/"' in text
    shown = client.get(f"{ADDRESS}?major=080901").content.decode()
    assert "尚缺15门和6个实践环节" in shown
    assert "并排看" not in shown


def test_a_major_without_a_plan_says_so(reference: None, client: Client) -> None:
    candidate = life.enrolled()
    candidate.major = Major.objects.get(code="040107")  # taken when it could still be
    candidate.save(update_fields=["major"])
    client.force_login(candidate.user)
    text = client.get(ADDRESS).content.decode()
    assert "这个专业还没有公布考试计划" in text
    assert "尚缺" in client.get(f"{ADDRESS}?major=080901").content.decode()


def test_another_major_without_a_plan_says_so_and_offers_others(web: Client) -> None:
    answer = web.get(f"{ADDRESS}?major=020301K")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert Major.objects.get(code="020301K").name in text
    assert text.count("这个专业还没有公布考试计划") == 1
    assert "尚缺15门和6个实践环节" in text, "one's own stands beside it"
    assert '<option value="050101"' in text
