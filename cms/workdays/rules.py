"""工作日: Monday to Friday, but for 法定节假日 and 调休. Instants are aware and in UTC, days are those of Guangxi."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from portal.kernel import clock

# A day that is not what its weekday says: whether it is worked on.
Special = Mapping[date, bool]


def is_working(day: date, special: Special) -> bool:
    return special.get(day, day.weekday() < 5)


def nth_after(day: date, days: int, special: Special) -> date:
    """The `days`-th working day after `day`."""
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day, special)
    return day


def between(day: date, last: date, special: Special) -> int:
    """How many working days come after `day`, up to `last` and with it."""
    return sum(is_working(day + timedelta(days=n), special) for n in range(1, (last - day).days + 1))


def end_of_nth_after(start: datetime, days: int, special: Special) -> datetime:
    """The end (24:00) of the `days`-th working day after the day of `start`."""
    return clock.at(nth_after(clock.local(start).date(), days, special), 24)


def one_working_day_on(start: datetime, special: Special) -> datetime:
    """24 hours that only run on working days: the same time of the next one; the end of it for who comes on a day
    off."""
    day = clock.local(start).date()
    if not is_working(day, special):
        return clock.at(nth_after(day, 1, special), 24)
    return start + (nth_after(day, 1, special) - day)
