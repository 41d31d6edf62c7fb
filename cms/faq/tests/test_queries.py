import pytest

from cms.faq.models import FaqQuestion
from cms.faq.queries import categories, questions
from cms.seed import seed_faq

pytestmark = pytest.mark.django_db


def test_questions_are_found_by_category_and_words() -> None:
    seed_faq()

    assert [row.code for row in categories()][:3] == ["account", "profile", "registration"]
    assert questions().count() == 30
    assert {row.category.code for row in questions(category="transfer")} == {"transfer"}
    assert [row.question for row in questions(q="迟到")] == ["迟到能进考场吗？"]
    assert [row.question for row in questions(q="电子注册 认证")] == ["学历认证不通过怎么办？"]
    assert questions(q="查无此问").count() == 0
    assert questions(q="\x00迟到\x00", category="\x00exam").count() == 1


def test_what_is_not_public_is_not_read() -> None:
    seed_faq()
    FaqQuestion.objects.filter(question="迟到能进考场吗？").update(is_published=False)

    assert questions(q="迟到").count() == 0
