"""Many at the door at the same moment: so many are let in as the rate allows, and nobody before somebody."""

from datetime import timedelta

import pytest
import time_machine

from candidate_api.waiting import actions, queries
from candidate_api.waiting.models import WaitingPlace, WaitingRoom
from candidate_api.waiting.rules import Mode
from candidate_api.waiting.tests.line import NOON, admitted, opened, somebody
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
PEOPLE, ALLOWED = 12, 5


def waiting() -> list[Actor]:
    with time_machine.travel(NOON, tick=False):
        opened(per_minute=60)
        people = [somebody() for _ in range(PEOPLE)]
        for who in people:
            actions.take_place(by=who)
    return people


def all_ask(people: list[Actor]) -> None:
    with time_machine.travel(NOON + timedelta(seconds=ALLOWED), tick=False):
        asked = threads(PEOPLE, lambda n: actions.take_place(by=people[n]))
    assert asked.errors == {}


def test_exactly_as_many_as_allowed_in_the_order_of_their_coming() -> None:
    people = waiting()
    all_ask(people)
    assert admitted() == [who.user_id for who in people[:ALLOWED]]


def test_control_who_counts_from_a_room_of_before_lets_too_many_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the lock is there for: two requests that had both read the room before either let anybody in."""
    waiting()
    seen = [WaitingRoom.objects.get(), WaitingRoom.objects.get()]
    monkeypatch.setattr(queries, "for_update", lambda **_: seen.pop())
    with time_machine.travel(NOON + timedelta(seconds=ALLOWED), tick=False):
        assert (actions.let_in(), actions.let_in()) == (ALLOWED, ALLOWED)
    assert len(admitted()) == 2 * ALLOWED


def test_one_person_on_many_devices_has_one_place() -> None:
    opened(per_minute=1)
    who = somebody()
    asked = threads(PEOPLE, lambda _n: actions.take_place(by=who))
    assert asked.errors == {}
    assert WaitingPlace.objects.filter(user_id=who.user_id).count() == 1


def test_a_rush_opens_it_once() -> None:
    opened(mode=Mode.AUTO, opens_above=1)
    people = [somebody() for _ in range(PEOPLE)]

    def enter(number: int) -> str:
        try:
            actions.enter(by=people[number])
        except Exception as refused:
            return type(refused).__name__
        return "in"

    asked = threads(PEOPLE, enter)
    assert asked.errors == {}
    assert WaitingRoom.objects.get().opening == 1
    assert AuditEntry.objects.filter(verb="waiting.open").count() == 1
