"""When the four slots of a session are, and what a course costs. Plain values, no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import dateformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kernel import clock
from portal.kernel.errors import Words
from portal.kernel.money import CURRENCY

LATE_ENTRY_MINUTES = 15  # later is absent
NO_HAND_IN_LAST_MINUTES = 30
# Roles (codes of review.offices.states.Role), held at the province, that shut a session's books.
MAY_CLOSE = ("finance", "administrator")


# Into so many rows the counter of a place's seats is divided: so many may take a seat of it at the same moment.
BUCKETS = 16


def shares(seats: int, taken: Sequence[int]) -> list[int]:
    """`seats` divided over as many buckets as `taken` counts: each as much as is taken of it, and what is left evenly,
    the first ones with what does not come out even. There must be as many seats as are taken."""
    each, over = divmod(seats - sum(taken), len(taken))
    return [used + each + (place < over) for place, used in enumerate(taken)]


@dataclass(frozen=True)
class Slot:
    """场次: `day` is 0 or 1, the times are a wall clock in Guangxi."""

    number: int
    label: Words
    day: int
    starts: time
    ends: time


SLOTS = (
    Slot(1, _("第一天上午"), 0, time(9), time(11, 30)),
    Slot(2, _("第一天下午"), 0, time(14, 30), time(17)),
    Slot(3, _("第二天上午"), 1, time(9), time(11, 30)),
    Slot(4, _("第二天下午"), 1, time(14, 30), time(17)),
)
NUMBERS = tuple(slot.number for slot in SLOTS)


def month_name(code: str) -> str:
    """`2027年4月` of the session `2027-04`, in the active language; as it is what was kept before codes were months."""
    try:
        month = date.fromisoformat(f"{code}-01")
    except ValueError:
        return code
    return dateformat.format(month, gettext("Y年n月"))


@dataclass(frozen=True)
class Sitting:
    """A slot on its day: UTC instants."""

    number: int
    label: Words
    date: date
    starts_at: datetime
    ends_at: datetime


def sittings(first_day: date, second_day: date) -> list[Sitting]:
    """The four slots of a session that is held on these two days."""
    return [
        Sitting(
            slot.number,
            slot.label,
            day := (first_day, second_day)[slot.day],
            clock.at(day, slot.starts.hour, slot.starts.minute),
            clock.at(day, slot.ends.hour, slot.ends.minute),
        )
        for slot in SLOTS
    ]


@dataclass(frozen=True)
class Fee:
    """What a course of one fee class costs: `amount` in yuan, with two places."""

    fee_class: str
    label: Words
    amount: str
    currency: str = CURRENCY


def offering_faults(course: str, slot: int, *, written: bool) -> Iterator[str]:
    """What is wrong with a course that is to sit in a slot."""
    if slot not in NUMBERS:
        yield gettext("考期只有第1至第4场，没有第%(slot)d场。") % {"slot": slot}
    if not written:
        yield gettext("%(course)s不是笔试课程，由主考学校组织，不列入考试安排。") % {"course": course}
