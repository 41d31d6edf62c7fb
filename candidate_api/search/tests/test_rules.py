from candidate_api.search.rules import excerpt, marked


def test_the_pieces_are_the_text() -> None:
    assert marked("2026年报名通知", ["报名"]) == [("2026年", False), ("报名", True), ("通知", False)]
    assert marked("ABC a.c", ["a.c"]) == [("ABC ", False), ("a.c", True)]


def test_an_excerpt_shows_where_the_word_stands() -> None:
    text = "前" * 50 + "报名" + "后" * 200
    shown = excerpt(text, ["报名"])
    assert shown == "…" + "前" * 20 + "报名" + "后" * 68 + "…"
    assert excerpt("短", ["无"]) == "短"
