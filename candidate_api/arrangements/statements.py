"""The arrangement itself: one statement with window functions, for PostgreSQL and SQLite alike.

Entries without a seat are drawn by lot (a digest of seed, slot and 准考证号: whoever knows the seed can draw again),
free seats are lined up room after room, and the two lines are matched place by place in each district and slot.

Nothing is joined to what the planner cannot know yet, a new session's entries and the seats just given: it would plan
for one row, and never end. Hence the matching by grouping, and NOT IN, which is hashed.
"""

from django.db import connection

from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.states import Category
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room, Site

_SEAT_THEM = """
INSERT INTO {seat} (registration_id, room_id, seat_no, session_id, slot, candidate_id)
WITH RECURSIVE numbers(n) AS (
    SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 99
),
waiting AS (
    SELECT r.id, r.candidate_id, r.district_id, r.slot,
        row_number() OVER (
            PARTITION BY r.district_id, r.slot
            ORDER BY md5(%(seed)s || ':' || CAST(r.slot AS text) || ':' || c.candidate_number), r.id
        ) AS place
    FROM {registration} r
    JOIN {candidate} c ON c.id = r.candidate_id
    WHERE r.session_id = %(session)s
        AND r.state = 'confirmed'
        AND c.category <> %(not_for)s
        AND r.id NOT IN (SELECT registration_id FROM {seat} WHERE session_id = %(session)s)
),
free AS (
    SELECT room.id AS room_id, numbers.n AS seat_no, site.district_id, slots.slot,
        row_number() OVER (
            PARTITION BY site.district_id, slots.slot
            ORDER BY site.code, room.number, numbers.n
        ) AS place
    FROM {room} room
    JOIN {site} site ON site.id = room.site_id
    JOIN numbers ON numbers.n <= room.seats
    CROSS JOIN (SELECT DISTINCT slot FROM waiting) slots
    WHERE site.kind = %(kind)s
        AND (room.id, slots.slot, numbers.n) NOT IN (
            SELECT room_id, slot, seat_no FROM {seat} WHERE session_id = %(session)s
        )
)
SELECT max(registration_id), max(room_id), max(seat_no), %(session)s, slot, max(candidate_id)
FROM (
    SELECT district_id, slot, place, id AS registration_id, candidate_id, NULL AS room_id, NULL AS seat_no
    FROM waiting
    UNION ALL
    SELECT district_id, slot, place, NULL, NULL, room_id, seat_no
    FROM free
) both_lines
GROUP BY district_id, slot, place
HAVING count(*) = 2
"""

# In this order: college sites take everyone but social candidates (domain 4.6), city sites take who is left.
_ROUNDS = ((Site.Kind.COLLEGE, Category.SOCIAL), (Site.Kind.CITY, ""))


def seat_the_waiting(session: ExamSession, seed: str) -> int:
    """Give every confirmed entry of the session that has none a free seat of its district; how many got one."""
    tables = {
        name: connection.ops.quote_name(model._meta.db_table)
        for name, model in {
            "seat": Seat,
            "registration": Registration,
            "candidate": Candidate,
            "room": Room,
            "site": Site,
        }.items()
    }
    statement = _SEAT_THEM.format(**tables)
    seated = 0
    with connection.cursor() as cursor:
        for kind, not_for in _ROUNDS:
            cursor.execute(statement, {"seed": seed, "session": session.pk, "kind": kind, "not_for": not_for})
            seated += cursor.rowcount
    return seated
