"""How many are let in, and what those who wait are told."""

from datetime import UTC, datetime, timedelta

import pytest

from candidate_api.waiting.rules import BURST, allowance, ask_again, estimate, spent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("per_minute", "seconds", "number"),
    [(60, 0, 0), (60, 0.9, 0), (60, 1, 1), (60, 3.5, 3), (1200, 1, 20), (1, 59, 0), (1, 60, 1), (6, 10, 1)],
)
def test_so_many_in_so_long(per_minute: int, seconds: float, number: int) -> None:
    assert allowance(NOON, NOON + timedelta(seconds=seconds), per_minute)[0] == number


def test_nobody_saves_up_beyond_a_few_seconds() -> None:
    hour = NOON + timedelta(hours=1)
    assert allowance(NOON, hour, 60) == (10, hour - BURST)
    # A slow line makes up for one at least, or nobody would ever come in.
    assert allowance(NOON, hour, 1) == (1, hour - timedelta(seconds=60))


@pytest.mark.parametrize("step", [0.3, 0.7, 1.1, 4.9])
def test_however_often_somebody_looks_the_rate_is_the_same(step: float) -> None:
    since, now, admitted = NOON, NOON, 0
    while now < NOON + timedelta(minutes=3):
        now += timedelta(seconds=step)
        number, since = allowance(since, now, 100)
        since, admitted = since + spent(number, 100), admitted + number
    assert admitted == int((now - NOON).total_seconds() * 100 / 60)


def test_the_wait_is_told_and_how_soon_to_look_again() -> None:
    assert estimate(1, 60) == timedelta(seconds=1)
    assert estimate(301, 600) == timedelta(seconds=31)
    assert [ask_again(timedelta(seconds=s)).total_seconds() for s in (1, 40, 4000)] == [5, 10, 30]
