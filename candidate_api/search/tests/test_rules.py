import pytest

from candidate_api.search.rules import excerpt, marked, rewordings


def test_the_pieces_are_the_text() -> None:
    assert marked("2026年报名通知", ["报名"]) == [("2026年", False), ("报名", True), ("通知", False)]
    assert marked("ABC a.c", ["a.c"]) == [("ABC ", False), ("a.c", True)]


def test_an_excerpt_shows_where_the_word_stands() -> None:
    text = "前" * 50 + "报名" + "后" * 200
    shown = excerpt(text, ["报名"])
    assert shown == "…" + "前" * 20 + "报名" + "后" * 68 + "…"
    assert excerpt("短", ["无"]) == "短"


@pytest.mark.parametrize(
    ("asked", "others"),
    [
        ("自学考试报名", ["自学考试 报考", "自学 考试 报考"]),
        ("自学考试公告", ["自学 考试 公告"]),
        ("怎么报名？", ["报考"]),
        ("高数", ["高等数学", "高等 数学"]),
        ("报考", []),
        ("为什么", []),
        ("毕业申请表格下载", ["毕业 申请 表格 下载"]),
        ("英语专升本", ["英语 专升本"]),
    ],
)
def test_what_finds_nothing_may_be_said_otherwise(asked: str, others: list[str]) -> None:
    assert rewordings(asked) == others
