"""Promise 24 by the clock: answers for a known and an unknown account, 200 of each in changing order.

Mann and Whitney's test of whether the one tends to take longer than the other: p is how likely so much difference is
where there is none. All ways are looked at in one run, so that each p counts for as many times itself (Bonferroni).
"""

import time
from math import erfc, sqrt
from statistics import median

from tests.bench.measure import Row

UNIT = "p"
PROBES, LEAST = 200, 0.01


def rows() -> list[Row]:
    """For each way of asking: its p beside the least that it may be."""
    from rest_framework.test import APIClient

    from candidate_api.accounts.tests import test_times as ways
    from tests import life
    from tests.reference import furnish

    furnish()
    person = life.registered(mobile=ways.KNOWN, number=life.id_number(501))
    person.user.email = ways.EMAIL
    person.user.save()
    found = []
    for name, (ask, known, unknown) in ways.WAYS.items():
        times = ways.timed(APIClient(), ask, known, unknown, pairs=PROBES, clock=time.perf_counter)
        p = chance(*times) * len(ways.WAYS)
        said = f"{name}: {median(times[0]) * 1000:.2f} ms and {median(times[1]) * 1000:.2f} ms, p = {min(p, 1):.2f}"
        found.append(Row(said, min(p, 1), LEAST, goal=1))
    return found


def chance(one: list[float], other: list[float]) -> float:
    """Two-sided p of Mann and Whitney's U, by the normal distribution; times by the clock are never equal."""
    below = sum(a < b for a in one for b in other)
    n, m = len(one), len(other)
    z = (below - n * m / 2) / sqrt(n * m * (n + m + 1) / 12)
    return erfc(abs(z) / sqrt(2))
