"""排队等候: first come, first served; a place is a person's and stays; without a line nobody notices."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from candidate_api.waiting import actions, queries
from candidate_api.waiting.models import WaitingPlace, WaitingRoom
from candidate_api.waiting.queries import NO_LINE
from candidate_api.waiting.rules import AWAY_AFTER, ENTRY_LIFE, KEPT, OPEN_FOR, Mode
from candidate_api.waiting.tests.line import NOON, admitted, opened, somebody, staff
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def told(who: Actor) -> tuple[int | None, int]:
    """Position and estimate in seconds."""
    where = actions.take_place(by=who)
    return where.position, where.seconds


def refusal(who: Actor) -> Problem:
    with pytest.raises(Problem) as refused:
        actions.enter(by=who)
    return refused.value


# -- the line ---------------------------------------------------------------------------------------------------------
def test_without_a_line_nothing_is_written() -> None:
    who = somebody()
    assert actions.enter(by=who) == actions.take_place(by=who) == queries.look(who) == NO_LINE
    assert not WaitingRoom.objects.exists()
    assert not WaitingPlace.objects.exists()


def test_first_come_first_served(noon: Any) -> None:
    opened(per_minute=60)
    people = [somebody() for _ in range(5)]
    assert [told(who) for who in people] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]

    noon.move_to(NOON + timedelta(seconds=2))
    assert told(people[4]) == (3, 3)  # whoever asks has the first two let in, not themselves
    assert admitted() == [people[0].user_id, people[1].user_id]
    assert actions.enter(by=people[0]).until == NOON + timedelta(seconds=2) + ENTRY_LIFE
    assert refusal(people[2]).extra == {"position": 1, "estimate": 1}

    noon.move_to(NOON + timedelta(seconds=9))
    assert [told(who)[0] for who in people] == [None] * 5


def test_asking_again_keeps_the_place_and_a_position_only_goes_down(noon: Any) -> None:
    opened(per_minute=6)
    people = [somebody() for _ in range(4)]
    seen: list[list[int | None]] = [[] for _ in people]
    for step in range(12):
        noon.move_to(NOON + timedelta(seconds=5 * step))
        for number, who in enumerate(reversed(people)):
            seen[number].append(told(who)[0])
    for positions in seen:
        waited = [position for position in positions if position is not None]
        assert waited == sorted(waited, reverse=True)
        assert positions == waited + [None] * (len(positions) - len(waited))
    assert WaitingPlace.objects.count() == 4


def test_the_refusal_says_where_one_stands_and_when_to_ask(noon: Any) -> None:
    opened(per_minute=1)
    actions.take_place(by=somebody())
    problem = refusal(somebody())
    assert (problem.code, problem.status, problem.retry_after) == (Code.WAITING_ROOM, 429, 30)
    assert problem.extra == {"position": 2, "estimate": 120}
    assert "第2位" in str(problem.detail)
    assert "约2分钟" in str(problem.detail)


def test_a_place_is_of_the_person_and_nobody_else(noon: Any) -> None:
    """Whatever a browser shows: the house looks for the signed-in person's own place."""
    opened(per_minute=60)
    first, other = somebody(), somebody()
    actions.take_place(by=first)
    noon.move_to(NOON + timedelta(seconds=1))
    assert actions.enter(by=first).may_enter
    assert refusal(other).extra["position"] == 1
    place = WaitingPlace.objects.get(user_id=first.user_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        WaitingPlace.objects.create(opening=place.opening, user_id=first.user_id, arrived_at=NOON, seen_at=NOON)


def test_who_is_in_stays_while_they_go_on_and_stands_at_the_end_afterwards(noon: Any) -> None:
    opened(per_minute=60)
    who, other = somebody(), somebody()
    actions.take_place(by=who)
    noon.move_to(NOON + timedelta(seconds=1))
    ends = actions.take_place(by=who).until
    assert ends is not None

    noon.move_to(ends - timedelta(minutes=1))
    again = actions.enter(by=who).until
    assert again == ends - timedelta(minutes=1) + ENTRY_LIFE
    actions.take_place(by=other)

    noon.move_to(again)
    actions.take_place(by=who)
    assert [place.user_id for place in WaitingPlace.objects.order_by("pk")] == [other.user_id, who.user_id]


def test_who_has_gone_away_is_passed_over_and_first_when_back(noon: Any) -> None:
    opened(per_minute=6)
    away, stays, late = somebody(), somebody(), somebody()
    for who in (away, stays):
        actions.take_place(by=who)
    noon.move_to(NOON + AWAY_AFTER)
    actions.take_place(by=late)  # `stays` has not asked either: nobody is there but who comes now
    assert admitted() == [late.user_id]

    noon.move_to(NOON + AWAY_AFTER + timedelta(seconds=1))
    assert told(stays)[0] == 2
    assert told(away)[0] == 1
    noon.move_to(NOON + AWAY_AFTER + timedelta(seconds=11))
    actions.take_place(by=stays)
    assert WaitingPlace.objects.get(user_id=away.user_id).admitted_at is not None
    assert WaitingPlace.objects.get(user_id=stays.user_id).admitted_at is None


# -- opened by load ---------------------------------------------------------------------------------------------------
def test_too_many_writes_open_it_and_it_closes_when_nobody_waits(noon: Any) -> None:
    opened(per_minute=60, mode=Mode.AUTO, opens_above=3)
    assert [actions.enter(by=somebody()) for _ in range(3)] == [NO_LINE] * 3
    fourth = somebody()
    assert refusal(fourth).extra["position"] == 1
    entry = AuditEntry.objects.get(verb="waiting.open")
    assert (entry.actor_name, entry.data) == ("load", {"opening": 1, "above": 3})

    noon.move_to(NOON + timedelta(seconds=1))
    assert actions.enter(by=fourth).may_enter
    noon.move_to(NOON + timedelta(seconds=1) + OPEN_FOR)
    assert actions.enter(by=somebody()) == NO_LINE


def test_it_stays_open_while_somebody_waits(noon: Any) -> None:
    opened(per_minute=1, mode=Mode.AUTO, opens_above=1)
    actions.enter(by=somebody())
    people = [somebody() for _ in range(9)]
    for who in people:
        refusal(who)
    for minute in range(1, 8):
        noon.move_to(NOON + timedelta(minutes=minute))
        for who in people:
            actions.take_place(by=who)
    assert len(admitted()) == 7
    assert refusal(people[8]).extra["position"] == 2


def test_without_the_cache_nobody_is_kept_from_registering(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is away: load cannot be counted, and the door stands open. A line that staff opened goes on."""

    def away(*_: Any, **__: Any) -> Any:
        raise ConnectionError

    opened(mode=Mode.AUTO, opens_above=1)
    for name in ("get", "add", "incr", "set", "counted"):
        monkeypatch.setattr(cache, name, away, raising=False)
    assert [actions.enter(by=somebody()) for _ in range(5)] == [NO_LINE] * 5
    opened(mode=Mode.ON)
    assert refusal(somebody()).extra["position"] == 1


# -- the switch -------------------------------------------------------------------------------------------------------
def test_staff_open_and_shut_it_with_a_reason() -> None:
    who = somebody()
    opened(per_minute=60)
    assert refusal(who).extra["position"] == 1
    opened(per_minute=30)
    assert refusal(who).extra == {"position": 1, "estimate": 2}  # the place is kept
    opened(mode=Mode.OFF)
    assert actions.enter(by=who) == NO_LINE
    opened(per_minute=60)
    assert WaitingPlace.objects.count() == 1
    actions.take_place(by=somebody())
    assert refusal(who).extra["position"] == 2  # another opening is another line

    first = AuditEntry.objects.filter(verb="waiting.set").earliest("pk")
    assert first.note == "报考首日"
    assert first.data["before"]["mode"] == "auto"
    assert first.data["after"] == {"mode": "on", "per_minute": 60, "opens_above": first.data["before"]["opens_above"]}


@pytest.mark.parametrize(
    ("role", "office"), [("finance", "45"), ("auditor", "45"), ("administrator", "450100"), ("archive", "45")]
)
def test_others_may_not_switch_it(role: str, office: str) -> None:
    with pytest.raises(Problem) as refused:
        actions.set_room(Mode.ON, 60, 60, "报考首日", by=staff(role, office))
    assert refused.value.code == Code.PERMISSION_DENIED
    assert not WaitingRoom.objects.exists()


@pytest.mark.parametrize(("mode", "number"), [("soon", 60), (Mode.ON, 0), (Mode.ON, 1_000_001)])
def test_what_makes_no_sense_is_refused(mode: str, number: int) -> None:
    with pytest.raises(Problem) as refused:
        actions.set_room(mode, number, 60, "报考首日", by=staff())
    assert refused.value.code == Code.VALIDATION_FAILED
    assert not WaitingRoom.objects.exists()


def test_places_are_forgotten_after_a_day(noon: Any) -> None:
    opened()
    actions.take_place(by=somebody())
    noon.move_to(NOON + KEPT)
    assert actions.forget() == 0
    noon.move_to(NOON + KEPT + timedelta(seconds=1))
    assert actions.forget() == 1
