"""A made-up province: `seed_demo` from its first line to the last, histories, bills and the audit chain.

By the clock, beside the thousand a second that the command owes on PostgreSQL; that asks for two quiet cores. What a
busy machine leaves standing is the processor time of both, the command's processes and PostgreSQL's: together they may
take two seconds for each second of the clock. And beside bare users, inserted one by one through the ORM.
"""

import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from tests.bench.arrangements import processor
from tests.bench.measure import Row

UNIT = "people per second"
PEOPLE, BARE, OWED = 20_000, 1_000, 1_000


def rows() -> list[Row]:
    """The rates of the command beside what it owes."""
    from django.core.management import call_command
    from django.db import connection

    from candidate_api.invariants.actions import check
    from portal.kernel.audit.actions import verify
    from portal.kernel.users.models import User
    from tests.reference import furnish

    furnish()
    began = time.process_time()
    for serial in range(BARE):
        User.objects.create(username=f"bare-{serial}", name="甲")
    bare = BARE / (time.process_time() - began)
    began, clock = _own_seconds(), time.monotonic()
    with _database_processes(connection.settings_dict["NAME"]) as spent:
        call_command("seed_demo", candidates=PEOPLE, stdout=io.StringIO())
    seconds, by_clock = _own_seconds() - began, PEOPLE / (time.monotonic() - clock)
    own = PEOPLE / seconds
    assert check() == [], "what it makes holds as real data does"
    assert list(verify()) == [], "and so does the chain"
    if connection.vendor != "postgresql":
        return [Row("a bare user alone, one by one", bare, bare), Row("a candidate with everything", own, bare)]
    theirs = sum(spent.values())  # nothing where it serves from another machine
    return [
        Row("a bare user, one by one through the ORM, by processor time", bare, bare),
        Row("a candidate with everything, by processor time, beside it", own, bare),
        Row("… and with PostgreSQL's, on two cores", 2 * PEOPLE / (seconds + theirs), OWED, goal=1),
        Row("the whole command by the clock", by_clock, OWED, goal=1),
    ]


def _own_seconds() -> float:
    """Processor seconds of this process and of those that it began and that have ended."""
    return sum(os.times()[:4])


@contextmanager
def _database_processes(database: str) -> Iterator[dict[Path, float]]:
    """Processor seconds of the processes that serve `database` on this machine, looked at until they end."""
    over = Event()
    first: dict[Path, float] = {}
    spent: dict[Path, float] = {}

    def look() -> None:
        for title in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if f" {database} ".encode() in title.read_bytes():
                    used = processor(title.parent / "stat")
                    spent[title] = used - first.setdefault(title, used if not watching else 0)
            except OSError:
                continue  # it has just ended

    def watch() -> None:
        while not over.wait(0.2):
            look()

    watching = False
    look()
    watching = True
    thread = Thread(target=watch)
    thread.start()
    try:
        yield spent
    finally:
        over.set()
        thread.join()
