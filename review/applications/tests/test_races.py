"""Everything at once: nobody gets what another has, whatever the timing."""

import pytest
from django.db import connection

from portal.kernel import clock
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.applications import actions, queries
from review.applications.models import Application, Event
from review.applications.rules import LEASE
from review.applications.tests.scene import NANNING, by, drafted, made, passed, person_named, reviewer, submitted
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
TASKS, REVIEWERS = 200, 8


def many(person: User) -> None:
    """200 applications that wait: one handed in, the others its copies, since handing in takes a while."""
    first = submitted(person)
    rows = []
    for number in range(1, TASKS):
        copy = Application.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.subject = None, f"copy-{number}", f"copy-{number}"
        rows.append(copy)
    Application.objects.bulk_create(rows)


def test_two_hundred_tasks_and_eight_reviewers(person):
    made()
    many(person)
    staff = [reviewer("first_reviewer", NANNING, number) for number in range(REVIEWERS)]

    def work(number: int) -> list[int]:
        mine = []
        while (found := actions.claim_next(by=staff[number])) is not None:
            mine.append(found.pk)
            actions.approve(found.pk, found.revision, by=staff[number])
        return mine

    outcome = threads(REVIEWERS, work)
    assert outcome.errors == {}
    claimed = [pk for mine in outcome.values.values() for pk in mine]
    assert len(claimed) == len(set(claimed)) == TASKS
    assert Event.objects.filter(verb="approve").count() == TASKS


def test_without_the_lock_two_would_have_the_same(person):
    """The control: looking and taking without a lock between hands one application to several."""
    made()
    submitted(person)
    staff = [reviewer("first_reviewer", NANNING, number) for number in range(REVIEWERS)]

    def careless(number: int) -> int | None:
        found = queries.next_free_ids(staff[number], "").first()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        if found is None:
            return None
        Application.objects.filter(pk=found.pk).update(
            claimed_by=staff[number].user_id, claimed_until=clock.now() + LEASE
        )
        return found.pk

    outcome = threads(REVIEWERS, careless)
    assert len([pk for pk in outcome.values.values() if pk]) > 1


def test_one_of_two_at_once(person):
    """Submitting twice, starting twice, deciding twice: one wins, the other is refused, and nothing is there twice."""
    made()
    application = drafted(person)
    outcome = threads(4, lambda _number: actions.submit(application.number, by=by(person)))
    assert (len(outcome.values), Event.objects.filter(verb="submit").count()) == (1, 1)
    assert {type(error) for error in outcome.errors.values()} == {Problem}

    other = person_named("陆大海")
    outcome = threads(4, lambda _number: actions.start("practice", {}, by=by(other)))
    assert (len(outcome.values), Application.objects.filter(applicant=other).count()) == (1, 1)

    staff = [reviewer("first_reviewer", NANNING, number) for number in range(4)]
    outcome = threads(4, lambda number: passed(application, staff[number]))
    assert (len(outcome.values), Event.objects.filter(verb="approve").count()) == (1, 1)
