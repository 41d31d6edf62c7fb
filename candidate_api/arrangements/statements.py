"""The drawing itself: one statement with window functions for each pool of rooms, for PostgreSQL and SQLite alike.

Who waits is drawn by lot (a digest of seed, slot and 准考证号: whoever knows the seed can draw again). The line is then
laid out so that each course is spread along it as evenly as its number allows, from a starting point that is drawn too:
rooms, filled from the line one after another, hold a mixture, and hardly ever more of one course than sit apart. Within
a room the most frequent course takes the odd seats, and what follows the seats that are left, odd before even: whatever
is not more than half of the room has no neighbour of its own course.

Nothing is joined to what the planner cannot know yet, a new session's entries: it would plan for one row, and never
end. Hence the matching of people and chairs by grouping.
"""

from django.db import connection

from candidate_api.accommodations.models import Accommodation
from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.rules import COLLEGE, SOCIAL, Pool
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room, Site

_SEAT_THEM = """
INSERT INTO {seat} (registration_id, room_id, seat_no, session_id, slot, candidate_id)
WITH RECURSIVE numbers(n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99
),
waiting AS (
    SELECT r.id, r.candidate_id, r.course_id, r.slot,
        md5(%(seed)s || ':' || CAST(r.slot AS text) || ':' || c.candidate_number) AS lot
    FROM {registration} r
    JOIN {candidate} c ON c.id = r.candidate_id
    WHERE r.session_id = %(session)s
        AND r.district_id = %(district)s
        AND r.state = 'confirmed'
        AND c.category <> %(not_for)s
        AND {granted} EXISTS (
            SELECT 1 FROM {accommodation} a WHERE a.session_id = %(session)s AND a.candidate_id = r.candidate_id
        )
        AND NOT EXISTS (SELECT 1 FROM {seat} s WHERE s.registration_id = r.id)
),
counted AS (
    SELECT waiting.*,
        row_number() OVER by_lot AS turn,
        min(lot) OVER by_lot AS first_lot,
        count(*) OVER (PARTITION BY slot, course_id) AS takers
    FROM waiting
    WINDOW by_lot AS (PARTITION BY slot, course_id ORDER BY lot, id)
),
started AS (
    SELECT counted.*, dense_rank() OVER (PARTITION BY slot ORDER BY first_lot) AS course_place FROM counted
),
spread AS (
    SELECT started.*,
        (turn - (course_place - CAST(0.5 AS double precision)) / max(course_place) OVER (PARTITION BY slot))
            / takers AS stretch
    FROM started
),
line AS (
    SELECT spread.*, row_number() OVER (PARTITION BY slot ORDER BY stretch, lot, id) AS place FROM spread
),
chairs AS (
    SELECT room.id AS room_id, room.seats, slots.slot,
        row_number() OVER (PARTITION BY slots.slot ORDER BY site.code, room.number, numbers.n) AS place
    FROM {room} room
    JOIN {site} site ON site.id = room.site_id
    JOIN numbers ON numbers.n <= room.seats
    CROSS JOIN (SELECT DISTINCT slot FROM waiting) slots
    WHERE site.district_id = %(district)s AND site.kind = %(kind)s AND room.accessible = %(accessible)s
),
matched AS (
    SELECT slot, max(id) AS id, max(candidate_id) AS candidate_id, max(course_id) AS course_id, max(lot) AS lot,
        max(room_id) AS room_id, max(seats) AS seats
    FROM (
        SELECT slot, place, id, candidate_id, course_id, lot, NULL AS room_id, NULL AS seats FROM line
        UNION ALL
        SELECT slot, place, NULL, NULL, NULL, NULL, room_id, seats FROM chairs
    ) both_lines
    GROUP BY slot, place
    HAVING count(*) = 2
),
mixed AS (
    SELECT matched.*, count(*) OVER (PARTITION BY slot, room_id, course_id) AS alike FROM matched
),
ranked AS (
    SELECT mixed.*, (seats + 1) / 2 AS odd,
        row_number() OVER (PARTITION BY slot, room_id ORDER BY alike DESC, course_id, lot, id) AS rank
    FROM mixed
)
SELECT id, room_id, CASE WHEN rank <= odd THEN 2 * rank - 1 ELSE 2 * (rank - odd) END, %(session)s, slot, candidate_id
FROM ranked
"""


def _tables() -> dict[str, str]:
    models = {
        "seat": Seat,
        "registration": Registration,
        "candidate": Candidate,
        "accommodation": Accommodation,
        "room": Room,
        "site": Site,
    }
    return {name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()}


def seat_the_waiting(session: ExamSession, district: int, pool: Pool, seed: str) -> int:
    """Give every confirmed entry of the district that has no seat and may sit in the pool's rooms a chair there, as far
    as they reach; how many got one. Nobody sits in these rooms yet."""
    statement = _SEAT_THEM.format(granted="" if pool.accessible else "NOT", **_tables())
    values = {
        "seed": seed,
        "session": session.pk,
        "district": district,
        "kind": pool.kind,
        "accessible": pool.accessible,
        "not_for": SOCIAL if pool.kind == COLLEGE else "",
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


_CLASHES = """
SELECT count(*) FROM (
    SELECT s.seat_no, r.course_id,
        lag(s.seat_no) OVER beside AS seat_before,
        lag(r.course_id) OVER beside AS course_before
    FROM {seat} s
    JOIN {registration} r ON r.id = s.registration_id
    WHERE s.session_id = %(session)s
    WINDOW beside AS (PARTITION BY s.room_id, s.slot ORDER BY s.seat_no)
) neighbours
WHERE course_id = course_before AND seat_no = seat_before + 1
"""


def clashes(session: ExamSession) -> int:
    """How many people have a neighbour with a lower number who takes the same course."""
    with connection.cursor() as cursor:
        cursor.execute(_CLASHES.format(**_tables()), {"session": session.pk})
        return int(cursor.fetchone()[0])
