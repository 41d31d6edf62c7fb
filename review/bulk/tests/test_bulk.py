"""Many at once: by the list's filter, confirmed by their number, each for itself, the failed ones again."""

import re

import pytest
from django.db import IntegrityError
from django.test import Client

from portal.kernel import clock
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.applications import actions as applications
from review.applications.models import Application
from review.applications.rules import LEASE
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import GUILIN, NANNING, block, fresh, made, passed, reviewer, submitted
from review.bulk import actions, queries
from review.bulk.models import BulkItem, BulkRun
from review.offices.models import StaffRole
from tests.races import threads

pytestmark = pytest.mark.django_db(transaction=True)
MANY, PLANTED = 500, 7
CITY_ALONE = [block("office", key="city", label="待市考办审核", level="city", working_days=5)]


def many(person: User, count: int = MANY) -> list[int]:  # noqa: F811
    """So many that wait: one handed in, the others its copies, since handing in takes a while."""
    made(steps=CITY_ALONE)
    first = submitted(person)
    rows = []
    for number in range(1, count):
        copy = Application.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.subject = None, f"copy-{number}", f"copy-{number}"
        rows.append(copy)
    Application.objects.bulk_create(rows)
    return list(Application.objects.order_by("pk").values_list("pk", flat=True))


def start(actor, typed: str | None = None, verb: str = "approve") -> BulkRun:
    chosen = list(queries.open_to(actor, verb).order_by("pk").values_list("pk", "revision"))
    return actions.start(verb, chosen, str(len(chosen)) if typed is None else typed, "", "", by=actor)


def test_five_hundred_with_seven_that_fail(person):  # noqa: F811
    keys = many(person)
    actor, colleague = reviewer(), reviewer("first_reviewer", NANNING, 2)
    run = start(actor)
    planted = Application.objects.filter(pk__in=keys[:: MANY // PLANTED][:PLANTED])
    planted.update(claimed_by=colleague.user_id, claimed_until=clock.now() + LEASE)
    assert actions.run_due() == MANY
    told = queries.one(actor, run.pk)
    assert (told.total, told.done, told.failed, told.finished_at is None) == (MANY, MANY - PLANTED, PLANTED, False)
    assert Application.objects.filter(state="approved").count() == MANY - PLANTED
    assert set(run.items.exclude(code="").values_list("application_id", "code")) == {
        (pk, "state_conflict") for pk in planted.values_list("pk", flat=True)
    }
    planted.update(claimed_by=None, claimed_until=None)
    actions.retry(run.pk, by=actor)
    assert actions.run_due() == PLANTED
    assert Application.objects.filter(state="approved").count() == MANY
    with pytest.raises(Problem, match="state_conflict"):
        actions.retry(run.pk, by=actor)
    with pytest.raises(Problem, match="not_found"):
        actions.retry(run.pk, by=colleague)


def test_one_that_breaks_keeps_nobody_waiting(person, monkeypatch):  # noqa: F811
    keys = many(person, 3)
    actor = reviewer()
    run = start(actor)
    approve = applications.approve

    def broken(application_id, *args, **more):
        if application_id == keys[0]:
            raise IntegrityError("something that nobody has thought of")
        return approve(application_id, *args, **more)

    monkeypatch.setattr(applications, "approve", broken)
    assert actions.run_due() == 3
    told = queries.one(actor, run.pk)
    assert (told.done, told.failed, told.finished_at is None) == (2, 1, False)
    assert list(run.items.exclude(code="").values_list("application_id", "code")) == [(keys[0], "server_error")]
    monkeypatch.undo()
    actions.retry(run.pk, by=actor)
    assert actions.run_due() == 1
    assert Application.objects.filter(state="approved").count() == 3


@pytest.mark.parametrize("typed", ["", "2", "4", "三"])
def test_a_number_that_is_not_theirs_starts_nothing(person, typed):  # noqa: F811
    many(person, 3)
    with pytest.raises(Problem, match="validation_failed"):
        start(reviewer(), typed)
    assert (BulkRun.objects.count(), BulkItem.objects.count()) == (0, 0)


def test_who_decides_nothing_and_who_has_lost_the_role(person):  # noqa: F811
    many(person, 3)
    with pytest.raises(Problem, match="permission_denied"):
        start(reviewer("auditor"), "3")
    actor = reviewer()
    start(actor)
    StaffRole.objects.filter(user_id=actor.user_id).delete()
    actions.run_due()
    assert (BulkItem.objects.exclude(code="").count(), Application.objects.filter(state="submitted").count()) == (3, 3)


def test_what_has_changed_since_wants_to_be_looked_at(person):  # noqa: F811
    keys = many(person, 2)
    actor = reviewer()
    start(actor)
    Application.objects.filter(pk=keys[0]).update(revision=99)
    actions.run_due()
    assert (fresh(Application(pk=keys[0])).state, fresh(Application(pk=keys[1])).state) == ("submitted", "approved")


def test_results_that_were_held_are_told_together(person):  # noqa: F811
    made(steps=[block("office", key="all", label="待审定", level="city", held=True)])
    passed(submitted(person), reviewer())
    passed(submitted(person, course="02324"), reviewer())
    start(reviewer(), verb="release")
    actions.run_due()
    assert set(Application.objects.values_list("state", flat=True)) == {"approved"}


def test_the_page_of_a_run_lists_every_case_with_its_outcome_failures_first(person):  # noqa: F811
    keys = many(person, 3)
    actor, colleague = reviewer(), reviewer("first_reviewer", NANNING, 2)
    run = start(actor)
    Application.objects.filter(pk=keys[2]).update(claimed_by=colleague.user_id, claimed_until=clock.now() + LEASE)
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))

    def rows() -> list[list[str]]:
        page = client.get(f"/admin/bulk/{run.pk}/").content.decode()
        body = page.split("<tbody>")[1].split("</tbody>")[0]
        return [re.sub(r"<[^>]*>|[ \n]+", " ", row).split() for row in body.split("</tr>")[:-1]]

    assert [row[2:] for row in rows()] == [["韦*莉", "等待办理"]] * 3
    actions.run_due()
    assert [row[2:] for row in rows()] == [
        ["韦*莉", "这件申请正由其他工作人员审核。"],
        ["韦*莉", "已办理"],
        ["韦*莉", "已办理"],
    ]


def test_offices_below_are_not_decided_about_in_bulk(person):  # noqa: F811
    many(person, 2)
    assert queries.open_to(reviewer("first_reviewer", "45"), "approve").count() == 0
    assert queries.open_to(reviewer(), "approve").count() == 2


def test_by_the_filter_at_the_desk(person):  # noqa: F811
    made(slug="other", title="别的业务", steps=CITY_ALONE)
    other = submitted(person, "other")
    many(person, 3)
    client = Client()
    client.force_login(User.objects.get(pk=reviewer().user_id))
    query = f"type={Application.objects.exclude(pk=other.pk)[0].type_id}"
    shown = client.get(f"/admin/bulk/new/?{query}").content.decode()
    assert "3 件申请" in shown
    wrong = client.post("/admin/bulk/new/", {"verb": "approve", "filter": query, "typed": "4", "note": ""})
    assert (wrong.status_code, BulkRun.objects.count()) == (400, 0)
    answer = client.post("/admin/bulk/new/", {"verb": "approve", "filter": query, "typed": "3", "note": ""})
    actions.run_due()
    assert "已办理 3 件" in client.get(answer.url).content.decode()
    assert fresh(other).state == "submitted"
    stranger = Client()
    stranger.force_login(User.objects.get(pk=reviewer("first_reviewer", GUILIN).user_id))
    assert stranger.get(answer.url).status_code == 404
    assert "0 件申请" in stranger.get(f"/admin/bulk/new/?{query}").content.decode()


@pytest.mark.postgresql
def test_two_workers_deal_with_each_once(person):  # noqa: F811
    many(person, 40)
    start(reviewer())
    outcome = threads(2, lambda _number: actions.run_due())
    assert outcome.errors == {}
    assert sum(outcome.values.values()) == 40
    assert BulkItem.objects.exclude(code="").count() == 0
