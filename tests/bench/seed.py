"""A made-up province: candidates with their histories (registrations, orders, scores), written set by set.

By the clock, since the database works too, beside the thousand a second that the command owes on PostgreSQL; and beside
the same number of bare users inserted one by one through the ORM, which is what set-based saves.
"""

import time

from tests.bench.measure import Row

UNIT = "people per second"
PEOPLE, BARE, OWED = 20_000, 1_000, 1_000


def rows() -> list[Row]:
    """The rate of the maker beside what it owes."""
    from django.db import connection

    from candidate_api.invariants.actions import check
    from portal.demo.province.make import Maker
    from portal.kernel.users.models import User
    from tests.reference import furnish

    furnish()
    began = time.monotonic()
    for serial in range(BARE):
        User.objects.create(username=f"bare-{serial}", name="甲")
    bare = BARE / (time.monotonic() - began)
    began = time.monotonic()
    Maker(1).make(PEOPLE, lambda _n: None)
    made = PEOPLE / (time.monotonic() - began)
    assert check() == [], "what it makes holds as real data does"
    goal = 1 if connection.vendor == "postgresql" else None
    return [
        Row("a bare user alone, one by one through the ORM", bare, bare),
        Row("a candidate with everything, beside it", made, bare),
        Row(f"the same beside {OWED} a second", made, OWED, goal=goal),
    ]
