from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from candidate_api.accommodations.models import Accommodation
from candidate_api.arrangements import queries
from candidate_api.arrangements.actions import draw_due, drawing, request
from candidate_api.arrangements.models import Arrangement, Seat
from candidate_api.arrangements.statements import clashes
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Room, Site
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from review.offices.states import Role

pytestmark = pytest.mark.django_db
PLACE = tuple[int, int]


def seats(sitting: ExamSession) -> dict[int, PLACE]:
    """Room and seat by entry."""
    rows = Seat.objects.filter(session=sitting).values_list("registration_id", "room_id", "seat_no")
    return {entry: (room, number) for entry, room, number in rows}


def grant(who: Candidate, sitting: ExamSession) -> None:
    Accommodation.objects.create(
        session=sitting, candidate=who, arranged="一楼考场", granted_by=who.user, granted_at=clock.now()
    )


class TestEverybodyIsSeated:
    def test_once_a_slot_within_the_rooms_of_their_district(self) -> None:
        sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
        make.site(south, [30, 20])
        make.site(north, [10], code="07")
        make.entries(make.people(50), sitting, south, [1, 3])
        make.entries(make.people(7), sitting, north, [1])
        done = make.drawn()
        assert (done.state, done.done, done.total) == ("drafted", 107, 107)
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
        make.drawn()
        assert set(Seat.objects.values_list("registration_id", flat=True)) == {row.pk for row in confirmed}

    def test_in_other_company_in_each_slot(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30] * 4)
        make.entries(make.people(120), sitting, place, [1, 2])
        make.drawn()
        rooms = {1: {}, 2: {}}
        for slot, candidate, room in Seat.objects.values_list("slot", "candidate_id", "room_id"):
            rooms[slot][candidate] = room
        assert sum(rooms[1][who] == rooms[2][who] for who in rooms[1]) < 60

    def test_room_after_room(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30, 30, 30])
        make.entries(make.people(70), sitting, place, [1])
        make.drawn()
        assert Counter(Seat.objects.values_list("room__number", flat=True)) == {"001": 30, "002": 30, "003": 10}

    def test_college_sites_take_no_social_candidate(self) -> None:
        sitting, place = make.session(), make.district()
        city = make.site(place, [10])
        college = make.site(place, [5], code="02", kind=Site.Kind.COLLEGE)
        make.entries(make.people(6), sitting, place, [1])
        make.entries(make.people(8, category="college_link"), sitting, place, [1])
        make.drawn()
        found = Counter(Seat.objects.values_list("room__site", "candidate__category"))
        assert found == {
            (college.pk, "college_link"): 5,
            (city.pk, "college_link"): 3,
            (city.pk, "social"): 6,
        }

    def test_accessible_rooms_take_whom_they_are_granted_to_and_nobody_else(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [20, 5])
        Room.objects.filter(number="002").update(accessible=True)
        people = make.people(14)
        make.entries(people, sitting, place, [1])
        for one in people[:3]:
            grant(one, sitting)
        make.drawn()
        inside = Seat.objects.filter(room__number="002").values_list("candidate_id", flat=True)
        assert set(inside) == {one.pk for one in people[:3]}
        assert Seat.objects.count() == 14

    def test_an_audit_row_says_how(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(3), sitting, place, [1])
        drawn = make.drawn(seed="2026-10-12 抽签 0417")
        asked, done = AuditEntry.objects.order_by("pk")
        assert (asked.verb, asked.subject_id) == ("arrangements.request", str(drawn.pk))
        assert asked.data == {"session": sitting.code, "seed": "2026-10-12 抽签 0417"}
        assert (done.verb, done.from_state, done.to_state) == ("arrangements.finish", "queued", "drafted")
        assert done.data == {"seed": "2026-10-12 抽签 0417", "seated": 3, "clashes": 0}


class TestNeighbours:
    def test_half_of_a_room_may_take_one_course(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [31, 30])
        first, second, third = make.courses_in(sitting, 1, 3)
        make.entries(make.people(30), sitting, place, [1], offering=first)
        make.entries(make.people(16), sitting, place, [1], offering=second)
        make.entries(make.people(15), sitting, place, [1], offering=third)
        assert make.drawn().clashes == 0
        # The control: had they been seated as they were drawn, some would sit side by side.
        Seat.objects.filter(registration__offering=first, seat_no=1).update(seat_no=60)
        Seat.objects.filter(registration__offering=first, seat_no=3).update(seat_no=61)
        assert clashes(sitting) == 2  # one pair in each of the two rooms

    def test_where_the_room_has_empty_chairs_they_are_used(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [30])
        make.entries(make.people(15), sitting, place, [1])
        assert make.drawn().clashes == 0
        assert list(Seat.objects.order_by("seat_no").values_list("seat_no", flat=True)) == list(range(1, 30, 2))

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(takers=st.lists(st.integers(1, 14), min_size=2, max_size=6), seed=st.text("abc123", min_size=1))
    def test_as_few_as_each_room_allows(self, takers: list[int], seed: str) -> None:
        with make.forgotten():
            sitting, place = make.session(), make.district()
            make.site(place, [9, 10, 30, 40])
            for number, offering in zip(takers, make.courses_in(sitting, 1, len(takers)), strict=True):
                make.entries(make.people(number), sitting, place, [1], offering=offering)
            make.drawn(seed=seed)
            courses = Seat.objects.order_by("seat_no").values_list(
                "room", "room__seats", "seat_no", "registration__course"
            )
            rooms: dict[tuple[int, int], dict[int, int]] = {}
            for room, size, number, course in courses:
                rooms.setdefault((room, size), {})[number] = course
            for (_room, size), taken in rooms.items():
                beside = sum(taken.get(number + 1) == course for number, course in taken.items())
                most = max(Counter(taken.values()).values())
                assert beside == 0 if most <= (size + 1) // 2 else beside <= 2 * (most - (size + 1) // 2)


class TestTheLot:
    def crowd(self) -> ExamSession:
        sitting, place = make.session(), make.district()
        make.site(place, [30] * 3)
        make.entries(make.people(80), sitting, place, [1, 2])
        return sitting

    def test_the_same_seed_gives_the_same_seats(self) -> None:
        sitting = self.crowd()
        make.drawn()
        first = seats(sitting)
        make.drawn(seed="a")
        assert seats(sitting) == first

    def test_another_seed_gives_others(self) -> None:
        sitting = self.crowd()
        make.drawn()
        first = seats(sitting)
        make.drawn(seed="b")
        assert sum(place == first[entry] for entry, place in seats(sitting).items()) < 40

    def test_one_course_is_not_kept_to_some_rooms(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [20] * 5)
        often, seldom = make.courses_in(sitting, 1, 2)
        make.entries(make.people(90), sitting, place, [1], offering=often)
        make.entries(make.people(10), sitting, place, [1], offering=seldom)
        make.drawn()
        found = Seat.objects.filter(registration__offering=seldom).values_list("room__number", flat=True)
        assert Counter(found) == {f"00{number}": 2 for number in range(1, 6)}


class TestShortOfSeats:
    def test_the_numbers_are_told_and_nothing_is_written(self) -> None:
        sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
        make.site(south, [5])
        make.site(north, [9], code="02")
        make.entries(make.people(7), sitting, south, [1])
        people = make.people(20)
        make.entries(people, sitting, north, [2])
        grant(people[0], sitting)
        drawn = make.drawn()
        told = [(row["district_name"], row["slot"], row["accessible"], row["short"]) for row in drawn.shortages]
        assert told == [("南宁市", 1, False, 2), ("桂林市", 2, False, 10), ("桂林市", 2, True, 1)]
        assert (drawn.state, drawn.done) == ("short", 0)
        assert not Seat.objects.exists()
        [entry] = AuditEntry.objects.filter(verb="arrangements.run_short")
        assert entry.data["shortages"] == drawn.shortages

    def test_more_rooms_and_it_is_drawn_anew(self) -> None:
        sitting, place = make.session(), make.district()
        make.site(place, [5])
        make.entries(make.people(7), sitting, place, [1])
        assert make.drawn().state == "short"
        make.site(place, [5], code="02")
        drawn = make.drawn()
        assert (drawn.state, drawn.done, drawn.shortages) == ("drafted", 7, [])

    def test_a_district_without_a_room(self) -> None:
        make.entries(make.people(2), make.session(), make.district(), [1])
        assert make.drawn().state == "short"


class TestRefusals:
    @pytest.mark.parametrize("seed", ["", "x" * 65, "a\nb"])
    def test_a_seed_that_cannot_be_written_down(self, seed: str) -> None:
        make.session()
        with pytest.raises(Problem, match="validation_failed"):
            request("2026-10", seed, by=make.OFFICE)
        assert not Arrangement.objects.exists()

    def test_a_closed_or_unknown_session(self) -> None:
        make.session(closed=True)
        with pytest.raises(Problem, match="state_conflict"):
            request("2026-10", "a", by=make.OFFICE)
        with pytest.raises(Problem, match="not_found"):
            request("2027-10", "a", by=make.OFFICE)
        assert not Arrangement.objects.exists()

    def test_one_that_waits_or_is_published(self) -> None:
        make.session()
        request("2026-10", "a", by=make.OFFICE)
        with pytest.raises(Problem, match="state_conflict"):
            request("2026-10", "b", by=make.OFFICE)
        make.draw_due(by=make.OFFICE)
        make.publish("2026-10", "已核对", by=make.publisher())
        with pytest.raises(Problem, match="state_conflict"):
            request("2026-10", "b", by=make.OFFICE)
        assert Arrangement.objects.get().seed == "a"

    def test_whom_it_is_not_the_business_of(self) -> None:
        make.session()
        [candidate] = make.people(1)
        held = {"archive in a city": (Role.ARCHIVE, "/45/450100/"), "a reviewer": (Role.FIRST_REVIEWER, "/45/")}
        others = [
            Actor(user_id=9, name="x", channel="admin", roles=frozenset({role}), held=frozenset({(role.value, path)}))
            for role, path in held.values()
        ]
        for by in (make.actor(candidate), *others):
            with pytest.raises(Problem, match="permission_denied"):
                request("2026-10", "a", by=by)
        assert not Arrangement.objects.exists()


class TestAWorkerThatDied:
    def test_is_followed_by_another_that_begins_anew(self, monkeypatch, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        sitting, south, north = make.session(), make.district(), make.district("450300", "桂林市")
        for place, code in ((south, "01"), (north, "02")):
            make.site(place, [5], code=code)
            make.entries(make.people(5), sitting, place, [1])
        request("2026-10", "a", by=make.OFFICE)
        with monkeypatch.context() as patched:
            patched.setattr(drawing, "_finish", lambda *_args, **_given: False)
            draw_due(by=make.OFFICE)
        half = Arrangement.objects.get()
        assert (half.state, half.done, half.total) == ("queued", 10, 10)
        assert draw_due(by=make.OFFICE) == 0  # somebody seems to be at it
        time_machine.move_to(make.RELEASE + drawing.LEASE, tick=False)
        assert draw_due(by=make.OFFICE) == 1
        assert (Arrangement.objects.get().state, Seat.objects.count()) == ("drafted", 10)

    def test_is_refused_when_it_wakes_up(self, monkeypatch, time_machine) -> None:
        time_machine.move_to(make.RELEASE, tick=False)
        sitting, place = make.session(), make.district()
        make.site(place, [5])
        make.entries(make.people(5), sitting, place, [1])
        request("2026-10", "a", by=make.OFFICE)
        slow = drawing._take("2026-10", by=make.OFFICE)
        assert slow is not None
        time_machine.move_to(make.RELEASE + drawing.LEASE, tick=False)
        assert draw_due(by=make.OFFICE) == 1
        assert not drawing._draw_district(slow, place.pk)
        assert not drawing._finish(slow, by=make.OFFICE)
        assert Seat.objects.count() == 5


def statements(number: int, sitting: ExamSession) -> list[str]:
    make.entries(make.people(number), sitting, make.district(), [1])
    request("2026-10", "a", by=make.OFFICE)
    with CaptureQueriesContext(connection) as caught:
        draw_due(by=make.OFFICE)
    return [query["sql"].split()[0] for query in caught]


def test_the_number_of_statements_does_not_depend_on_how_many_come() -> None:
    sitting = make.session()
    make.site(make.district(), [30] * 10)
    assert statements(10, sitting) == statements(200, sitting)


def test_two_thousand_entries() -> None:
    sitting, place = make.session(), make.district()
    make.site(place, [30] * 34)
    make.entries(make.people(1000), sitting, place, [1, 2])
    assert make.drawn().done == 2000
    assert set(seats(sitting)) == set(Registration.objects.values_list("pk", flat=True))


def test_the_office_draws_the_seats_by_command(capsys: pytest.CaptureFixture[str]) -> None:
    sitting, place = make.session(), make.district()
    make.entries(make.people(3), sitting, place, [1])
    with pytest.raises(CommandError):
        call_command("arrange_seats", "2026-10", "--seed", "a seed")
    assert not Seat.objects.exists()
    make.site(place, [30])
    call_command("arrange_seats", "2026-10", "--seed", "a seed")
    assert capsys.readouterr().out.strip() == "考场编排：3 科次，相邻同课程 0，待发布"
    assert queries.of_session(sitting).state == "drafted"
