"""The stored reports, their page and the desk's first page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.invariants import actions
from candidate_api.invariants.models import InvariantReport
from candidate_api.invariants.queries import INVARIANTS
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.dashboard.panels import PANELS
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member
from tests.races import threads

pytestmark = pytest.mark.django_db
SEEN = {
    "administrator": {"windows", "queues", "registrations", "failed", "invariants"},
    "auditor": {"windows", "queues", "registrations", "invariants"},
    "finance": {"windows", "queues", "registrations"},
    "archive": {"windows", "queues", "registrations"},
    "support": {"windows", "queues", "failed"},
    "first_reviewer": {"windows", "queues"},
    "editor": {"windows", "queues"},
}
OURS = {"windows", "queues", "registrations", "failed", "invariants"}


@pytest.mark.parametrize("role", SEEN)
def test_each_role_sees_its_own_panels_and_reports(client: Client, role: str) -> None:
    client.force_login(member(role))
    client.get("/admin/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get("/admin/")
    text = page.content.decode()

    assert page.status_code == 200
    assert {code for code in OURS if f'id="panel-{code}"' in text} == SEEN[role]
    ours = [query for query in queries if "kernel_message" in query["sql"] or "candidate_api" in query["sql"]]
    assert len(ours) <= 12, [query["sql"] for query in ours]
    may_read, may_ask = role in {"administrator", "auditor"}, role == "administrator"
    assert (client.get("/admin/invariants/").status_code == 200) is may_read
    client.post("/admin/invariants/ask/")
    assert InvariantReport.objects.count() == int(may_ask)


def test_every_panel_is_plugged_in_once() -> None:
    assert set(PANELS) >= OURS


def test_a_report_is_asked_for_made_and_shown(client: Client) -> None:
    administrator = member("administrator")
    by = Actor.of(administrator, "admin")

    assert actions.ask(by=by) == actions.ask(by=by)
    actions.run_due()

    report = InvariantReport.objects.get()
    assert [result["code"] for result in report.results] == [invariant.code for invariant in INVARIANTS]
    assert (report.broken, report.finished_at is not None) == (0, True)
    client.force_login(administrator)
    assert "不符 0 处" in client.get("/admin/invariants/").content.decode()
    assert "全部相符" in client.get("/admin/").content.decode()


def test_the_clock_asks_every_six_hours_and_old_reports_go() -> None:
    actions.run_due()
    actions.run_due()
    first = InvariantReport.objects.get()
    past = clock.now() - timedelta(days=91)
    InvariantReport.objects.update(finished_at=past)

    actions.run_due()

    assert InvariantReport.objects.get().pk > first.pk


def test_who_may_not_ask_changes_nothing() -> None:
    with pytest.raises(Problem) as refusal:
        actions.ask(by=Actor.of(member("auditor"), "admin"))
    assert refusal.value.code is Code.PERMISSION_DENIED
    assert (InvariantReport.objects.count(), AuditEntry.objects.filter(verb="invariants.ask").count()) == (0, 0)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_many_ask_at_once_and_one_report_waits() -> None:
    by = Actor.of(member("administrator"), "admin")

    outcome = threads(6, lambda number: actions.ask(by=by).pk)

    assert (outcome.errors, len(set(outcome.values.values())), InvariantReport.objects.count()) == ({}, 1, 1)
