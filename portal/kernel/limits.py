"""How often somebody may: counted in the cache, over a window that slides. The numbers are data in a noun's rules.

Fail-safe is the caller's business: without a cache nothing can be counted and `Uncounted` is raised.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil

import structlog
from django.core.cache import cache
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.errors import Code, Problem, Words

log = structlog.get_logger("portal.limits")
MINUTE, HOUR = 60, 3600  # seconds


class Uncounted(Exception):
    """The cache is away: nobody knows how often."""


@dataclass(frozen=True)
class Limit:
    """At most `most` in any stretch of `within`, counted by `name` and whoever it is about."""

    name: str
    most: int
    within: timedelta


def count(limit: Limit, who: str) -> int:
    """Count one for `who`: 0, or the seconds to wait where that is one too many. Raises Uncounted.

    What is refused does not count: whoever keeps asking waits no longer for it. `who` is kept as a keyed digest.
    """
    used = _Window(limit, who)
    if used.add(1) <= limit.most:
        return 0
    used.add(-1)
    return used.wait()


def take(limit: Limit, who: str, sentence: Words) -> None:
    """Count one for `who`; raises `throttled` with the seconds to wait where that is one too many, and Uncounted.

    `%(wait)s` in the sentence becomes that time in words.
    """
    if wait := count(limit, who):
        raise Problem(Code.THROTTLED, str(sentence) % {"wait": in_words(wait)}, retry_after=wait)


def in_words(seconds: int) -> str:
    """How long to wait, never too short: seconds below two minutes, then minutes, then hours."""
    if seconds < 2 * MINUTE:
        return _("%d秒") % seconds
    if seconds < 2 * HOUR:
        return _("%d分钟") % ceil(seconds / MINUTE)
    return _("%d小时") % ceil(seconds / HOUR)


def note(limit: Limit, who: str) -> None:
    """Count one, whatever the limit; raises Uncounted."""
    _Window(limit, who).add(1)


def give_back(limit: Limit, who: str) -> None:
    """Uncount one: it was no attempt to be counted after all. Raises Uncounted."""
    _Window(limit, who).add(-1)


def reached(limit: Limit, who: str) -> bool:
    """Whether `who` has used the limit up; raises Uncounted."""
    return _Window(limit, who).add(0) >= limit.most


def forget(limit: Limit, who: str) -> None:
    """Begin anew for `who`; without a cache there is nothing to forget."""
    try:
        cache.delete_many(_Window(limit, who).keys)
    except Exception as error:  # what is raised depends on the cache
        log.warning("limits.cache_away", limit=limit.name, error=type(error).__name__)


def network_of(address: str) -> str:
    """Whom an address counts for: an IPv4 address for itself, an IPv6 one for its /64, which one line is given."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


def counted(key: str, before: str, more: int, timeout: int) -> tuple[int, int]:
    """What `key` counts after adding `more`, and what `before` counted, by any cache; ours has its own, in one go."""
    earlier = cache.get(before, 0)
    cache.add(key, 0, timeout=timeout)
    return cache.incr(key, more), earlier


class _Window:
    """The stretch before now, weighed out of two counters: this one's count, and as much of the last one's as the
    stretch still covers. Counting is one atomic step, so that requests at the same time do not pass together."""

    def __init__(self, limit: Limit, who: str) -> None:
        self.limit = limit
        self.length = limit.within.total_seconds()
        number, self.elapsed = divmod(clock.now().timestamp(), self.length)
        digest = blind_index(f"{limit.name}:{who}", "limits").rpartition(":")[2]
        self.keys = [f"limit:{digest}:{int(number)}", f"limit:{digest}:{int(number) - 1}"]
        self.now = self.before = 0

    def add(self, more: int) -> int:
        """How many there are after adding `more`; raises Uncounted."""
        try:
            self._count(more)
        except Exception as error:  # what is raised depends on the cache
            log.warning("limits.cache_away", limit=self.limit.name, error=type(error).__name__)
            raise Uncounted from error
        return ceil(self.before * (1 - self.elapsed / self.length)) + self.now

    def _count(self, more: int) -> None:
        # Nothing is added in the same way: a plain look would find nothing where the cache is away, and not say so.
        count_in = getattr(cache, "counted", counted)
        self.now, self.before = count_in(self.keys[0], self.keys[1], more, int(2 * self.length))

    def wait(self) -> int:
        """Seconds until there is room for one more."""
        free = self.limit.most - 1
        if self.now > free:  # not before this counter has become the last one
            rest, counted, used = self.length - self.elapsed, self.now, 0.0
        else:
            rest, counted, used = -self.elapsed, self.before, float(self.now)
        return max(1, ceil(rest + self.length * (1 - (free - used) / max(counted, 1))))
