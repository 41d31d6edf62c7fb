"""Verbs about one session's seats at the same instant, on PostgreSQL; each is lost without the session's lock."""

import pytest
from django.db import IntegrityError

from candidate_api.arrangements.actions import complete, draw_due, move, publish, request
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.arrangements.tests import factories as make
from candidate_api.arrangements.tests.test_amending import REASON, archivist
from candidate_api.sessions.models import ExamSession, Room
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sitting(time_machine) -> ExamSession:
    time_machine.move_to(make.RELEASE)
    sitting, place = make.session(), make.district()
    make.site(place, [30] * 10)
    make.entries(make.people(200), sitting, place, [1])
    return sitting


def test_workers_at_once_draw_everybody_once(sitting: ExamSession) -> None:
    request("2026-10", "a", by=make.OFFICE)
    outcome = threads(3, lambda _number: draw_due(by=make.OFFICE))
    assert outcome.errors == {}
    assert sorted(outcome.values.values()) == [0, 0, 1]
    assert (Arrangement.objects.get().done, Seat.objects.count()) == (200, 200)


def test_late_entrants_are_seated_once(sitting: ExamSession) -> None:
    make.arrange()
    make.entries(make.people(20), sitting, make.district(), [1])
    outcome = threads(3, lambda _number: complete("2026-10", by=make.OFFICE).version)
    assert outcome.errors == {}
    assert set(outcome.values.values()) == {2}
    assert (Seat.objects.count(), SeatChange.objects.count()) == (220, 20)


def test_control_without_the_lock_they_collide(sitting: ExamSession, monkeypatch) -> None:
    make.arrange()
    make.entries(make.people(20), sitting, make.district(), [1])
    monkeypatch.setattr(
        "candidate_api.arrangements.queries.session_for_update", lambda code: ExamSession.objects.get(code=code)
    )
    outcome = threads(3, lambda _number: complete("2026-10", by=make.OFFICE).version)
    assert {type(error) for error in outcome.errors.values()} == {IntegrityError}


def test_one_chair_is_given_to_one_of_those_who_are_moved_there(sitting: ExamSession) -> None:
    make.arrange()
    clerk = archivist()
    last = Room.objects.latest("number")
    entries = list(Seat.objects.order_by("pk").values_list("registration_id", flat=True)[:4])
    outcome = threads(4, lambda number: move(entries[number], last.pk, 30, REASON, by=clerk).version)
    assert outcome.errors == {}
    # One after another: each newcomer takes the chair, and whoever was there goes where the newcomer was.
    assert sorted(outcome.values.values()) == [2, 3, 4, 5]
    assert Seat.objects.filter(room=last, seat_no=30).count() == 1
    assert Seat.objects.count() == 200


def test_published_once(sitting: ExamSession) -> None:
    make.drawn()
    clerks = [archivist(number=number) for number in (1, 2)]
    outcome = threads(2, lambda number: publish("2026-10", "已核对", by=clerks[number]).version)
    assert list(outcome.values.values()) == [1]
    assert [str(error.code) for error in outcome.errors.values()] == ["state_conflict"]
