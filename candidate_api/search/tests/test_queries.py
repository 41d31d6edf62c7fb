"""One search over all kinds: a word of two characters is found in each, wherever it stands."""

import pytest

from candidate_api.search.queries import search
from cms.built_pages.models import PlainPage
from cms.seed import seed_faq
from cms.tests.factories import news, root

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def titles(q: str) -> dict[str, list[str]]:
    return {kind.code: ["".join(piece.text for piece in hit.title) for hit in kind.hits] for kind in search(q)}


def test_two_characters_are_a_word_in_news_questions_and_pages() -> None:
    news("广西自学考试2026年上半年报名通知")
    news("关于系统维护的公告", text="<p>维护期间不能报名。</p>")
    seed_faq()
    root().add_child(instance=PlainPage(title="网上报名须知", slug="how"))
    found = titles("报名")
    assert found["news"] == ["广西自学考试2026年上半年报名通知", "关于系统维护的公告"], "title before body"
    assert all("报名" in "".join(piece.text for piece in hit.title + hit.summary)
               for kind in search("报名") if kind.code == "faq" for hit in kind.hits)  # fmt: skip
    assert found["page"] == ["网上报名须知"]
    assert {kind.code: kind.count for kind in search("迟到")} == {"faq": 1}


def test_majors_and_courses_by_a_part_of_the_name_or_by_code() -> None:
    assert titles("护理")["major"][0].startswith("护理")
    assert [name for name in titles("线性")["course"] if "线性" not in name] == []
    assert titles("080901")["major"] == ["计算机科学与技术 080901"]
    assert titles("13000")["course"] == ["英语（专升本） 13000"]


def test_every_word_must_occur_and_the_words_that_hit_are_marked() -> None:
    news("广西自学考试2026年上半年报名通知")
    [kind] = search("上半年 报名")
    [hit] = kind.hits
    assert [piece.text for piece in hit.title if piece.is_hit] == ["上半年", "报名"]
    assert search("上半年 下半年") == []


@pytest.mark.parametrize("q", ["", "  ", "\x00", "查无此词", "%", "_", "'\"; --", "甲" * 200])
def test_nothing_is_found_by_nothing(q: str) -> None:
    news("广西自学考试2026年上半年报名通知")
    assert search(q) == []
