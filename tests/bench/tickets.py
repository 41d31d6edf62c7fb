"""准考证: a thousand as one job, as they are made ahead of the release, beside what typst alone takes of it.

In a process of its own, as a worker is, so that its memory can be told. PostgreSQL alone: a database in memory cannot
be shared between processes.
"""

import multiprocessing
import os
import resource
import time
from typing import Any

from tests.bench.measure import Row

UNIT = "tickets per second and core"
PEOPLE, SECONDS, MEGABYTES, TIMES_COMPILED = 1000, 20, 250, 1.3
SESSION, SLOTS = "2027-10", [1, 2, 4]


def rows() -> list[Row]:
    """The rate of the job beside the compiler's part of it, and beside the twenty seconds that a thousand may take."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor != "postgresql":
        print("| needs DATABASE_URL of PostgreSQL | 0.0 | 0.00 |  |")
        return []
    furnish()
    processes = multiprocessing.get_context("spawn")
    told = processes.Queue()
    given = (connection.settings_dict["NAME"], settings.STORAGES, told)
    worker = processes.Process(target=work, args=given)
    worker.start()
    worker.join()
    spent, compiling, before, megabytes = told.get(timeout=5)
    job, alone = PEOPLE / spent, PEOPLE / compiling
    return [
        Row("typst alone, the same papers", alone, alone),
        Row("the whole job", job, alone, goal=round(1 / TIMES_COMPILED, 3)),
        Row(f"the same beside {SECONDS} s for a thousand", job, PEOPLE / SECONDS, goal=1),
        Row(
            f"memory: {megabytes:.0f} MB, {before:.0f} of it at the start, beside {MEGABYTES}",
            MEGABYTES,
            megabytes,
            goal=1,
        ),
    ]


def furnish() -> None:
    """So many people, seated and published, who have signed."""
    from candidate_api.arrangements.tests import factories as make
    from candidate_api.tickets.actions import sign_pledge

    session, place = make.session(SESSION), make.district()
    make.site(place, [30] * (PEOPLE // 30 + 1))
    people = make.people(PEOPLE)
    make.entries(people, session, place, SLOTS)
    for one in people:
        make.give_photo(one)
    make.arrange(SESSION)
    for one in people:
        sign_pledge(SESSION, by=make.actor(one))


def work(database: str, storages: dict[str, Any], told: Any) -> None:
    """What a worker does, in a fresh process that finds the photos where they were put."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    settings.DATABASES["default"]["NAME"], settings.STORAGES = database, storages
    settings.LOGGING = {"level": "ERROR"}
    django.setup()
    from candidate_api.tickets import actions
    from portal.kernel.actor import Actor
    from portal.kernel.pdf import render

    compiler, compiling = render._compiler(), 0.0

    class Watched:
        def compile(self, **values: Any) -> bytes:
            nonlocal compiling
            began = time.process_time()
            made: bytes = compiler.compile(**values)
            compiling += time.process_time() - began
            return made

    render._compiler = Watched  # type: ignore[assignment]
    before, began = peak(), time.process_time()
    if actions.make_ahead(by=Actor.system("bench")) != PEOPLE:
        raise AssertionError("some are missing")
    told.put((time.process_time() - began, compiling, before, peak()))


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
