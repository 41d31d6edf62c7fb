from collections.abc import Iterable
from datetime import date, datetime, timedelta

from cms.workdays import rules
from cms.workdays.models import SpecialDay
from portal.kernel import clock

# No holiday is so long that a deadline counted over it would need more days around it.
_SPARE = 60


def special(first: date, days: int) -> dict[date, bool]:
    """What the office has entered for the days from `first` on that `days` working days may take."""
    last = first + timedelta(days=2 * days + _SPARE)
    return dict(SpecialDay.objects.filter(day__range=(first, last)).values_list("day", "is_working"))


def special_among(days: Iterable[date]) -> dict[date, bool]:
    """The same for all days from the earliest to the latest of these."""
    known = sorted(days)
    return dict(SpecialDay.objects.filter(day__range=(known[0], known[-1])).values_list("day", "is_working"))


def working_days_after(start: datetime, days: int) -> datetime:
    """The end (24:00) of the `days`-th working day after the day of `start`, by the office's calendar."""
    return rules.end_of_nth_after(start, days, special(clock.local(start).date(), days))


def one_working_day_on(start: datetime) -> datetime:
    """24 hours later, where only working days count."""
    return rules.one_working_day_on(start, special(clock.local(start).date(), 1))
