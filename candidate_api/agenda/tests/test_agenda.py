"""The candidate's own dates as a calendar file: theirs alone, under names that last, in text that stays text."""

from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.test import Client

from candidate_api.arrangements.tests.factories import arrange
from candidate_api.invariants.tests.conftest import pay, submit
from candidate_api.sessions.models import ExamSession
from cms.tests import factories
from cms.windows.actions import change_window, extend
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications.tests.scene import CONFIRM, OFFICE, fresh, made, passed, reviewer, submitted
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
DESK = Actor(user_id=1, name="周工作", channel="admin")
SESSION, SLOT_1 = "2026-10", "02324"


@pytest.fixture
def person():
    life.open_window(SESSION)
    return life.enrolled(name="韦小莉")


def downloaded(person) -> dict[str, icalendar.Event]:
    web = Client()
    web.force_login(person.user)
    answer = web.get("/me/calendar.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in answer["Cache-Control"]
    found = icalendar.Calendar.from_ical(answer.content)
    return {str(event["uid"]): event for event in found.walk("VEVENT")}


def when(event) -> tuple:
    end = event.get("dtend")
    return event["dtstart"].dt, end.dt if end else None


def test_deadlines_stand_as_they_are_for_this_person(person):
    window = BusinessWindow.objects.get()
    before = downloaded(person)
    (uid,) = before
    assert uid.startswith(f"window-{window.pk}-closes@")
    assert when(before[uid]) == (window.closes_at.replace(microsecond=0), None)
    assert str(before[uid]["summary"]) == "截止：课程报考及缴费 网上申请 2026-10"
    assert [alarm["trigger"].dt for alarm in before[uid].walk("VALARM")] == [timedelta(days=-1)]

    change_window(window.pk, by=DESK, reason="顺延", closes_at=window.closes_at + timedelta(days=1))
    until = window.closes_at + timedelta(days=3)
    extend(window.pk, person.user, until, by=DESK, reason="住院，已核验证明")

    after, others = downloaded(person), downloaded(life.enrolled(name="陆大海"))
    assert (list(after), list(others)) == ([uid], [uid]), "the same event, moved"
    assert when(after[uid])[0] == until.replace(microsecond=0)
    assert when(others[uid])[0] == (window.closes_at + timedelta(days=1)).replace(microsecond=0)
    assert "个别延期" in str(after[uid]["description"])
    with time_machine.travel(until, tick=False):
        assert downloaded(person) == {}, "what is over is left out"


def test_what_comes_opens_and_a_release_has_no_deadline(person):
    opens = clock.now() + timedelta(days=9)
    coming = factories.window("graduation", opens=opens, notice="带齐材料\nATTENDEE:x")
    release = factories.window("scores", opens=opens, phase="release", session=SESSION)
    endless = factories.window("info-change", closes_at=clock.now() + timedelta(days=4000))
    found = downloaded(person)
    keys = {uid.partition("@")[0] for uid in found}
    assert keys >= {f"window-{coming.pk}-opens", f"window-{coming.pk}-closes", f"window-{release.pk}-opens"}
    assert not keys & {f"window-{release.pk}-closes", f"window-{endless.pk}-closes"}
    event = next(event for uid, event in found.items() if uid.startswith(f"window-{coming.pk}-opens"))
    assert str(event["description"]) == "带齐材料\nATTENDEE:x"
    assert "attendee" not in event


def test_an_application_that_waits_for_its_candidate(person):
    made(steps=[OFFICE, CONFIRM])
    application = submitted(person.user)
    assert not any(uid.startswith("application-") for uid in downloaded(person))
    passed(application, reviewer())
    application = fresh(application)
    (found,) = [event for uid, event in downloaded(person).items() if uid.startswith("application-")]
    assert str(found["uid"]).partition("@")[0] == f"application-{application.number}"
    assert when(found)[0] == application.due_at.replace(microsecond=0)
    assert not any(uid.startswith("application-") for uid in downloaded(life.enrolled(name="陆大海")))


def test_exams_are_where_the_ticket_says_once_it_may_be_seen(person, twin):
    pay(twin, submit(person, SLOT_1))
    session = ExamSession.objects.get(code=SESSION)
    sitting = session.slots[0]
    with time_machine.travel(sitting.starts_at - timedelta(days=30), tick=False):
        (before,) = [event for uid, event in downloaded(person).items() if uid.startswith("exam-")]
    assert when(before) == (sitting.starts_at, sitting.ends_at)
    assert str(before["location"]) == "南宁市"
    arrange(SESSION)
    factories.window("admission-ticket", phase="release", session=SESSION, opens=sitting.starts_at - timedelta(days=9))
    with time_machine.travel(sitting.starts_at - timedelta(days=8), tick=False):
        (after,) = [event for uid, event in downloaded(person).items() if uid.startswith("exam-")]
    assert after["uid"] == before["uid"]
    assert "考场" in str(after["description"])
    assert str(after["location"]) != "南宁市"
    with time_machine.travel(sitting.starts_at, tick=False):
        assert not any(uid.startswith("exam-") for uid in downloaded(person))


def test_the_page_lists_what_is_open_first(person, django_assert_max_num_queries):
    factories.window("graduation", opens=clock.now() + timedelta(days=9))
    factories.window("transfer-in", opens=clock.now() - timedelta(days=9))
    web, window = Client(), BusinessWindow.objects.get(business="course-registration")
    web.force_login(person.user)
    extend(window.pk, person.user, window.closes_at + timedelta(days=3), by=DESK, reason="住院，已核验证明")
    with django_assert_max_num_queries(12):
        html = web.get("/windows/").content.decode()
    places = [
        html.index(name) for name in ("正在办理", "课程报考及缴费", "即将开始", "毕业申请", "已经截止", "外省转入")
    ]
    assert places == sorted(places)
    assert "已为您个别延期" in html
    assert "/me/calendar.ics" in html
    visitor = Client().get("/windows/").content.decode()
    assert "个别延期" not in visitor
    assert "/me/calendar.ics" not in visitor
    inside = web.get("/windows/", HTTP_USER_AGENT="MicroMessenger").content.decode()
    assert "请用浏览器打开" in inside
    assert Client().get("/me/calendar.ics").status_code == 302


@pytest.mark.parametrize("n", [1, 50])
def test_one_window_or_fifty_take_the_same_queries(person, django_assert_num_queries, n):
    web = Client()
    web.force_login(person.user)
    for number in range(n):
        factories.window("graduation", opens=clock.now() + timedelta(days=1, minutes=number))
    web.get("/me/calendar.ics")
    with django_assert_num_queries(6):
        web.get("/me/calendar.ics")
