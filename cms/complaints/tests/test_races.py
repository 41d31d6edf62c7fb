"""Two at once: two officers who accept, an answer against a take-over, the last question that is allowed."""

from threading import Barrier

import pytest
from django.core.cache import cache

from cms.complaints import actions, queries
from cms.complaints.models import Complaint
from cms.complaints.rules import OPEN_AT_MOST
from cms.complaints.tests import desk
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def race(monkeypatch: pytest.MonkeyPatch, locked: bool) -> int:
    """How many of two officers believe that they have taken it on."""
    officers = [desk.supporter(number=number) for number in (1, 2)]
    complaint = desk.complaint()
    if not locked:
        found = [Complaint.objects.select_related("category", "team", "holder").get() for _officer in officers]
        monkeypatch.setattr(queries, "visible_for_update", lambda by, _id: found[by.user_id == officers[1].user_id])
    outcome = threads(2, lambda number: actions.accept(complaint.pk, by=officers[number]))
    assert all(isinstance(error, Problem) for error in outcome.errors.values())
    assert AuditEntry.objects.filter(verb="complaints.accept").count() == len(outcome.values)
    return len(outcome.values)


def test_one_of_two_officers_takes_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(monkeypatch, locked=True) == 1


def test_without_the_lock_both_believe_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race(monkeypatch, locked=False) == 2


def test_one_of_two_claims_gets_it_when_a_lease_has_ended() -> None:
    first, *officers = [desk.supporter(number=number) for number in (1, 2, 3)]
    complaint = desk.complaint()
    actions.accept(complaint.pk, by=first)
    actions.release(complaint.pk, by=first)
    outcome = threads(2, lambda number: actions.claim(complaint.pk, by=officers[number]))
    assert (len(outcome.values), len(outcome.errors)) == (1, 1)
    [winner] = outcome.values
    assert Complaint.objects.get().holder_id == officers[winner].user_id


def asked_at_once(person: User) -> int:
    for _number in range(OPEN_AT_MOST - 1):
        cache.clear()
        desk.complaint(person)
    cache.clear()
    threads(4, lambda _number: desk.complaint(person))
    return Complaint.objects.filter(author=person).count()


def test_the_last_question_is_asked_once() -> None:
    assert asked_at_once(desk.person()) == OPEN_AT_MOST


def test_without_the_lock_it_is_asked_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    person = desk.person()
    counted = queries.own

    all_have_looked = Barrier(4)

    class Looking:
        """The last place: whoever has seen it free waits for the others to see it, too."""

        def __init__(self, by: Actor) -> None:
            self.rows = counted(by)

        def filter(self, **which: object) -> "Looking":
            self.rows = self.rows.filter(**which)
            return self

        def count(self) -> int:
            found = self.rows.count()
            if found == OPEN_AT_MOST - 1:
                all_have_looked.wait(30)
            return found

    monkeypatch.setattr(queries, "author_for_update", lambda _by: person)
    monkeypatch.setattr(queries, "own", Looking)
    assert asked_at_once(person) > OPEN_AT_MOST
