"""The panel 待办: what waits, what is late, what is one's own; asked with one query a queue."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from cms.complaints import actions as complaints
from cms.complaints.models import Complaint
from cms.complaints.tests.desk import complaint, supporter
from portal.kernel.actor import Actor
from portal.kernel.dashboard import panels
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.applications import actions as applications
from review.applications.models import Application
from review.applications.tests.conftest import person  # noqa: F401 -- a fixture
from review.applications.tests.scene import GUILIN, made, person_named, reviewer, submitted

pytestmark = pytest.mark.django_db


def line(actor: Actor, code: str) -> tuple[int, int | None, int, bool] | None:
    """Count, overdue, mine, late of one of the actor's queues."""
    for found in panels.queues(actor)["lines"]:
        if found["queue"].code == code:
            waiting = found["waiting"]
            return waiting.count, waiting.overdue, waiting.mine, found["late"]
    return None


def test_complaints_that_wait_are_late_and_ones_own() -> None:
    first, second = supporter(), supporter(number=2)
    for _number in range(2):
        complaint()
    complaint(to="money")
    taken = Complaint.objects.filter(team__code="exam").earliest("pk")
    complaints.accept(taken.pk, by=first)

    assert line(first, "complaints") == (2, 0, 1, False)
    assert line(second, "complaints") == (2, 0, 0, False)
    assert line(Actor.of(member("administrator"), "admin"), "complaints") == (3, 0, 0, False)
    with time_machine.travel(taken.accept_due_at + timedelta(seconds=1), tick=False):
        assert line(first, "complaints") == (2, 1, 0, True), "the other was not accepted in time, the hold is over"
    assert line(Actor.of(member("finance"), "admin"), "complaints") is None


def test_applications_wait_for_whoever_decides(person: User) -> None:  # noqa: F811
    made()
    submitted(person)
    submitted(person_named("陆大海"))
    here, there = reviewer(), reviewer("first_reviewer", GUILIN)
    applications.claim_next("", by=here)

    assert line(here, "applications") == (2, 0, 1, False)
    assert line(there, "applications") == (0, 0, 0, False)
    due_at = Application.objects.latest("due_at").due_at
    assert due_at is not None
    with time_machine.travel(due_at, tick=False):
        assert line(here, "applications") == (2, 2, 0, True)


@pytest.mark.parametrize("n", [1, 50])
def test_one_waiting_or_fifty_take_the_same_queries(django_assert_num_queries, n: int) -> None:
    support = supporter()
    for _number in range(n):
        complaint()
    with django_assert_num_queries(2):
        assert line(support, "complaints") == (n, 0, 0, False)


def test_the_first_page_shows_them() -> None:
    support = supporter()
    complaints.accept(complaint().pk, by=support)
    client = Client()
    client.force_login(User.objects.get(pk=support.user_id))
    page = client.get("/admin/").content.decode()
    assert "待受理和处理中的咨询投诉" in page
    assert "我在办" in page
