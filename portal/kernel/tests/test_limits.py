"""What is told to whoever has to wait."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from portal.kernel.errors import Problem
from portal.kernel.limits import HOUR, MINUTE, Limit, in_words, take


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (1, "1秒", "1 seconds"),
        (2 * MINUTE - 1, "119秒", "119 seconds"),
        (2 * MINUTE, "2分钟", "2 minutes"),
        (2 * MINUTE + 1, "3分钟", "3 minutes"),
        (2 * HOUR - 1, "120分钟", "120 minutes"),
        (2 * HOUR + 1, "3小时", "3 hours"),
    ],
)
def test_a_wait_is_told_in_words_and_never_too_short(seconds: int, chinese: str, english: str) -> None:
    assert in_words(seconds) == chinese
    with override("en"):
        assert in_words(seconds) == english


def test_who_comes_too_often_is_told_how_long_to_wait() -> None:
    limit = Limit("told", 1, timedelta(hours=1))
    take(limit, "somebody", "太频繁，请%(wait)s后再试。")
    with pytest.raises(Problem) as refused:
        take(limit, "somebody", "太频繁，请%(wait)s后再试。")
    assert refused.value.retry_after
    assert refused.value.detail == f"太频繁，请{in_words(refused.value.retry_after)}后再试。"
