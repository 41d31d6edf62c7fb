"""One clock for the house. Instants are aware and in UTC; people read them in Asia/Shanghai."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return timezone.now().astimezone(UTC)


def today() -> date:
    """Today's date as people in Guangxi read it."""
    return now().astimezone(SHANGHAI).date()


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The instant of a wall clock in Guangxi, e.g. `at(date(2026, 10, 24), 9)`; hour 24 is the next midnight."""
    if hour == 24:
        day, hour = date.fromordinal(day.toordinal() + 1), 0
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


def local(instant: datetime) -> datetime:
    """The same instant on a wall clock in Guangxi."""
    return instant.astimezone(SHANGHAI)
