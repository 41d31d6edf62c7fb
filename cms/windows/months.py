"""A month of windows, day by day: what opens, what closes, how many are open. Plain values, no database."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic

from cms.windows.rules import AnySpan
from portal.kernel import clock


@dataclass
class Day(Generic[AnySpan]):
    """One day of the sheet, of the month itself or of its neighbours; `opens` and `closes` by the hour."""

    date: date
    is_inside: bool
    opens: list[AnySpan] = field(default_factory=list)
    closes: list[AnySpan] = field(default_factory=list)
    running: int = 0


def month_of(text: str, today: date) -> date:
    """The first day of the month that `2027-02` names; of today's where it names none."""
    try:
        return datetime.strptime(text, "%Y-%m").date().replace(day=1)  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        return today.replace(day=1)


def around(first: date) -> tuple[date, date]:
    """The first days of the month before and of the month after."""
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=31)).replace(day=1)


def last_day(closes_at: datetime) -> date:
    """The day on which a window closes; what ends at midnight ends on the day before, at 24:00."""
    return clock.local(closes_at - timedelta(microseconds=1)).date()


def sheet(windows: Iterable[AnySpan], first: date) -> list[list[Day[AnySpan]]]:
    """The weeks of the month that begins on `first`, Monday to Sunday, each day with what happens on it."""
    weeks = [
        [Day[AnySpan](day, day.month == first.month) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    days = {day.date: day for week in weeks for day in week}
    for window in sorted(windows, key=lambda w: (w.opens_at, w.ends_at)):
        begins, ends = clock.local(window.opens_at).date(), last_day(window.ends_at)
        for on, day in days.items():
            day.running += begins <= on <= ends
        if begins in days:
            days[begins].opens.append(window)
        if ends in days:
            days[ends].closes.append(window)
    return weeks
