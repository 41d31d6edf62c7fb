from datetime import datetime, timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from candidate_api.sessions.actions import give_back, open_seats, take, take_many
from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site
from candidate_api.sessions.rules import BUCKETS
from candidate_api.sessions.tests.factories import course, district, session
from cms.windows.actions import change_window, create_window, delete_window
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from tests import races

SYSTEM = Actor.system("tests")


def pool(capacity: int, taken: int = 0, bucket: int = 0) -> SeatPool:
    first = SeatPool.objects.first()
    place = (first.session, first.district) if first else (session(), district())
    return SeatPool.objects.create(
        session=place[0], district=place[1], slot=1, bucket=bucket, capacity=capacity, taken=taken
    )


def seats_of(made: SeatPool) -> tuple[int, int]:
    made.refresh_from_db()
    return made.taken, made.capacity


def places() -> list[tuple[int, int | None, int]]:
    """Slot, limit and what is taken of each place, over all of its buckets."""
    rows = SeatPool.objects.order_by("slot").values_list("slot").annotate(Sum("capacity"), Sum("taken"))
    return list(rows)


@pytest.mark.django_db
class TestTake:
    def test_until_nothing_is_left(self) -> None:
        made = pool(3)
        place = (made.session_id, made.district_id, made.slot)
        assert [take(*place), take_many({place: 2}), take(*place)] == [True, [], False]
        assert seats_of(made) == (3, 3)

    def test_not_a_part_of_what_is_asked(self) -> None:
        made = pool(3, taken=2)
        place, other = (made.session_id, made.district_id, made.slot), (made.session_id, made.district_id, 2)
        assert take_many({other: 1, place: 2}) == [place]
        assert places() == [(1, 3, 2), (2, None, 0)], "nothing at the other either"

    def test_without_a_limit_everybody_is_counted(self) -> None:
        place = (session().pk, district().pk, 2)
        assert take_many({place: 500}) == []
        assert take(*place) is True
        give_back(*place)
        assert places() == [(2, None, 500)]

    def test_given_back_it_can_be_taken_again(self) -> None:
        made = pool(2, taken=2)
        place = (made.session_id, made.district_id, made.slot)
        give_back(*place)
        assert seats_of(made) == (1, 2)
        assert take(*place) is True

    def test_never_below_nothing(self) -> None:
        made = pool(2)
        give_back(made.session_id, made.district_id, made.slot)
        assert seats_of(made) == (0, 2)

    def test_of_whichever_bucket_has_one_left(self) -> None:
        made = [pool(capacity, bucket=n) for n, capacity in enumerate((0, 2, 1, 3))]
        place = (made[0].session_id, made[0].district_id, made[0].slot)
        assert [take(*place) for _ in range(7)] == [True] * 6 + [False]
        assert [seats_of(bucket) for bucket in made] == [(0, 0), (2, 2), (1, 1), (3, 3)]
        give_back(*place)
        assert [take(*place) for _ in range(2)] == [True, False]

    def test_many_are_taken_of_as_many_buckets_as_it_needs_or_none(self) -> None:
        made = [pool(2, taken=taken, bucket=n) for n, taken in enumerate((1, 0, 2))]
        place = (made[0].session_id, made[0].district_id, made[0].slot)
        assert take_many({place: 4}) == [place]
        assert [seats_of(bucket)[0] for bucket in made] == [1, 0, 2]
        assert take_many({place: 3}) == []
        assert [seats_of(bucket)[0] for bucket in made] == [2, 2, 2]


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
        assert places() == [(n, 90, 0) for n in (1, 2, 3, 4)]
        buckets = list(SeatPool.objects.filter(slot=1).values_list("capacity", flat=True))
        assert buckets == [6] * 10 + [5] * 6, "evenly over sixteen"
        assert AuditEntry.objects.get(verb="session.open_seats").data == {"districts": 1, "seats": 90}

    def test_again_when_there_are_more_rooms(self) -> None:
        site, held = self.rooms(1)
        open_seats(held.pk, by=SYSTEM)
        take_many({(held.pk, site.district_id, 1): 30})
        Room.objects.create(site=site, number="002", seats=20)
        open_seats(held.pk, by=SYSTEM)
        assert places() == [(1, 50, 30), (2, 50, 0), (3, 50, 0), (4, 50, 0)]

    def test_opened_after_the_first_have_registered_they_are_counted(self) -> None:
        site, held = self.rooms(1)
        take_many({(held.pk, site.district_id, 2): 29})
        assert open_seats(held.pk, by=SYSTEM) == 4
        assert places() == [(1, 30, 0), (2, 30, 29), (3, 30, 0), (4, 30, 0)]
        place = (held.pk, site.district_id, 2)
        assert (take(*place), take(*place)) == (True, False)

    def test_opened_too_small_for_who_has_registered_nothing_is_limited(self) -> None:
        site, held = self.rooms(1)
        take_many({(held.pk, site.district_id, 2): 31})
        with pytest.raises(Problem) as refusal:
            open_seats(held.pk, by=SYSTEM)
        assert refusal.value.code == Code.STATE_CONFLICT
        assert places() == [(2, None, 31)]

    def test_not_below_what_is_taken(self) -> None:
        site, held = self.rooms(2)
        open_seats(held.pk, by=SYSTEM)
        take_many({(held.pk, site.district_id, 1): 31})
        Room.objects.filter(number="002").delete()
        with pytest.raises(Problem) as refusal:
            open_seats(held.pk, by=SYSTEM)
        assert refusal.value.code == Code.STATE_CONFLICT
        assert places() == [(1, 60, 31), (2, 60, 0), (3, 60, 0), (4, 60, 0)]

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
        assert places() == [(3, None, 8)]
        assert SeatPool.objects.count() == BUCKETS

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
        _slot, capacity, taken = places()[0]
        assert taken == len(took)
        # Five got a seat; or more were there before the rooms were counted, and they were not limited below that.
        assert (capacity, taken) == (5, 5) or (capacity is None and taken == 7)
        # One rule for all buckets of a place, whoever made them.
        assert len({row.capacity is None for row in SeatPool.objects.filter(slot=1)}) == 1

    @pytest.mark.parametrize("seats", [5, 16, 20])
    def test_over_buckets_exactly_as_many_as_there_are_and_nobody_is_refused_before(self, seats: int) -> None:
        """Twenty-four for each time a seat; whoever is refused is so after the last seat was taken."""
        held, place = session(), district()
        site = Site.objects.create(district=place, code="01", name="第一考点", address="考试路1号")
        Room.objects.create(site=site, number="001", seats=seats)
        open_seats(held.pk, by=SYSTEM)

        def ask(_: int) -> bool:
            with transaction.atomic():
                return take(held.pk, place.pk, 1)

        outcome = races.threads(24, ask)
        assert outcome.errors == {}
        assert sorted(outcome.values.values()) == [False] * (24 - seats) + [True] * seats
        assert places()[0] == (1, seats, seats)

    def test_whoever_waits_gets_the_seat_of_one_who_changed_their_mind(self) -> None:
        """All seats are in somebody's hand; one of them lets go. Nobody is refused while that is open."""
        made = [pool(1, bucket=n) for n in range(2)]
        place = (made[0].session_id, made[0].district_id, made[0].slot)
        both_taken = Barrier(3)

        def ask(number: int) -> bool:
            with transaction.atomic():
                if number == 2:
                    both_taken.wait(30)
                    return take(*place)
                assert take(*place)
                both_taken.wait(30)
                sleep(0.2)  # the third one is waiting by now; where not yet, it finds the seat free
                if number == 1:
                    transaction.set_rollback(True)
                return number == 0

        outcome = races.threads(3, ask)
        assert (outcome.errors, outcome.values) == ({}, {0: True, 1: False, 2: True})
        assert [seats_of(bucket) for bucket in made] == [(1, 1), (1, 1)]

    def test_places_in_one_order_never_wait_in_a_circle(self) -> None:
        """More at once than there are buckets, two places each, taken and given back."""
        held, place = session(), district()

        def ask(number: int) -> bool:
            with transaction.atomic():
                for slot in (1, 2):
                    assert take(held.pk, place.pk, slot)
            with transaction.atomic():
                for slot in (1, 2):
                    give_back(held.pk, place.pk, slot)
            with transaction.atomic():
                return take(held.pk, place.pk, 1) and take(held.pk, place.pk, 2)

        outcome = races.threads(24, ask)
        assert (outcome.errors, set(outcome.values.values())) == ({}, {True})
        assert places() == [(1, None, 24), (2, None, 24)]

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
