"""Importing 200,000 scores, checked and written, beside COPY of the same rows into the same table.

In a process of its own, as a worker is, so that its memory can be told; by the clock, since the database works too.
PostgreSQL alone: a database in memory cannot be shared between processes.
"""

import multiprocessing
import os
import resource
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from tests.bench.measure import Row

UNIT = "rows per second"
PEOPLE, COURSES = 50_000, 4
SECONDS, MEGABYTES, TIMES_COPY = 60, 300, 6


def rows() -> list[Row]:
    """The rate of the import beside COPY, its time beside a minute, its memory beside its limit."""
    from django.db import connection

    if connection.vendor != "postgresql":
        print("| needs DATABASE_URL of PostgreSQL | 0.0 | 0.00 |  |")
        return []
    furnished()
    number = PEOPLE * COURSES
    copied = copy_alone()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        write(path)
        told = multiprocessing.get_context("spawn").Queue()
        name = connection.settings_dict["NAME"]
        worker = multiprocessing.get_context("spawn").Process(target=work, args=(name, str(path), told))
        worker.start()
        worker.join()
        checked, written, undone, megabytes = told.get(timeout=5)
    whole = checked + written
    return [
        Row(f"COPY of {number:,} scores alone ({copied:.1f} s)", number / copied, number / copied),
        Row(
            f"checked ({checked:.1f} s) and written ({written:.1f} s)",
            number / whole,
            number / copied,
            goal=round(1 / TIMES_COPY, 3),
        ),
        Row(f"the same beside {SECONDS} s", number / whole, number / SECONDS, goal=1),
        Row(f"taken back ({undone:.1f} s)", number / undone, number / copied),
        Row(f"memory of the worker: {megabytes:.0f} MB beside {MEGABYTES}", MEGABYTES, megabytes, goal=1),
    ]


def work(database: str, path: str, told: Any) -> None:
    """What a worker does, in a fresh process."""
    import django
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    settings.DATABASES["default"]["NAME"] = database
    settings.LOGGING = {"level": "ERROR"}
    django.setup()
    from django.core.files.base import File

    from candidate_api.imports import actions
    from candidate_api.imports.models import ImportBatch
    from portal.kernel.actor import Actor
    from portal.kernel.tests.staff import member

    one, other = (Actor.of(member("archive", number=number), "admin") for number in (1, 2))
    with Path(path).open("rb") as file:
        given = {"name": "scores.csv", "session_code": "2026-10", "expected": PEOPLE * COURSES, "note": "bench"}
        batch = actions.upload("scores", File(file), by=one, **given)
    instants = [time.monotonic()]
    actions.check_due(by=Actor.system("bench"))
    instants.append(time.monotonic())
    found = ImportBatch.objects.get(pk=batch.pk)
    if found.new != PEOPLE * COURSES:
        raise AssertionError(f"{found.state} {found.fault} {found.new} new, {found.refused} refused")
    actions.approve(batch.pk, "bench", by=other)
    instants.append(time.monotonic())
    actions.ask_undo(batch.pk, "bench", by=other)
    actions.undo(batch.pk, "bench", by=one)
    instants.append(time.monotonic())
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told.put((*(after - before for before, after in pairwise(instants)), megabytes))


# -- the scene --------------------------------------------------------------------------------------------------------
def people() -> list[tuple[str, str]]:
    """准考证号 and name."""
    names = [a + b for a, b in product("韦陆覃黄莫蒙农甘", ["小莉", "大海", "志明", "秀英", "建国"])]
    return [(f"0101262{serial:05d}", names[serial % len(names)]) for serial in range(PEOPLE)]


def furnished() -> None:
    """So many candidates, written by COPY; courses and timetable of the fixtures."""
    from candidate_api.candidates.models import Candidate
    from portal.demo.province.store import Store
    from portal.kernel.users.models import User
    from tests.reference import furnish

    furnish()
    now, store = datetime.now(UTC), Store(User, Candidate)
    for serial, (number, name) in enumerate(people()):
        user = store.row(User, username=f"bench-{serial}", name=name, is_candidate=True, created_at=now)
        store.row(
            Candidate,
            user_id=user.pk,
            state="enrolled",
            candidate_number=number,
            id_type="resident_id",
            id_number=f"B{serial:08d}",
            notice_version="bench",
            created_at=now,
        )
    store.write()


def courses() -> list[tuple[int, str]]:
    """One course of each half-day of the session."""
    from candidate_api.sessions.models import Offering

    held = Offering.objects.filter(session__code="2026-10").order_by("slot", "course__code")
    return list({slot: (pk, code) for slot, pk, code in held.values_list("slot", "course_id", "course__code")}.values())


def write(path: Path) -> None:
    held = courses()
    with path.open("w", encoding="utf-8") as file:
        file.write("准考证号,姓名,课程代码,成绩,成绩状态\n")
        for place, (number, name) in enumerate(people()):
            for at, (_pk, code) in enumerate(held):
                file.write(f"{number},{name},{code},{(place * 7 + at * 13) % 101},\n")


def copy_alone() -> float:
    """Seconds for the bare rows, by the quickest way that the database has; they are taken away again."""
    from django.db import connection

    from candidate_api.candidates.models import Candidate
    from candidate_api.results.models import Score
    from candidate_api.sessions.models import ExamSession

    session, now = ExamSession.objects.get(code="2026-10").pk, datetime.now(UTC)
    pairs = list(product(Candidate.objects.values_list("pk", flat=True), [course for course, _code in courses()]))
    columns = "candidate_id, course_id, session_id, score, grade, status, source, origin, origin_session, recorded_at"
    began = time.monotonic()
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {Score._meta.db_table} ({columns}) FROM STDIN") as copy:
            for key, course in pairs:
                copy.write_row((key, course, session, 71, "", "passed", "written", "", "", now))
        took = time.monotonic() - began
        cursor.execute(f"TRUNCATE {Score._meta.db_table} CASCADE")
        cursor.execute("ANALYZE")
    return took
