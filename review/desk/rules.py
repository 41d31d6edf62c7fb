"""How much time an office has left. Plain values, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from cms.windows.rules import deadline
from cms.workdays.rules import between
from portal.kernel import clock
from review.desk.states import Due

# An office is warned on the last working day before the one that a deadline is on, and on that day itself.
SOON_WORKING_DAYS = 1


@dataclass(frozen=True)
class Left:
    """How a deadline stands, in words; `until` is the deadline itself."""

    due: Due
    words: str
    until: str


def last_day(due_at: datetime) -> date:
    """The day that a deadline is on: 24:00 belongs to the day that it ends."""
    return clock.local(due_at - timedelta(microseconds=1)).date()


def time_left(due_at: datetime, now: datetime, special: Mapping[date, bool]) -> Left:
    """剩2个工作日 / 今天14:36到期 / 已超期1个工作日, by the office's calendar and the instant itself."""
    last, today, until = last_day(due_at), clock.local(now).date(), deadline(due_at)
    if due_at <= now:
        late = between(last, today, special)
        return Left(Due.OVERDUE, _("已超期%(days)d个工作日") % {"days": late} if late else _("已超期"), until)
    days = between(today, last, special)
    due = Due.SOON if days <= SOON_WORKING_DAYS else Due.OK
    if last == today:
        return Left(due, _("今天%(time)s到期") % {"time": until.rpartition(" ")[2]}, until)
    return Left(due, _("剩%(days)d个工作日") % {"days": days} if days else _("%(until)s到期") % {"until": until}, until)
