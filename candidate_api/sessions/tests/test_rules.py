from datetime import UTC, date, datetime

from candidate_api.sessions.rules import sittings


def test_the_four_slots_are_instants() -> None:
    found = sittings(date(2026, 10, 24), date(2026, 10, 25))
    assert [(s.number, s.date, s.starts_at, s.ends_at) for s in found] == [
        (1, date(2026, 10, 24), datetime(2026, 10, 24, 1, tzinfo=UTC), datetime(2026, 10, 24, 3, 30, tzinfo=UTC)),
        (2, date(2026, 10, 24), datetime(2026, 10, 24, 6, 30, tzinfo=UTC), datetime(2026, 10, 24, 9, tzinfo=UTC)),
        (3, date(2026, 10, 25), datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 3, 30, tzinfo=UTC)),
        (4, date(2026, 10, 25), datetime(2026, 10, 25, 6, 30, tzinfo=UTC), datetime(2026, 10, 25, 9, tzinfo=UTC)),
    ]
    assert [str(s.label) for s in found] == ["第一天上午", "第一天下午", "第二天上午", "第二天下午"]
