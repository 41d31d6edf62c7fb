"""Deadlines run on working days: weekends, holidays and 调休."""

from datetime import date, datetime, timedelta

import pytest

from cms.workdays import queries
from cms.workdays.models import SpecialDay
from cms.workdays.rules import between, end_of_nth_after, is_working, nth_after, one_working_day_on
from portal.kernel import clock

GOLDEN = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 9, 20): True, date(2026, 10, 10): True}


@pytest.mark.parametrize(
    ("day", "days", "found"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked on
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a Sunday that is worked on
        (date(2026, 11, 27), 3, date(2026, 12, 2)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_the_nth_working_day(day: date, days: int, found: date) -> None:
    assert nth_after(day, days, GOLDEN) == found


def test_working_days_between_two_days() -> None:
    assert between(date(2026, 9, 30), date(2026, 10, 10), GOLDEN) == 3
    assert between(date(2026, 9, 18), date(2026, 9, 20), GOLDEN) == 1
    assert between(date(2026, 9, 18), date(2026, 9, 18), GOLDEN) == 0
    assert between(date(2026, 9, 21), date(2026, 9, 18), GOLDEN) == 0


def test_a_deadline_is_the_end_of_the_day() -> None:
    late = clock.at(date(2026, 11, 27), 23, 59)
    assert end_of_nth_after(late, 3, {}) == clock.at(date(2026, 12, 3))


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (clock.at(date(2026, 11, 24), 15), clock.at(date(2026, 11, 25), 15)),
        (clock.at(date(2026, 11, 27), 15), clock.at(date(2026, 11, 30), 15)),
        (clock.at(date(2026, 11, 28), 15), clock.at(date(2026, 12, 1))),
        (clock.at(date(2026, 9, 30), 9), clock.at(date(2026, 10, 8), 9)),
    ],
)
def test_a_day_runs_only_while_the_office_works(start: datetime, found: datetime) -> None:
    assert one_working_day_on(start, GOLDEN) == found


@pytest.mark.django_db
def test_the_calendar_of_2025_to_2027_is_there_and_staff_may_change_it(reference: None) -> None:
    start = clock.at(date(2026, 2, 13), 10)
    assert queries.working_days_after(start, 1) == clock.at(date(2026, 2, 14), 24)
    assert queries.working_days_after(start, 2) == clock.at(date(2026, 2, 24), 24)
    assert queries.one_working_day_on(start) == start + timedelta(days=1)
    SpecialDay.objects.filter(day=date(2026, 2, 14)).delete()
    assert queries.working_days_after(start, 1) == clock.at(date(2026, 2, 24), 24)


@pytest.mark.django_db
def test_each_day_off_is_a_day_that_would_be_worked_on_and_the_other_way_round(reference: None) -> None:
    worked = SpecialDay.objects.filter(is_working=True).values_list("day", flat=True)
    assert [day for day in worked if is_working(day, {})] == []
    years = SpecialDay.objects.values_list("day__year", flat=True)
    assert {2025, 2026, 2027} == set(years)
