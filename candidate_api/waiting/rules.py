"""Who is let in, when, and how long that will take. Plain values, no database."""

from datetime import datetime, timedelta
from math import ceil

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Roles that look, and that switch; of the province.
MAY_READ = ("administrator", "auditor", "archive", "finance")
MAY_SWITCH = ("administrator",)

# Who was let in may write for so long; whoever goes on writing, as somebody who pays does, is not sent back.
ENTRY_LIFE = timedelta(minutes=15)
# A room that opened by itself stays open at least so long after the rush; somebody waiting keeps it open.
OPEN_FOR = timedelta(minutes=5)
# Who has not asked for so long is passed over, and is the next one in once they ask again: the place stays theirs.
AWAY_AFTER = timedelta(minutes=3)
# That somebody asked is written no oftener than this.
SEEN_EVERY = timedelta(seconds=30)
# At most so much of the rate is made up for where nobody looked for a while.
BURST = timedelta(seconds=10)
# How soon to ask again, whatever the estimate.
SOONEST, LATEST = timedelta(seconds=5), timedelta(seconds=30)
KEPT = timedelta(days=1)

# What a new house begins with, until staff have measured theirs: writes that two cores can take.
PER_MINUTE, OPENS_ABOVE = 1_200, 3_000


class Mode(TextChoices):
    """What staff have set."""

    AUTO = "auto", _("按负载自动开启")
    ON = "on", _("开启")
    OFF = "off", _("关闭")


def allowance(since: datetime, now: datetime, per_minute: int) -> tuple[int, datetime]:
    """How many may be let in at `now`, and from when that is counted: no earlier than what may be made up for.

    `since` moves on by `spent` for each who is let in, so that fractions are kept and nobody is counted twice.
    """
    since = max(since, now - max(BURST, spent(1, per_minute)))
    return int((now - since).total_seconds() * per_minute / 60), since


def spent(number: int, per_minute: int) -> timedelta:
    """How much of the time it takes to let in so many."""
    return timedelta(seconds=number * 60 / per_minute)


def estimate(position: int, per_minute: int) -> timedelta:
    """How long the one at this position (1 is the next) will wait, if everybody before them comes."""
    return timedelta(seconds=ceil(position * 60 / per_minute))


def ask_again(wait: timedelta) -> timedelta:
    """When to look next: seldom at the end of a long line, often near its head."""
    return min(max(wait / 4, SOONEST), LATEST)
