"""考期, timetable and rooms are kept at the desk; what people rely on stays."""

from datetime import timedelta
from typing import Any

import pytest

from candidate_api.catalogue.actions import remove, save
from candidate_api.catalogue.models import Course
from candidate_api.registrations import actions as registrations
from candidate_api.sessions import kinds
from candidate_api.sessions.models import ExamSession, Offering, Room
from cms.windows.actions import change_window
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SYSTEM = Actor.system("tests")
SESSION = "2026-10"


def refused(code: Code, verb: Any, *args: Any) -> str:
    before = list(Offering.objects.values_list("pk", "slot")), AuditEntry.objects.count()
    with pytest.raises(Problem) as caught:
        verb(*args, by=SYSTEM, reason="调整")
    assert caught.value.code == code
    assert (list(Offering.objects.values_list("pk", "slot")), AuditEntry.objects.count()) == before
    return str(caught.value.detail)


def offering(course: str = "02324") -> Offering:
    return Offering.objects.get(session__code=SESSION, course__code=course)


def test_a_course_is_offered_moved_and_taken_back() -> None:
    session, course = ExamSession.objects.get(code=SESSION), Course.objects.get(code="02333")
    given = {"session": session, "course": course, "slot": 2}
    made = save(kinds.OFFERINGS, None, given, by=SYSTEM, reason="增加开考")
    save(kinds.OFFERINGS, made.pk, {"slot": 3}, by=SYSTEM, reason="与全国统考一致")
    assert offering("02333").slot == 3
    remove(kinds.OFFERINGS, made.pk, by=SYSTEM, reason="命题未完成")
    assert [entry.data for entry in AuditEntry.objects.filter(verb__startswith="offering.").order_by("pk")] == [
        {"before": {}, "after": {"session": SESSION, "course": "02333", "slot": 2}},
        {"before": {"slot": 2}, "after": {"slot": 3}},
        {"before": {"session": SESSION, "course": "02333", "slot": 3}, "after": {}},
    ]


@pytest.mark.parametrize(
    ("course", "slot", "sentence"),
    [
        ("02333", 5, "考期只有第1至第4场。"),
        ("02334", 1, "02334不是笔试课程，由主考学校组织，不列入考试安排。"),
        ("14976", 1, "14976不是笔试课程，由主考学校组织，不列入考试安排。"),
        ("02324", 2, "该课程在本考期已有安排。"),
    ],
)
def test_an_offering_outside_its_session_is_not_kept(course: str, slot: int, sentence: str) -> None:
    given = {
        "session": ExamSession.objects.get(code=SESSION),
        "course": Course.objects.get(code=course),
        "slot": slot,
    }
    assert refused(Code.VALIDATION_FAILED, save, kinds.OFFERINGS, None, given) == sentence


def test_a_closed_session_takes_nothing_more() -> None:
    made = offering()
    ExamSession.objects.filter(code=SESSION).update(closed=True)
    session = ExamSession.objects.get(code=SESSION)
    given = {"session": session, "course": Course.objects.get(code="02333"), "slot": 1}
    for arguments in [
        (save, kinds.OFFERINGS, None, given),
        (save, kinds.OFFERINGS, made.pk, {"slot": 2}),
        (remove, kinds.OFFERINGS, made.pk),
        (save, kinds.SESSIONS, session.pk, {"max_courses": 3}),
    ]:
        assert refused(Code.STATE_CONFLICT, *arguments).endswith("已结束，不能修改。")


def test_a_session_is_closed_after_its_days() -> None:
    session = ExamSession.objects.get(code=SESSION)
    days = {"first_day": clock.today(), "second_day": clock.today() + timedelta(days=1)}
    sentence = refused(Code.VALIDATION_FAILED, save, kinds.SESSIONS, session.pk, days | {"closed": True})
    assert sentence == "考试还没有结束，不能将考期设为已结束。"
    days = {"first_day": clock.today() - timedelta(days=2), "second_day": clock.today() - timedelta(days=1)}
    save(kinds.SESSIONS, session.pk, days | {"closed": True}, by=SYSTEM, reason="归档")
    assert ExamSession.objects.get(code=SESSION).closed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"max_courses": 5}, "每人最多报考门数为1至4门，每场一门。"),
        ({"fee_normal_fen": 0}, "报考费须大于零。"),
        ({"second_day": clock.today() - timedelta(days=9999)}, "第二天须晚于第一天。"),
    ],
)
def test_a_session_that_makes_no_sense(given: dict[str, Any], sentence: str) -> None:
    session = ExamSession.objects.get(code=SESSION)
    assert refused(Code.VALIDATION_FAILED, save, kinds.SESSIONS, session.pk, given) == sentence


def test_while_people_register_and_after_somebody_has_the_timetable_stays() -> None:
    candidate = life.enrolled()
    window = life.open_window()
    taken, free = offering("02324"), offering("00023")
    for verb in [(save, kinds.OFFERINGS, free.pk, {"slot": 1}), (remove, kinds.OFFERINGS, free.pk)]:
        assert refused(Code.STATE_CONFLICT, *verb) == "报考正在进行，不能改变或取消开考课程。"
    life.confirm_contact(candidate)
    registrations.submit(SESSION, [("02324", "450100")], by=life.actor(candidate))
    change_window(window.pk, closes_at=clock.now(), by=SYSTEM, reason="结束")
    for verb in [(save, kinds.OFFERINGS, taken.pk, {"slot": 2}), (remove, kinds.OFFERINGS, taken.pk)]:
        assert refused(Code.STATE_CONFLICT, *verb) == "已有考生报考该课程，不能改变或取消。"
    save(kinds.OFFERINGS, free.pk, {"slot": 1}, by=SYSTEM, reason="调整")
    assert offering("00023").slot == 1


def test_rooms_have_one_to_ninety_nine_seats() -> None:
    room = Room.objects.first()
    assert refused(Code.VALIDATION_FAILED, save, kinds.ROOMS, room.pk, {"seats": 100}) == "座位数为1至99。"
    save(kinds.ROOMS, room.pk, {"seats": 25}, by=SYSTEM, reason="教室改造")
    assert Room.objects.get(pk=room.pk).seats == 25


@pytest.mark.parametrize("code", ["2027-07", "2027-13", "2027-00", "2027/04"])
def test_a_session_of_no_half_year_is_never_kept(code: str) -> None:
    days = {"first_day": clock.today(), "second_day": clock.today() + timedelta(days=1)}
    before = AuditEntry.objects.count()
    with pytest.raises(Problem) as caught:
        save(kinds.SESSIONS, None, {"code": code, "name": "夏季考试"} | days, by=SYSTEM, reason="加考")
    assert [(e.field, e.detail) for e in caught.value.errors] == [("code", "考期只有4月和10月，写作“2026-10”的形式。")]
    assert not ExamSession.objects.filter(code=code).exists()
    assert AuditEntry.objects.count() == before
