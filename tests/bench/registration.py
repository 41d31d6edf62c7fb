"""The first morning of registration: two courses over HTTP, token, rules, idempotency, order and audit.

Beside the same statements bare in pgbench, a DRF ModelViewSet that writes the same rows without any rule, and with
every client on one seat counter, also where a commit takes two milliseconds, as on disks that keep what they say. By
the clock, in turns, with production's settings and server; PostgreSQL alone.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import override_settings

from candidate_api.accounts import tokens
from candidate_api.accounts.models import Device
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District
from candidate_api.sessions.models import Offering, SeatPool
from candidate_api.sessions.rules import BUCKETS
from candidate_api.waiting.models import WaitingRoom
from portal.demo.province.store import Store
from portal.kernel import clock
from portal.kernel.users.models import User
from tests import life
from tests.bench.load import Told, post, run
from tests.bench.measure import Row
from tests.bench.server import Server, running
from tests.production import environment
from tests.reference import furnish

UNIT = "per second"
SESSION = "2026-10"
CLIENTS, ROUNDS = 32, int(os.environ.get("BENCH_ROUNDS", "3"))
SECONDS = 8.0
PGBENCH_CLIENTS, PEOPLE_OF_EACH = 8, 6000
PEOPLE, SIGNED_IN = PGBENCH_CLIENTS * PEOPLE_OF_EACH, 16_000
KEYS = ("FIELD_KEYS", "BLIND_INDEX_KEYS", "SIGNING_KEY")
LATE, MEMORY = 250, 220  # milliseconds, MB
SLOW_COMMIT = 2000  # microseconds


def rows() -> list[Row]:
    """Rates beside pgbench and beside the peer; the hot counter beside the spread ones; lateness; memory."""
    if connection.vendor != "postgresql" or not shutil.which("pgbench"):
        print("| needs DATABASE_URL of PostgreSQL, and pgbench | 0.0 | 0.00 |  |")
        return []
    surroundings = environment() | {"DATABASE_URL": _own_address()}
    if redis := os.environ.get("REDIS_URL"):
        surroundings["REDIS_URL"] = redis
    with override_settings(**{name: surroundings[name] for name in KEYS}):
        scene = Scene()
        with running(surroundings) as product, running(surroundings, "tests.bench.naive_wsgi:application") as plain:
            found = [_round(scene, product, plain) for _ in range(ROUNDS)]
            memory = product.peaks()
        _commits_take(SLOW_COMMIT)
        with running(surroundings) as product:  # anew, so that its connections know of it
            slow = [(scene.load(product), scene.load(product, hot=True)) for _ in range(ROUNDS)]
    limits, spread, hot, peer = zip(*found, strict=True)
    limit, ours, ours_hot, theirs = median(limits), *(_middle(told) for told in (spread, hot, peer))
    slow_spread, slow_hot = (_middle(told) for told in zip(*slow, strict=True))
    late = median(told.p95 for told in spread)
    return [
        Row(f"pgbench, the same statements, {PGBENCH_CLIENTS} clients", limit, limit),
        Row(f"registering two courses, {CLIENTS} clients (95 of 100 within {late:.0f} ms)", ours, limit, goal=0.15),
        Row("the same beside a ModelViewSet without a rule", ours, theirs, goal=3),
        Row(f"the ModelViewSet (95 of 100 within {median(told.p95 for told in peer):.0f} ms)", theirs, limit),
        Row("every client at one place, beside spread ones", ours_hot, ours, goal=0.7),
        Row(f"the same where a commit takes {SLOW_COMMIT // 1000} ms", slow_hot, slow_spread, goal=0.7),
        Row(f"95 of 100 within {late:.0f} ms, beside {LATE}", 1000 / late, 1000 / LATE, goal=1),
        Row(f"memory of a worker: at most {memory[-1]} MB, beside {MEMORY}", MEMORY, memory[-1], goal=1),
    ]


def _middle(told: Any) -> float:
    return median(one.rate for one in told)


def _round(scene: "Scene", product: Server, plain: Server) -> tuple[float, Told, Told, Told]:
    limit = scene.pgbench()
    return limit, scene.load(product), scene.load(product, hot=True), scene.load(plain, naive=True)


def _own_address() -> str:
    """DATABASE_URL with the name of the database that this run has made for itself."""
    return re.sub(r"/[^/?]*(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"])


def _commits_take(microseconds: int) -> None:
    """Whoever connects from now on waits so long before each flush, as a disk does that keeps its word."""
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET commit_delay = {microseconds}")
        cursor.execute(f"ALTER DATABASE {name} SET commit_siblings = 0")


class Scene:
    """Candidates who may register, with their tokens, and two courses of the first day."""

    def __init__(self) -> None:
        furnish()
        self.window = life.open_window(SESSION)
        now = clock.now()  # nobody is sent to the waiting room: what is measured is the work
        WaitingRoom.objects.create(opens_above=1_000_000, counted_at=now, changed_at=now)
        offered = {
            o.slot: o for o in Offering.objects.filter(session__code=SESSION).select_related("session", "course")
        }
        self.offerings = [offered[1], offered[2]]
        self.districts = list(District.objects.order_by("code"))
        session = self.offerings[0].session
        SeatPool.objects.filter(session=session).delete()
        SeatPool.objects.bulk_create(
            SeatPool(session=session, district=district, slot=slot, bucket=bucket, capacity=1_000_000)
            for district in self.districts
            for slot in (1, 2, 3, 4)
            for bucket in range(BUCKETS)
        )
        self.users: list[int] = []
        self.candidates: list[int] = []
        self.tokens: list[str] = []
        self._people()
        self._clear()

    def _people(self) -> None:
        now, store = clock.now(), Store(User, Candidate, Device)
        for serial in range(PEOPLE):
            user = store.row(User, username=f"bench-{serial}", name="韦小莉", is_candidate=True, created_at=now)
            person = store.row(
                Candidate,
                user_id=user.pk,
                state="enrolled",
                candidate_number=f"0101262{serial:05d}",
                id_type="resident_id",
                id_number=f"B{serial:08d}",
                notice_version="bench",
                contact_confirmed_for=SESSION,
                created_at=now,
            )
            self.users.append(user.pk)
            self.candidates.append(person.pk)
            if serial < SIGNED_IN:
                token, digest = tokens.new()
                self.tokens.append(token)
                ends = now + timedelta(days=30)
                store.row(
                    Device, id=uuid4(), user_id=user.pk, kind="app", label="bench", digest=digest,
                    created_at=now, seen_at=now + timedelta(minutes=30), proved_at=now, expires_at=ends,
                )  # fmt: skip
        store.write()

    def _clear(self) -> None:
        """Nobody has registered, and the planner knows it; each stretch begins so."""
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE candidate_api_registration, candidate_api_order, kernel_idempotencyrecord CASCADE")
            cursor.execute("UPDATE candidate_api_seatpool SET taken = 0")
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")

    # -- over HTTP ----------------------------------------------------------------------------------------------------
    def load(self, server: Server, *, hot: bool = False, naive: bool = False) -> Told:
        """So many clients register, each as the next who is signed in; every answer must be a 201."""
        self._clear()
        told = run(server.port, self._requests(hot, naive), CLIENTS, SECONDS)
        if set(told.statuses) != {201}:
            raise AssertionError(told.statuses)
        return told

    def _requests(self, hot: bool, naive: bool) -> Iterator[bytes]:
        path = "/plain/orders/" if naive else "/api/v1/me/registrations/"
        for serial, token in enumerate(self.tokens):
            district = self.districts[0 if hot else serial % len(self.districts)]
            if naive:
                entries = [{"offering": o.pk, "district": district.pk} for o in self.offerings]
                asked: dict[str, Any] = {"registrations": entries}
            else:
                entries = [{"course": o.course.code, "district": district.code} for o in self.offerings]
                asked = {"session": SESSION, "entries": entries}
            body = json.dumps(asked).encode()
            yield post(path, body, Authorization=f"Bearer {token}", Idempotency_Key=secrets.token_hex(16))
        raise AssertionError("more people must be signed in for such a machine")

    # -- bare ---------------------------------------------------------------------------------------------------------
    def pgbench(self) -> float:
        """Transactions a second of the same statements without a rule in between."""
        self._clear()
        given = connection.get_connection_params()
        server = {
            f"PG{name.upper()}": str(given[name]) for name in ("host", "port", "user", "password") if given.get(name)
        }
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(self._script())
            script.flush()
            said = subprocess.run(
                ["pgbench", "-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "2", "-T", str(int(SECONDS)),
                 "-D", "k=0", "-f", script.name, connection.settings_dict["NAME"]],
                env=os.environ | server, capture_output=True, text=True, check=True,
            )  # fmt: skip
        return float(re.search(r"^tps = ([\d.]+)", said.stdout, re.MULTILINE)[1])  # type: ignore[index]

    def _script(self) -> str:
        one, two = self.offerings
        session, now, ends = one.session_id, clock.now().isoformat(), self.window.closes_at.isoformat()
        places = [district.pk for district in self.districts]
        first = f"({self.candidates[0]} + :n)", f"({self.users[0]} + :n)"
        assert self.candidates == list(range(self.candidates[0], self.candidates[0] + PEOPLE))
        assert places == list(range(places[0], places[0] + len(places)))
        assert self.users == list(range(self.users[0], self.users[0] + PEOPLE))
        entry = "({0}, {1}, {2}, {3}, {4}, {5}, (SELECT id FROM o), {6}, 'pending', '{7}')"
        entries = ", ".join(
            entry.format(first[0], session, o.pk, o.course_id, o.slot, ":place", o.fee_fen, now) for o in (one, two)
        )
        audit = ", ".join(
            f"('{now}', {first[1]}, '韦小莉', 'api', '', :n, '{verb}', '{kind}', :n, '', 'pending', '', '{{}}',"
            " md5('a') || md5('b'))"
            for verb, kind in (
                ("payments.open_order", "order"),
                *[("registrations.submit", "registration")] * 2,
            )
        )
        # Our own names and numbers alone go into it.
        return f"""
\\set k :k + 1
\\set n :client_id * {PEOPLE_OF_EACH} + :k
\\set place {places[0]} + :n % {len(places)}
BEGIN;
SELECT * FROM cms_businesswindow WHERE business = '{self.window.business}'
 AND session = '{SESSION}' AND phase = 'apply';
SELECT o.*, c.* FROM candidate_api_offering o JOIN candidate_api_course c ON c.id = o.course_id
 WHERE o.session_id = {session} AND c.code IN ('{one.course.code}', '{two.course.code}');
SELECT course_id, slot FROM candidate_api_registration
 WHERE candidate_id = {first[0]} AND session_id = {session} AND state IN ('pending', 'confirmed');
WITH o AS (INSERT INTO candidate_api_order
 (number, payer_id, kind, subject, title, amount_fen, state, expires_at, created_at)
 VALUES ('GX' || :n, {first[1]}, 'registration', '{SESSION}', '课程报考', {one.fee_fen + two.fee_fen}, 'pending',
 '{ends}', '{now}') RETURNING id)
INSERT INTO candidate_api_registration
 (candidate_id, session_id, offering_id, course_id, slot, district_id, order_id, fee_fen, state, created_at)
 VALUES {entries};
INSERT INTO kernel_auditentry (at, actor_id, actor_name, channel, address, request_id, verb, subject_type, subject_id,
 from_state, to_state, note, data, digest) VALUES {audit};
UPDATE candidate_api_seatpool SET taken = taken + 1
 WHERE session_id = {session} AND district_id = :place AND slot = {one.slot} AND bucket = :client_id
 AND taken < capacity;
UPDATE candidate_api_seatpool SET taken = taken + 1
 WHERE session_id = {session} AND district_id = :place AND slot = {two.slot} AND bucket = :client_id
 AND taken < capacity;
COMMIT;
"""  # noqa: S608
