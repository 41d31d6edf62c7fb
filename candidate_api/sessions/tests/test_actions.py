from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from candidate_api.sessions.actions import give_back, open_seats, take
from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site
from candidate_api.sessions.tests.factories import course, district, session
from cms.windows.actions import change_window, create_window, delete_window
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from tests import races

SYSTEM = Actor.system("tests")


def pool(capacity: int, taken: int = 0) -> SeatPool:
    return SeatPool.objects.create(session=session(), district=district(), slot=1, capacity=capacity, taken=taken)


def seats_of(made: SeatPool) -> tuple[int, int]:
    made.refresh_from_db()
    return made.taken, made.capacity


@pytest.mark.django_db
class TestTake:
    def test_until_nothing_is_left(self) -> None:
        made = pool(3)
        place = (made.session_id, made.district_id, made.slot)
        assert [take(*place), take(*place, 2), take(*place)] == [True, True, False]
        assert seats_of(made) == (3, 3)

    def test_not_a_part_of_what_is_asked(self) -> None:
        made = pool(3, taken=2)
        assert take(made.session_id, made.district_id, made.slot, 2) is False
        assert seats_of(made) == (2, 3)

    def test_without_a_limit_everybody_is_counted(self) -> None:
        place = (session().pk, district().pk, 2)
        assert (take(*place, 500), take(*place)) == (True, True)
        give_back(*place, 2)
        assert SeatPool.objects.values_list("slot", "capacity", "taken").get() == (2, None, 499)

    def test_given_back_it_can_be_taken_again(self) -> None:
        made = pool(2, taken=2)
        place = (made.session_id, made.district_id, made.slot)
        give_back(*place)
        assert seats_of(made) == (1, 2)
        assert take(*place) is True

    def test_never_below_nothing(self) -> None:
        made = pool(2, taken=1)
        give_back(made.session_id, made.district_id, made.slot, 2)
        assert seats_of(made) == (1, 2)


@pytest.mark.django_db
class TestOpenSeats:
    def rooms(self, number: int) -> tuple[Any, Any]:
        place = district()
        site = Site.objects.create(district=place, code="01", name="第一考点", address="考试路1号")
        for i in range(number):
            Room.objects.create(site=site, number=f"{i + 1:03}", seats=30)
        return site, session()

    def test_as_many_as_the_rooms_have(self) -> None:
        _, held = self.rooms(3)
        assert open_seats(held.pk, by=SYSTEM) == 4
        assert list(SeatPool.objects.values_list("slot", "capacity", "taken")) == [(n, 90, 0) for n in (1, 2, 3, 4)]
        assert AuditEntry.objects.get(verb="session.open_seats").data == {"districts": 1, "seats": 90}

    def test_again_when_there_are_more_rooms(self) -> None:
        site, held = self.rooms(1)
        open_seats(held.pk, by=SYSTEM)
        take(held.pk, site.district_id, 1, 30)
        Room.objects.create(site=site, number="002", seats=20)
        open_seats(held.pk, by=SYSTEM)
        assert list(SeatPool.objects.values_list("capacity", "taken")) == [(50, 30), (50, 0), (50, 0), (50, 0)]

    def test_opened_after_the_first_have_registered_they_are_counted(self) -> None:
        site, held = self.rooms(1)
        take(held.pk, site.district_id, 2, 29)
        assert open_seats(held.pk, by=SYSTEM) == 4
        assert list(SeatPool.objects.values_list("capacity", "taken")) == [(30, 0), (30, 29), (30, 0), (30, 0)]
        place = (held.pk, site.district_id, 2)
        assert (take(*place), take(*place)) == (True, False)

    def test_opened_too_small_for_who_has_registered_nothing_is_limited(self) -> None:
        site, held = self.rooms(1)
        take(held.pk, site.district_id, 2, 31)
        with pytest.raises(Problem) as refusal:
            open_seats(held.pk, by=SYSTEM)
        assert refusal.value.code == Code.STATE_CONFLICT
        assert list(SeatPool.objects.values_list("slot", "capacity", "taken")) == [(2, None, 31)]

    def test_not_below_what_is_taken(self) -> None:
        site, held = self.rooms(2)
        open_seats(held.pk, by=SYSTEM)
        take(held.pk, site.district_id, 1, 31)
        Room.objects.filter(number="002").delete()
        with pytest.raises(Problem) as refusal:
            open_seats(held.pk, by=SYSTEM)
        assert refusal.value.code == Code.STATE_CONFLICT
        assert list(SeatPool.objects.values_list("capacity", "taken")) == [(60, 31), (60, 0), (60, 0), (60, 0)]

    def test_not_by_people(self) -> None:
        _, held = self.rooms(1)
        with pytest.raises(Problem) as refusal:
            open_seats(held.pk, by=Actor(user_id=None, name="", channel="api"))
        assert refusal.value.code == Code.PERMISSION_DENIED
        assert SeatPool.objects.count() == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTheLastSeats:
    """Eight people, three seats, everybody at once."""

    def test_three_get_one(self) -> None:
        made = pool(3)

        def ask(_: int) -> bool:
            with transaction.atomic():
                return take(made.session_id, made.district_id, made.slot)

        outcome = races.threads(8, ask)
        assert outcome.errors == {}
        assert sorted(outcome.values.values()) == [False] * 5 + [True] * 3
        assert seats_of(made) == (3, 3)

    def test_eight_who_are_the_first_of_a_place_are_all_counted(self) -> None:
        place = (session().pk, district().pk, 3)

        def ask(_: int) -> bool:
            with transaction.atomic():
                return take(*place)

        outcome = races.threads(8, ask)
        assert (outcome.errors, list(outcome.values.values())) == ({}, [True] * 8)
        assert SeatPool.objects.get().taken == 8

    def test_seats_are_opened_while_everybody_registers(self) -> None:
        """Whoever is first: nobody is forgotten, and nobody waits for the other in a circle."""
        held, place = session(), district()
        site = Site.objects.create(district=place, code="01", name="第一考点", address="考试路1号")
        Room.objects.create(site=site, number="001", seats=5)
        offered = Offering.objects.create(session=held, course=course(), slot=1)

        def ask(number: int) -> Any:
            if number == 3:
                return open_seats(held.pk, by=SYSTEM)
            with transaction.atomic():
                Offering.objects.create(session=held, course=course(f"0010{number}"), slot=2)  # refers to the session
                return take(held.pk, place.pk, offered.slot)

        outcome = races.threads(8, ask)
        took = [n for n, done in outcome.values.items() if n != 3 and done]
        assert {type(error) for error in outcome.errors.values()} <= {Problem}
        made = SeatPool.objects.get(slot=1)
        assert made.taken == len(took)
        # Five got a seat; or more were there before the rooms were counted, and they were not limited below that.
        assert (made.capacity, made.taken) == (5, 5) or (made.capacity is None and made.taken == 7)

    def test_looking_before_taking_the_constraint_alone_holds(self) -> None:
        made = pool(3)
        outcome = look_then_take(made)
        assert sorted(outcome.values.values()) == [True] * 3
        assert [type(error) for error in outcome.errors.values()] == [IntegrityError] * 5
        assert seats_of(made) == (3, 3)

    def test_control_without_condition_and_constraint_eight_get_three_seats(self, without_constraint: Any) -> None:
        """The races above can be lost: it takes the condition or the constraint to win them."""
        made = pool(3)
        with without_constraint(SeatPool, "seat_pool_never_overfull"):
            outcome = look_then_take(made)
            assert (outcome.errors, sorted(outcome.values.values())) == ({}, [True] * 8)
            assert seats_of(made) == (8, 3)
            made.delete()


def look_then_take(made: SeatPool) -> races.Outcome:
    """Eight take a seat without the condition in the UPDATE: nobody takes before everybody has looked."""
    looked = Barrier(8)

    def ask(_: int) -> bool:
        with transaction.atomic():
            rows = SeatPool.objects.filter(pk=made.pk)
            free = rows.filter(taken__lt=F("capacity")).exists()
            looked.wait(30)
            return free and bool(rows.update(taken=F("taken") + 1))

    return races.threads(8, ask)


@pytest.mark.django_db
class TestReleases:
    """The desk sets them, the session follows; nobody else writes them."""

    @pytest.mark.parametrize(("business", "column"), [("scores", "scores_at"), ("admission-ticket", "tickets_at")])
    def test_the_session_follows_its_window(self, business: str, column: str) -> None:
        session(), session("2027-10")
        now = clock.now()
        soon, later = now + timedelta(days=1), now + timedelta(days=2)
        release = {"phase": "release", "closes_at": now + timedelta(days=9), "by": SYSTEM}

        def instants() -> dict[str, datetime | None]:
            return dict(ExamSession.objects.values_list("code", column))

        made = create_window(business=business, session="2026-10", opens_at=soon, **release)
        assert instants() == {"2026-10": soon, "2027-10": None}
        change_window(made.pk, opens_at=later, reason="推迟", by=SYSTEM)
        assert instants() == {"2026-10": later, "2027-10": None}
        change_window(made.pk, session="2027-10", reason="考次填错", by=SYSTEM)
        assert instants() == {"2026-10": None, "2027-10": later}
        delete_window(made.pk, reason="误设", by=SYSTEM)
        assert instants() == {"2026-10": None, "2027-10": None}

        made = create_window(business=business, session="2026-10", opens_at=now - timedelta(hours=1), **release)
        delete_window(made.pk, reason="清理", by=SYSTEM)
        assert instants()["2026-10"] == made.opens_at, "what was released stays so"

    def test_other_windows_are_none_of_its_business(self) -> None:
        session()
        now = clock.now()
        for business, phase in (("graduation", "release"), ("scores", "apply")):
            create_window(
                business=business, phase=phase, session="2026-10",
                opens_at=now, closes_at=now + timedelta(days=9), by=SYSTEM,
            )  # fmt: skip
        assert ExamSession.objects.get(code="2026-10").scores_at is None
