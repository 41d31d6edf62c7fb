"""The desk in the busiest week: the queue opens, the next one is taken, among 50,000 applications of fifteen offices.

In processor time of the web process and of the database's process that works for it, so that other work on the machine
does not spoil it. PostgreSQL on this machine alone.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection
from django.test import Client

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.tests.scene import CONFIRM, OFFICE, PROVINCE, made, person_named
from review.desk.actions import save_filter
from review.offices.models import Office
from tests.bench.measure import Row

UNIT = "per second and core"
NUMBER, PEOPLE, WITHIN = 50_000, 5_000, 0.300
CITIES = 14
# What differs from one to the next: a third is over, a third of the others waits for its candidate, a fifth is the
# province's, a fifth is late.
OWN = {
    "number": "'B' || n",
    "subject": "n::text",
    "applicant_id": "(%(people)s)[1 + n %% 5000]",
    "state": "CASE WHEN n %% 3 = 0 THEN 'approved' ELSE 'submitted' END",
    "turn": "CASE WHEN n %% 3 = 0 THEN '' WHEN n %% 9 = 1 THEN 'candidate' ELSE 'office' END",
    "step_label": "CASE WHEN n %% 3 = 0 THEN '' ELSE '待审核' END",
    "office_id": "CASE WHEN n %% 5 = 0 THEN %(province)s ELSE (%(cities)s)[1 + n %% 14] END",
    "origin_id": "(%(cities)s)[1 + n %% 14]",
    "submitted_at": "now() - n * interval '1 minute'",
    "due_at": "CASE WHEN n %% 3 = 0 THEN NULL ELSE now() + (n - 10000) * interval '1 minute' END",
    "decided_at": "CASE WHEN n %% 3 = 0 THEN now() END",
}


def rows() -> list[Row]:
    """How often each can be done in a second of one core, beside 300 ms."""
    if connection.vendor != "postgresql":
        return []
    furnish()
    asked = [
        ("the queue, a city", page("first_reviewer", "450100", "/admin/applications/")),
        ("the queue, the province", page("second_reviewer", "45", "/admin/applications/")),
        ("the queue, twelve kept filters", with_filters()),
        ("a page far behind", page("second_reviewer", "45", "/admin/applications/?p=150")),
        ("what waits for an office", page("first_reviewer", "450100", "/admin/applications/?turn=office")),
        ("the first page of the desk", page("first_reviewer", "45", "/admin/")),
        ("the list's rows alone, SQL", lambda: list(queries.listed(reviewer("second_reviewer", "45"))[:50])),
        ("领取下一件", next_one("first_reviewer", "45")),
    ]
    return [Row(what, 1 / spent(work), 1 / WITHIN, goal=1) for what, work in asked]


def spent(work: Callable[[], object], times: int = 10) -> float:
    """Processor seconds of this process and of its database's, each time."""
    work()
    began = time.process_time() + backend()
    for _again in range(times):
        work()
    return (time.process_time() + backend() - began) / times


def backend() -> float:
    """Processor seconds of the database's process behind this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def reviewer(role: str, office: str) -> Actor:
    return Actor.of(person(role, office), "admin")


def person(role: str, office: str) -> User:
    name = f"{role}{'' if office == '45' else f'-{office}'}-1"
    return User.objects.filter(username=name).first() or member(role, office)


def page(role: str, office: str, address: str) -> Callable[[], None]:
    client = Client()
    client.force_login(person(role, office))

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise AssertionError(f"{address}: {answer.status_code}")

    return ask


def with_filters() -> Callable[[], None]:
    who, office = reviewer("first_reviewer", "45"), Office.objects.get(code="450100").pk
    for number, query in enumerate(("turn=office", "state=approved", "state=returned", f"office={office}") * 3):
        save_filter(f"筛选{number}", query, by=who)
    return page("first_reviewer", "45", "/admin/applications/")


def next_one(role: str, office: str) -> Callable[[], None]:
    who = reviewer(role, office)

    def take() -> None:
        found = actions.claim_next(by=who)
        if found is None:
            raise AssertionError("nothing waits")
        actions.let_go(found.pk, by=who)

    return take


def furnish() -> None:
    """As many applications of one type as there are in a bad year, by one statement."""
    type_, now = made(steps=[OFFICE, CONFIRM, PROVINCE]), clock.now()
    frozen = type_.configuration.as_json()
    first = Application.objects.create(
        type=type_, applicant=person_named("韦小莉"), frozen=frozen, round=1, created_at=now, submitted_at=now
    )
    province = Office.objects.get(code="45")
    cities = [
        Office.objects.get_or_create(
            code=f"45{n:02d}00", defaults={"name": f"第{n}市", "kind": "city", "path": f"/45/45{n:02d}00/"}
        )[0]
        for n in range(1, CITIES + 1)
    ]
    people = [User(username=f"bench-{n}", name="陆大海", is_candidate=True) for n in range(PEOPLE)]
    User.objects.bulk_create(people, 1000)
    copied = [field.column for field in Application._meta.concrete_fields if field.column not in {"id", *OWN}]
    names, kept = ", ".join((*OWN, *copied)), ", ".join(f"a.{column}" for column in copied)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO review_application ({names}) SELECT {', '.join(OWN.values())}, {kept}"  # noqa: S608 -- our own names
            " FROM review_application a, generate_series(1, %(number)s) AS n WHERE a.id = %(first)s",
            {
                "number": NUMBER,
                "first": first.pk,
                "people": [one.pk for one in people],
                "cities": [one.pk for one in cities],
                "province": province.pk,
            },
        )
        cursor.execute("ANALYZE")
