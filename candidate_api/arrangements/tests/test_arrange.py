from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candidate_api.arrangements.actions import arrange
from candidate_api.arrangements.models import Seat
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room, Site
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from review.offices.states import Role
from tests.races import threads

pytestmark = pytest.mark.django_db
PLACE = tuple[int, int]


def seats(sitting: ExamSession) -> dict[int, PLACE]:
    """Room and seat by entry."""
    rows = Seat.objects.filter(session=sitting).values_list("registration_id", "room_id", "seat_no")
    return {entry: (room, number) for entry, room, number in rows}


def withdraw(entry: Registration) -> None:
    Registration.objects.filter(pk=entry.pk).update(state="expired")


class TestEverybodyIsSeated:
    def test_once_a_slot_within_the_rooms_of_their_district(self) -> None:
        sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
        make.site(south, [30, 20])
        make.site(north, [10], code="07")
        make.entries(make.people(50), sitting, south, [1, 3])
        make.entries(make.people(7), sitting, north, [1])
        done = arrange("2026-10", "a seed", by=make.OFFICE)
        assert (done.seated, done.withdrawn) == (107, 0)
        rows = Seat.objects.select_related("registration", "room__site")
        assert all(row.room.site.district_id == row.registration.district_id for row in rows)
        assert all((row.slot, row.session_id) == (row.registration.slot, sitting.pk) for row in rows)
        assert all(1 <= row.seat_no <= row.room.seats for row in rows)
        assert max(Counter((row.room_id, row.slot, row.seat_no) for row in rows).values()) == 1
        assert max(Counter((row.candidate_id, row.slot) for row in rows).values()) == 1

    def test_only_of_confirmed_entries_of_this_session(self) -> None:
        sitting, other, place = make.session(), make.session("2027-10"), make.district()
        make.site(place, [30])
        confirmed = make.entries(make.people(2), sitting, place, [1])
        make.entries(make.people(2), sitting, place, [1], state="pending")
        make.entries(make.people(2), sitting, place, [1], state="expired")
        make.entries(make.people(2), other, place, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        assert set(Seat.objects.values_list("registration_id", flat=True)) == {row.pk for row in confirmed}

    def test_in_other_company_in_each_slot(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30] * 4)
        make.entries(make.people(120), sitting, place, [1, 2])
        arrange("2026-10", "a", by=make.OFFICE)
        rooms = {1: {}, 2: {}}
        for slot, candidate, room in Seat.objects.values_list("slot", "candidate_id", "room_id"):
            rooms[slot][candidate] = room
        assert sum(rooms[1][who] == rooms[2][who] for who in rooms[1]) < 60

    def test_college_sites_take_no_social_candidate(self) -> None:
        sitting, place = make.session(), make.district()
        city = make.site(place, [10])
        college = make.site(place, [5], code="02", kind=Site.Kind.COLLEGE)
        make.entries(make.people(6), sitting, place, [1])
        make.entries(make.people(8, category="college_link"), sitting, place, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        found = Counter(Seat.objects.values_list("room__site", "candidate__category"))
        assert found == {
            (college.pk, "college_link"): 5,
            (city.pk, "college_link"): 3,
            (city.pk, "social"): 6,
        }

    def test_an_audit_row_says_how(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(3), sitting, place, [1])
        arrange("2026-10", "2026-10-12 抽签 0417", by=make.OFFICE)
        row = AuditEntry.objects.get()
        assert (row.verb, row.subject_id) == ("arrangements.arrange", str(sitting.pk))
        assert row.data == {"seed": "2026-10-12 抽签 0417", "seated": 3, "withdrawn": 0}


class TestTheLot:
    def crowd(self) -> ExamSession:
        sitting, place = make.session(), make.district()
        make.site(place, [30] * 3)
        make.entries(make.people(80), sitting, place, [1, 2])
        return sitting

    def test_the_same_seed_gives_the_same_seats(self) -> None:
        sitting = self.crowd()
        arrange("2026-10", "a", by=make.OFFICE)
        first = seats(sitting)
        Seat.objects.all().delete()
        arrange("2026-10", "a", by=make.OFFICE)
        assert seats(sitting) == first

    def test_another_seed_gives_others(self) -> None:
        sitting = self.crowd()
        arrange("2026-10", "a", by=make.OFFICE)
        first = seats(sitting)
        Seat.objects.all().delete()
        arrange("2026-10", "b", by=make.OFFICE)
        assert seats(sitting).keys() == first.keys()
        assert sum(place == first[entry] for entry, place in seats(sitting).items()) < 40


class TestASecondRun:
    def test_moves_nobody(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(20), sitting, place, [1, 2])
        arrange("2026-10", "a", by=make.OFFICE)
        first = seats(sitting)
        again = arrange("2026-10", "b", by=make.OFFICE)
        assert (again.seated, again.withdrawn) == (0, 0)
        assert seats(sitting) == first

    def test_seats_who_came_late_and_moves_nobody(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [20, 20])
        make.entries(make.people(18), sitting, place, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        first = seats(sitting)
        late = make.entries(make.people(5), sitting, place, [1])
        assert arrange("2026-10", "a", by=make.OFFICE).seated == 5
        now = seats(sitting)
        assert {entry: now[entry] for entry in first} == first
        assert now.keys() - first.keys() == {row.pk for row in late}

    def test_gives_the_seat_of_an_ended_entry_to_another(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [3])
        rows = make.entries(make.people(3), sitting, place, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        first = seats(sitting)
        withdraw(rows[1])
        late = make.entries(make.people(1), sitting, place, [1])[0]
        done = arrange("2026-10", "a", by=make.OFFICE)
        assert (done.seated, done.withdrawn) == (1, 1)
        expected = {row.pk: first[row.pk] for row in (rows[0], rows[2])} | {late.pk: first[rows[1].pk]}
        assert seats(sitting) == expected

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        waves=st.lists(st.tuples(st.integers(0, 12), st.sampled_from([[1], [2], [1, 2], [1, 2, 4]])), max_size=4),
        seeds=st.lists(
            st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1), min_size=4, max_size=4
        ),
    )
    def test_keeps_every_rule_whoever_comes_in_whatever_waves(self, waves, seeds) -> None:
        with transaction.atomic():
            sitting, place = make.session(), make.district()
            make.site(place, [7, 1, 50])
            told: dict[int, PLACE] = {}
            for (number, slots), seed in zip(waves, seeds, strict=False):
                make.entries(make.people(number), sitting, place, slots)
                arrange("2026-10", seed, by=make.OFFICE)
                now = seats(sitting)
                assert told.items() <= now.items()
                assert set(now) == set(Registration.objects.filter(session=sitting).values_list("pk", flat=True))
                told = now
            transaction.set_rollback(True)


class TestRefusals:
    def test_where_seats_are_short_and_nothing_is_written(self) -> None:
        sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
        make.site(south, [5])
        make.site(north, [9], code="02")
        make.entries(make.people(5), sitting, south, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        first, log = seats(sitting), AuditEntry.objects.count()
        rows = make.entries(make.people(3), sitting, south, [1, 4])
        make.entries(make.people(20), sitting, north, [2])
        withdraw(rows[0])
        with pytest.raises(Problem) as caught:
            arrange("2026-10", "a", by=make.OFFICE)
        assert caught.value.code == Code.STATE_CONFLICT
        assert caught.value.extra["shortages"] == [
            {"district": "450100", "slot": 1, "short": 2},
            {"district": "450300", "slot": 2, "short": 11},
        ]
        assert str(caught.value.detail) == "座位不足，未作任何安排：南宁市第一天上午缺2个；桂林市第一天下午缺11个。"
        assert (seats(sitting), AuditEntry.objects.count()) == (first, log)

    def test_a_district_without_a_room(self) -> None:
        make.entries(make.people(2), make.session(), make.district(), [1])
        with pytest.raises(Problem, match="state_conflict"):
            arrange("2026-10", "a", by=make.OFFICE)
        assert not Seat.objects.exists()

    @pytest.mark.parametrize("seed", ["", "x" * 65, "a\nb"])
    def test_a_seed_that_cannot_be_written_down(self, seed: str) -> None:
        make.session()
        with pytest.raises(Problem, match="validation_failed"):
            arrange("2026-10", seed, by=make.OFFICE)

    def test_a_closed_or_unknown_session(self) -> None:
        make.session(closed=True)
        with pytest.raises(Problem, match="state_conflict"):
            arrange("2026-10", "a", by=make.OFFICE)
        with pytest.raises(Problem, match="not_found"):
            arrange("2027-10", "a", by=make.OFFICE)

    def test_whom_it_is_not_the_business_of(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        [candidate] = make.people(1)
        make.entries([candidate], sitting, place, [1])
        reviewer = Actor(user_id=9, name="x", channel="admin", roles=frozenset({Role.FIRST_REVIEWER}))
        for by in (make.actor(candidate), reviewer):
            with pytest.raises(Problem, match="permission_denied"):
                arrange("2026-10", "a", by=by)
        assert not Seat.objects.exists()
        archivist = Actor(user_id=9, name="x", channel="admin", roles=frozenset({Role.ARCHIVE}))
        assert arrange("2026-10", "a", by=archivist).seated == 1


class TestTheDatabaseItself:
    @pytest.fixture
    def taken(self) -> Seat:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(1), sitting, place, [1])
        arrange("2026-10", "a", by=make.OFFICE)
        return Seat.objects.get()

    def insert(self, entry: Registration, room: Room | None, number: int, candidate: Candidate, slot: int = 1) -> None:
        table = Seat._meta.db_table
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (registration_id, room_id, seat_no, session_id, slot, candidate_id)"  # noqa: S608
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [entry.pk, room.pk, number, entry.session_id, slot, candidate.pk],
            )

    def test_refuses_a_chair_twice(self, taken: Seat) -> None:
        [other] = make.entries(make.people(1), taken.session, make.district(), [1])
        with pytest.raises(IntegrityError):
            self.insert(other, taken.room, taken.seat_no, other.candidate)
        self.insert(other, taken.room, taken.seat_no + 1, other.candidate)  # the control: the next chair is free

    def test_refuses_a_person_twice_in_a_slot(self, taken: Seat) -> None:
        [other] = make.entries(make.people(1), taken.session, make.district(), [1])
        with pytest.raises(IntegrityError):
            self.insert(other, taken.room, 9, taken.candidate)

    def test_refuses_an_entry_twice(self, taken: Seat) -> None:
        with pytest.raises(IntegrityError):
            self.insert(taken.registration, taken.room, 9, taken.candidate, slot=2)

    def test_refuses_a_chair_without_a_number(self, taken: Seat) -> None:
        [other] = make.entries(make.people(1), taken.session, make.district(), [1])
        with pytest.raises(IntegrityError):
            self.insert(other, taken.room, 0, other.candidate)


def statements(number: int, sitting: ExamSession) -> list[str]:
    make.entries(make.people(number), sitting, make.district(), [1])
    with CaptureQueriesContext(
        connection,
    ) as caught:
        arrange("2026-10", "a", by=make.OFFICE)
    return [query["sql"].split()[0] for query in caught]


def test_the_number_of_statements_does_not_depend_on_how_many_come() -> None:
    sitting = make.session()
    make.site(make.district(), [30] * 10)
    assert statements(10, sitting) == statements(200, sitting)


def test_two_thousand_entries() -> None:
    sitting, place = make.session(), make.district()
    make.site(place, [30] * 34)
    make.entries(make.people(1000), sitting, place, [1, 2])
    assert arrange("2026-10", "a", by=make.OFFICE).seated == 2000


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestRace:
    @pytest.fixture
    def sitting(self) -> ExamSession:
        sitting, place = make.session(), make.district()
        make.site(place, [30] * 10)
        make.entries(make.people(300), sitting, place, [1])
        return sitting

    def test_runs_at_once_seat_everybody_once(self, sitting: ExamSession) -> None:
        outcome = threads(3, lambda _number: arrange("2026-10", "a", by=make.OFFICE).seated)
        assert outcome.errors == {}
        assert sorted(outcome.values.values()) == [0, 0, 300]
        assert len(seats(sitting)) == 300

    def test_control_without_the_lock_they_collide(self, sitting: ExamSession, monkeypatch) -> None:
        monkeypatch.setattr(
            "candidate_api.arrangements.queries.session_for_update", lambda code: ExamSession.objects.get(code=code)
        )
        outcome = threads(3, lambda _number: arrange("2026-10", "a", by=make.OFFICE).seated)
        assert {type(error) for error in outcome.errors.values()} == {IntegrityError}


def test_the_office_draws_the_seats_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    sitting, place = make.session(), make.district()
    make.entries(make.people(3), sitting, place, [1])
    with pytest.raises(CommandError):
        call_command("arrange_seats", "2026-10", "--seed", "a seed")
    assert not Seat.objects.exists()
    make.site(place, [30])
    call_command("arrange_seats", "2026-10", "--seed", "a seed")
    assert capsys.readouterr().out.strip() == "考场安排：新安排 3，收回 0"
