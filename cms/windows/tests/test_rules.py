from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from cms.windows.rules import WindowState, choose, deadline, instant, label, state
from portal.kernel import clock

OPENS = clock.at(date(2026, 8, 25), 9)
CLOSES = clock.at(date(2026, 9, 3), 18)
SECOND = timedelta(seconds=1)


@dataclass
class Span:
    name: str
    opens_at: datetime
    ends_at: datetime


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - SECOND, WindowState.UPCOMING),
        (OPENS, WindowState.OPEN),
        (CLOSES - SECOND, WindowState.OPEN),
        (CLOSES - timedelta(microseconds=1), WindowState.OPEN),
        (CLOSES, WindowState.CLOSED),
        (CLOSES + SECOND, WindowState.CLOSED),
    ],
)
def test_a_window_is_exact_to_the_second(at: datetime, expected: WindowState) -> None:
    assert state(OPENS, CLOSES, at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - SECOND, "未开始"),
        (OPENS, "进行中 剩9天"),
        (CLOSES - timedelta(days=2, hours=3), "进行中 剩2天"),
        (CLOSES - timedelta(days=1), "进行中 剩1天"),
        (CLOSES - timedelta(days=1) + SECOND, "进行中 剩23小时"),
        (CLOSES - timedelta(minutes=59), "进行中 剩59分钟"),
        (CLOSES - SECOND, "进行中 剩1分钟"),
        (CLOSES, "已截止"),
    ],
)
def test_the_label_says_what_is_left(at: datetime, expected: str) -> None:
    assert label(OPENS, CLOSES, at) == expected


def test_the_open_window_matters_before_the_next_and_the_last() -> None:
    last = Span("last", OPENS - timedelta(days=60), OPENS - timedelta(days=50))
    older = Span("older", OPENS - timedelta(days=90), OPENS - timedelta(days=80))
    present = Span("open", OPENS, CLOSES)
    coming = Span("next", CLOSES + timedelta(days=30), CLOSES + timedelta(days=40))
    later = Span("later", CLOSES + timedelta(days=60), CLOSES + timedelta(days=70))
    spans = [later, older, coming, present, last]

    def chosen(at: datetime) -> str:
        found = choose(spans, at)
        assert found is not None
        return found.name

    assert chosen(OPENS) == "open"
    assert chosen(CLOSES) == "next"
    assert chosen(later.ends_at) == "later"
    assert choose([], OPENS) is None


def test_midnight_ends_the_day_before() -> None:
    assert deadline(clock.at(date(2026, 5, 29), 24)) == "2026年5月29日 24:00"
    assert deadline(CLOSES) == "2026年9月3日 18:00"
    assert instant(clock.at(date(2026, 5, 30))) == "2026年5月30日 00:00"
