"""Drawing the seats of 400,000 registrations, beside one bare statement with a window function that seats as many.

The bare statement draws a lot and matches two lines, and knows nothing else: no kinds of sites, no accessible rooms, no
neighbours, no district after district with its progress. Both write the same rows into the same table under the same
constraints. In processor time of the database's own process where that can be read, or else by the clock: beside others
on the same machine only the first can be compared. Twice as many afterwards, to see that the cost grows as the number.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.measure import Row

UNIT = "registrations per second"
PEOPLE, SLOTS, COURSES, DISTRICTS = 100_000, 4, 40, 14
SECONDS, TIMES_BARE = 60, 2

# The same lot and the same chairs, and nothing else.
BARE = """
INSERT INTO candidate_api_seat (registration_id, room_id, seat_no, session_id, slot, candidate_id)
WITH waiting AS (
    SELECT r.id, r.candidate_id, r.district_id, r.slot,
        row_number() OVER (PARTITION BY r.district_id, r.slot ORDER BY md5('seed:' || r.slot || c.candidate_number))
            AS place
    FROM candidate_api_registration r JOIN candidate_api_candidate c ON c.id = r.candidate_id
    WHERE r.session_id = %(session)s AND r.state = 'confirmed'
),
chairs AS (
    SELECT room.id AS room_id, n AS seat_no, site.district_id, slot,
        row_number() OVER (PARTITION BY site.district_id, slot ORDER BY site.code, room.number, n) AS place
    FROM candidate_api_room room JOIN candidate_api_site site ON site.id = room.site_id,
        generate_series(1, room.seats) n, generate_series(1, 4) slot
)
SELECT waiting.id, room_id, seat_no, %(session)s, waiting.slot, candidate_id
FROM waiting JOIN chairs USING (district_id, slot, place)
"""


def rows() -> list[Row]:
    """Rates of the bare statement and of the verb, once with all, once with twice as many; and beside a minute."""
    from django.db import connection

    if connection.vendor != "postgresql":
        print("| needs DATABASE_URL of PostgreSQL | 0.0 | 0.00 |  |")
        return []
    number = furnished(PEOPLE)
    bare, bare_clock = spent(seat_barely)
    forget()
    ours, clock = spent(lambda: seat(number))
    forget()
    twice = furnished(PEOPLE, first=PEOPLE)
    doubled, doubled_clock = spent(lambda: seat(2 * number))
    if twice != number:
        raise AssertionError(twice)
    return [
        Row(f"one bare statement ({bare_clock:.1f} s by the clock)", number / bare, number / bare),
        Row(f"{number:,} drawn ({clock:.1f} s)", number / ours, number / bare, goal=1 / TIMES_BARE),
        Row(f"the same beside {SECONDS} s", number / ours, number / SECONDS, goal=1),
        Row(
            f"{2 * number:,} drawn ({doubled_clock:.1f} s) beside {number:,}",
            2 * number / doubled,
            number / ours,
            goal=0.8,
        ),
    ]


def spent(work: Callable[[], None]) -> tuple[float, float]:
    """Processor seconds of the database's process for this connection, and seconds by the clock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    used, began = processor(process), time.monotonic()
    work()
    by_clock = time.monotonic() - began
    return (processor(process) - used if process.exists() else by_clock), by_clock


def processor(process: Path) -> float:
    if not process.exists():
        return 0.0
    ticks = process.read_text().rpartition(") ")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / 100


def seat_barely() -> None:
    from django.db import connection

    from candidate_api.sessions.models import ExamSession

    with connection.cursor() as cursor:
        cursor.execute(BARE, {"session": ExamSession.objects.get(code="2026-10").pk})
        if cursor.rowcount != PEOPLE * SLOTS:
            raise AssertionError(cursor.rowcount)


def seat(number: int) -> None:
    """Everything that the worker does."""
    from candidate_api.arrangements.tests.factories import drawn

    made = drawn(seed="bench")
    if (made.state, made.done) != ("drafted", number):
        raise AssertionError(f"{made.state} {made.done} {made.shortages}")


def forget() -> None:
    from django.db import connection

    from candidate_api.arrangements.models import Arrangement

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE candidate_api_seat")
    Arrangement.objects.all().delete()


# -- the scene --------------------------------------------------------------------------------------------------------
def furnished(people: int, first: int = 0) -> int:
    """So many people more, each with a course in every slot; how many registrations."""
    from django.db import connection

    from candidate_api.arrangements.tests import factories as make
    from candidate_api.candidates.models import Candidate
    from candidate_api.catalogue.models import District
    from candidate_api.payments.models import Order
    from candidate_api.registrations.models import Registration
    from candidate_api.sessions.models import ExamSession
    from portal.kernel.users.models import User

    if not first:
        _places(people)
    sitting = ExamSession.objects.get(code="2026-10")
    [one] = make.people(1)
    [entry] = make.entries([one], sitting, District.objects.order_by("code")[0], [1])
    each = f"generate_series({first + 1}, {first + people}) n"
    user = "JOIN users_user u ON u.username = 'bench-' || n".replace("users_user", User._meta.db_table)
    person = f"{user} JOIN candidate_api_candidate c ON c.user_id = u.id"
    person += " JOIN candidate_api_order o ON o.payer_id = u.id"
    district = "JOIN (SELECT id, row_number() OVER (ORDER BY code) - 1 AS turn FROM candidate_api_district) place"
    offered = "JOIN (SELECT id, course_id, slot, row_number() OVER (PARTITION BY slot ORDER BY id) - 1 AS turn"
    offered += f" FROM candidate_api_offering WHERE session_id = {sitting.pk}) offered"
    taken = {"candidate_id": "c.id", "order_id": "o.id", "offering_id": "offered.id", "course_id": "offered.course_id"}
    taken |= {"slot": "offered.slot", "district_id": "place.id"}
    number = "'9' || to_char(n, 'FM00000000000')"
    with connection.cursor() as cursor:
        for statement in (
            multiplied(User, one.user_id, {"username": "'bench-' || n"}, each),
            multiplied(
                Candidate,
                one.pk,
                {"user_id": "u.id", "candidate_number": number, "id_number_index": "'bench-' || n"},
                f"{each} {user}",
            ),
            multiplied(Order, entry.order_id, {"payer_id": "u.id", "number": f"'B' || {number}"}, f"{each} {user}"),
            multiplied(
                Registration,
                entry.pk,
                taken,
                f"{each} {person} {district} ON place.turn = n % {DISTRICTS}"
                f" {offered} ON offered.turn = n * 7 / (offered.slot + 2) % {COURSES}",
            ),
        ):
            cursor.execute(statement)
        made = int(cursor.rowcount)
        entry.delete()
        cursor.execute("ANALYZE")
    return made


def _places(people: int) -> None:
    """A session with its courses; districts whose rooms hold everybody twice."""
    from candidate_api.arrangements.tests import factories as make

    sitting = make.session()
    for slot in range(1, SLOTS + 1):
        make.courses_in(sitting, slot, COURSES - 1)
    for number in range(DISTRICTS):
        place = make.district(f"4{number:05d}", f"第{number}市")
        for site in range(1, 5):
            make.site(place, [30] * (2 * people // DISTRICTS // 4 // 30 + 2), code=f"{site:02d}")


def multiplied(model: Any, pk: int, other: dict[str, str], source: str) -> str:
    """A statement that copies the row of that key for each row of `source`, with other values in some columns."""
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = [other.get(name, f'sample."{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table} sample, {source} "  # noqa: S608
        f"WHERE sample.id = {pk}"
    )
