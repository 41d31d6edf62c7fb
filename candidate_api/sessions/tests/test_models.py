from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from candidate_api.sessions.models import ExamSession, Offering, Room, SeatPool, Site
from candidate_api.sessions.tests.factories import course, district, session

pytestmark = pytest.mark.django_db


def refused(model: type[Any], **fields: Any) -> bool:
    before = model.objects.count()
    try:
        with transaction.atomic():
            model.objects.create(**fields)
    except IntegrityError:
        return model.objects.count() == before
    return False


def test_the_database_refuses_a_session_that_cannot_be() -> None:
    days = {"first_day": date(2027, 4, 10), "second_day": date(2027, 4, 11)}
    assert refused(ExamSession, code="2027-04", name="x", **days, max_courses=5)
    assert refused(ExamSession, code="2027-04", name="x", **days, fee_normal_fen=0)
    assert refused(ExamSession, code="2027-04", name="x", first_day=days["second_day"], second_day=days["first_day"])
    assert not refused(ExamSession, code="2027-04", name="x", **days)
    assert refused(ExamSession, code="2027-04", name="y", **days)


def test_a_course_sits_once_in_a_session_and_in_one_of_its_slots() -> None:
    held, taught = session(), course()
    assert refused(Offering, session=held, course=taught, slot=5)
    assert not refused(Offering, session=held, course=taught, slot=1)
    assert refused(Offering, session=held, course=taught, slot=2)


def test_seats_never_exceed_the_capacity() -> None:
    held, place = session(), district()
    assert refused(SeatPool, session=held, district=place, slot=1, capacity=2, taken=3)
    assert not refused(SeatPool, session=held, district=place, slot=1, capacity=2, taken=2)
    assert refused(SeatPool, session=held, district=place, slot=1, capacity=9)
    assert not refused(SeatPool, session=held, district=place, slot=2, capacity=None, taken=500)


def test_rooms_and_sites_are_numbered_once() -> None:
    place = district()
    site = Site.objects.create(district=place, code="01", name="第一考点", address="考试路1号")
    assert refused(Site, district=place, code="01", name="又一个", address="考试路2号")
    assert not refused(Room, site=site, number="001")
    assert refused(Room, site=site, number="001")
    assert refused(Room, site=site, number="002", seats=0)


def test_what_a_course_costs_is_the_sessions_price_of_its_class() -> None:
    held = session(fee_normal_fen=4500, fee_special_fen=8000)
    plain = Offering.objects.create(session=held, course=course("00001"), slot=1)
    special = Offering.objects.create(session=held, course=course("00002", fee_class="special"), slot=2)
    assert (plain.fee_fen, special.fee_fen) == (4500, 8000)


def test_a_moved_session_takes_its_offerings_along() -> None:
    held = session()
    offering = Offering.objects.create(session=held, course=course(), slot=3)
    held.first_day, held.second_day = date(2026, 12, 5), date(2026, 12, 6)
    held.save()
    assert Offering.objects.get(pk=offering.pk).sitting.date == date(2026, 12, 6)
