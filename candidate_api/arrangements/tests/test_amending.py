"""Published by a second person, and from then on only amended."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candidate_api.arrangements.actions import complete, move, publish
from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from candidate_api.arrangements.queries import mine
from candidate_api.arrangements.tasks import seat_late_entrants
from candidate_api.arrangements.tests import factories as make
from candidate_api.arrangements.tests.test_drawing import PLACE, grant, seats
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import Room, Site
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db
BEFORE = make.RELEASE - timedelta(days=1)
REASON = "考场设备故障"


def withdraw(entry: Registration) -> None:
    Registration.objects.filter(pk=entry.pk).update(state="expired")


def archivist(office: str = "45", number: int = 1) -> Actor:
    return Actor.of(member("archive", office, number), "admin")


class TestPublishing:
    @pytest.fixture(autouse=True)
    def scene(self, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        self.sitting, place = make.session(), make.district()
        make.site(place, [10])
        self.people = make.people(3)
        self.entries = make.entries(self.people, self.sitting, place, [1])
        self.clerk = archivist()
        make.drawn(by=self.clerk)

    def test_seats_are_nobodys_to_know_before_it(self) -> None:
        by = make.actor(self.people[0])
        assert not mine(by).exists()
        publish("2026-10", "已核对", by=archivist(number=2))
        assert mine(by).count() == 1

    def test_by_a_second_person(self) -> None:
        with pytest.raises(Problem, match="permission_denied"):
            publish("2026-10", "已核对", by=self.clerk)
        with pytest.raises(Problem, match="permission_denied"):
            publish("2026-10", "已核对", by=archivist("450100"))
        with pytest.raises(Problem, match="permission_denied"):
            publish("2026-10", "已核对", by=make.OFFICE)
        assert Arrangement.objects.get().state == "drafted"
        other = archivist(number=2)
        done = publish("2026-10", "已核对", by=other)
        assert (done.state, done.version, done.published_by_id) == ("published", 1, other.user_id)
        [entry] = AuditEntry.objects.filter(verb="arrangements.publish")
        assert (entry.from_state, entry.to_state, entry.note) == ("drafted", "published", "已核对")

    def test_the_database_asks_for_two_persons_too(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Arrangement.objects.update(
                state="published", version=1, published_by=self.clerk.user_id, published_at=make.RELEASE
            )

    def test_takes_in_who_came_and_went_since_the_drawing(self) -> None:
        first = seats(self.sitting)
        withdraw(self.entries[0])
        [late] = make.entries(make.people(1), self.sitting, make.district(), [1])
        done = publish("2026-10", "已核对", by=archivist(number=2))
        now = seats(self.sitting)
        assert done.done == 3
        assert now.keys() == {late.pk, self.entries[1].pk, self.entries[2].pk}
        assert all(now[entry.pk] == first[entry.pk] for entry in self.entries[1:])
        assert not SeatChange.objects.exists()  # nobody had been told yet

    def test_not_while_seats_are_short(self) -> None:
        make.entries(make.people(8), self.sitting, make.district(), [1])
        first = seats(self.sitting)
        with pytest.raises(Problem, match="座位不足") as caught:
            publish("2026-10", "已核对", by=archivist(number=2))
        assert [row["short"] for row in caught.value.extra["shortages"]] == [1]
        assert (seats(self.sitting), Arrangement.objects.get().state) == (first, "drafted")

    def test_not_twice(self) -> None:
        other = archivist(number=2)
        publish("2026-10", "已核对", by=other)
        with pytest.raises(Problem, match="state_conflict"):
            publish("2026-10", "已核对", by=other)


class TestLateEntrants:
    def test_move_nobody(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [20, 20])
        make.entries(make.people(18), sitting, place, [1])
        make.arrange()
        first = seats(sitting)
        late = make.entries(make.people(5), sitting, place, [1])
        done = complete("2026-10", by=make.OFFICE)
        now = seats(sitting)
        assert {entry: now[entry] for entry in first} == first
        assert now.keys() - first.keys() == {row.pk for row in late}
        assert (done.version, done.done) == (2, 23)
        changes = SeatChange.objects.filter(version=2, why="late", from_room=None)
        assert {row.registration_id: (row.to_room_id, row.to_seat) for row in changes} == {
            e.pk: now[e.pk] for e in late
        }

    def test_sit_apart_where_a_chair_allows_it(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [9])
        first, second = make.courses_in(sitting, 1, 2)
        make.entries(make.people(2), sitting, place, [1], offering=first)  # seats 1 and 3
        make.arrange()
        late = make.entries(make.people(1), sitting, place, [1], offering=first)
        other = make.entries(make.people(1), sitting, place, [1], offering=second)
        complete("2026-10", by=make.OFFICE)
        numbers = {entry: number for entry, (_room, number) in seats(sitting).items()}
        assert numbers[late[0].pk] == 5
        assert numbers[other[0].pk] in {2, 4}

    def test_take_the_seat_of_an_ended_entry(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [3])
        rows = make.entries(make.people(3), sitting, place, [1])
        make.arrange()
        first = seats(sitting)
        withdraw(rows[1])
        late = make.entries(make.people(1), sitting, place, [1])[0]
        complete("2026-10", by=make.OFFICE)
        expected = {row.pk: first[row.pk] for row in (rows[0], rows[2])} | {late.pk: first[rows[1].pk]}
        assert seats(sitting) == expected
        assert set(SeatChange.objects.values_list("registration_id", "why")) == {
            (rows[1].pk, "withdrawn"),
            (late.pk, "late"),
        }

    def test_nothing_to_do_is_no_new_version(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(20), sitting, place, [1, 2])
        make.arrange()
        first = seats(sitting)
        assert complete("2026-10", by=make.OFFICE).version == 1
        assert seats(sitting) == first

    def test_short_of_seats_is_told_and_nothing_written(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [5])
        make.entries(make.people(5), sitting, place, [1])
        make.arrange()
        first, log = seats(sitting), AuditEntry.objects.count()
        rows = make.entries(make.people(3), sitting, place, [1, 4])
        withdraw(rows[0])
        with pytest.raises(Problem) as caught:
            complete("2026-10", by=make.OFFICE)
        assert caught.value.code == Code.STATE_CONFLICT
        assert str(caught.value.detail) == "座位不足，未作任何安排：南宁市第一天上午缺2个。"
        assert (seats(sitting), AuditEntry.objects.count()) == (first, log)

    def test_not_before_it_is_published(self) -> None:
        make.session()
        with pytest.raises(Problem, match="not_found"):
            complete("2026-10", by=make.OFFICE)
        make.drawn()
        with pytest.raises(Problem, match="state_conflict"):
            complete("2026-10", by=make.OFFICE)

    def test_the_job_seats_them(self, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        sitting, place = make.session(), make.district()
        make.site(place, [5])
        make.arrange()
        make.entries(make.people(2), sitting, place, [1])
        seat_late_entrants()
        seat_late_entrants()
        assert (Seat.objects.count(), Arrangement.objects.get().version) == (2, 2)

    @pytest.mark.parametrize("what", ["district", "slot", "course"])
    def test_the_job_seats_who_moved_elsewhere_too(self, what: str, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        sitting, place = make.session(), make.district()
        make.site(place, [5])
        away = make.site(make.district("450300", "桂林市"), [5], code="07")
        moved, stays = make.entries(make.people(2), sitting, place, [1])
        make.arrange()
        first = seats(sitting)
        match what:
            case "district":
                Registration.objects.filter(pk=moved.pk).update(district=away.district)
            case "slot":
                Registration.objects.filter(pk=moved.pk).update(slot=3)
            case "course":  # in the same slot: the seat holds
                Registration.objects.filter(pk=moved.pk).update(course=make.courses_in(sitting, 1, 1)[0].course)
        seat_late_entrants()
        seat_late_entrants()
        seat = Seat.objects.get(registration=moved)
        assert seats(sitting)[stays.pk] == first[stays.pk]
        assert (seat.slot, seat.room.site.district_id) == (
            3 if what == "slot" else 1,
            (away.district_id if what == "district" else place.pk),
        )
        changes = list(SeatChange.objects.order_by("pk").values_list("registration_id", "version", "why"))
        assert changes == ([] if what == "course" else [(moved.pk, 2, "withdrawn"), (moved.pk, 2, "late")])

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        waves=st.lists(
            st.tuples(st.integers(0, 12), st.sampled_from([[1], [2], [1, 2], [1, 2, 4]]), st.integers(0, 3)),
            min_size=1,
            max_size=4,
        ),
    )
    def test_whoever_comes_and_goes_in_whatever_waves(self, waves) -> None:
        with make.forgotten():
            sitting, place = make.session(), make.district()
            make.site(place, [7, 1, 50])
            told: dict[int, PLACE] = {}
            for number, slots, leaving in waves:
                make.entries(make.people(number), sitting, place, slots)
                for entry in list(Registration.objects.filter(state="confirmed").order_by("pk")[:leaving]):
                    withdraw(entry)
                make.arrange()
                now = seats(sitting)
                live = set(Registration.objects.filter(state="confirmed").values_list("pk", flat=True))
                assert set(now) == live
                assert {entry: place for entry, place in told.items() if entry in live}.items() <= now.items()
                told = now


class TestMoving:
    @pytest.fixture(autouse=True)
    def scene(self, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        self.sitting, self.place = make.session(), make.district()
        make.site(self.place, [4, 4])
        self.people = make.people(3)
        self.entries = make.entries(self.people, self.sitting, self.place, [1])
        make.arrange()
        self.second = Room.objects.get(number="002")
        self.clerk = archivist()

    def refused(self, entry: Registration, room: Room, number: int, by: Actor | None = None) -> str:
        before = seats(self.sitting), Arrangement.objects.get().version, Message.objects.count()
        with pytest.raises(Problem) as caught:
            move(entry.pk, room.pk, number, REASON, by=by or self.clerk)
        assert (seats(self.sitting), Arrangement.objects.get().version, Message.objects.count()) == before
        return str(caught.value.errors[0].detail if caught.value.errors else caught.value.code.value)

    def test_to_an_empty_chair(self) -> None:
        first = seats(self.sitting)
        done = move(self.entries[0].pk, self.second.pk, 2, REASON, by=self.clerk)
        assert seats(self.sitting) == first | {self.entries[0].pk: (self.second.pk, 2)}
        assert done.version == 2
        change = SeatChange.objects.get()
        assert (change.why, change.note, change.by_id) == ("moved", REASON, self.clerk.user_id)
        assert (change.from_room_id, change.from_seat) == first[self.entries[0].pk]
        [message] = Message.objects.filter(template="seat_moved", channel="in_app")
        assert message.recipient_id == self.people[0].user_id
        assert message.text.startswith("您2026年10月“中国近现代史纲要”的考场座位有调整")

    def test_two_change_places_and_both_are_told(self) -> None:
        first = seats(self.sitting)
        one, other = self.entries[0], self.entries[1]
        move(one.pk, *first[other.pk], REASON, by=self.clerk)
        assert seats(self.sitting) == first | {one.pk: first[other.pk], other.pk: first[one.pk]}
        told = Message.objects.filter(template="seat_moved", channel="in_app").values_list("recipient_id", flat=True)
        assert set(told) == {self.people[0].user_id, self.people[1].user_id}
        assert SeatChange.objects.filter(version=2).count() == 2

    def test_before_the_release_nobody_is_told(self, time_machine) -> None:
        time_machine.move_to(BEFORE, tick=False)
        move(self.entries[0].pk, self.second.pk, 2, REASON, by=self.clerk)
        assert not Message.objects.filter(template="seat_moved").exists()

    def test_not_to_a_chair_that_is_not_there(self) -> None:
        assert self.refused(self.entries[0], self.second, 5) == "该考场的座位号为1至4。"
        assert self.refused(self.entries[0], self.second, 0) == "该考场的座位号为1至4。"
        where = seats(self.sitting)[self.entries[0].pk]
        assert self.refused(self.entries[0], Room.objects.get(pk=where[0]), where[1]) == "考生就在这个座位。"

    def test_not_to_another_district(self) -> None:
        away = make.site(make.district("450300", "桂林市"), [5], code="07").rooms.get()
        assert self.refused(self.entries[0], away, 1) == "该考场不在考生报考的考区。"

    def test_not_where_somebody_may_not_sit(self) -> None:
        college = make.site(self.place, [5], code="09", kind=Site.Kind.COLLEGE).rooms.get()
        assert self.refused(self.entries[0], college, 1) == "社会考生只能安排在市直考点。"
        Room.objects.filter(pk=self.second.pk).update(accessible=True)
        assert self.refused(self.entries[0], self.second, 1).startswith("无障碍考场只安排")
        grant(self.people[0], self.sitting)
        move(self.entries[0].pk, self.second.pk, 1, REASON, by=self.clerk)
        # Whoever would have to make room may not be there either.
        assert self.refused(self.entries[1], self.second, 1).startswith("无障碍考场只安排")

    def test_not_once_the_examination_has_begun(self, time_machine) -> None:
        time_machine.move_to(self.sitting.slots[0].starts_at, tick=False)
        assert self.refused(self.entries[0], self.second, 1) == "state_conflict"

    def test_a_city_moves_its_own(self) -> None:
        assert self.refused(self.entries[0], self.second, 1, by=archivist("450300")) == "not_found"
        assert self.refused(self.entries[0], self.second, 1, by=make.actor(self.people[0])) == "not_found"
        move(self.entries[0].pk, self.second.pk, 1, REASON, by=archivist("450100"))

    def test_not_of_a_closed_session(self) -> None:
        make.ExamSession.objects.update(closed=True)
        assert self.refused(self.entries[0], self.second, 1) == "state_conflict"


class TestTheDatabaseItself:
    @pytest.fixture
    def taken(self) -> Seat:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(1), sitting, place, [1])
        make.drawn()
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
