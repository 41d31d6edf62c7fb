from datetime import date, timedelta
from typing import Any

import pytest

from candidate_api.sessions.models import Offering
from candidate_api.sessions.tests.factories import course, session
from cms.windows.models import BusinessWindow
from portal.kernel import clock

pytestmark = pytest.mark.django_db
BASE = "/api/v1/"


def window(code: str = "2026-10") -> BusinessWindow:
    return BusinessWindow.objects.create(
        business="course-registration",
        phase="apply",
        session=code,
        opens_at=clock.at(date(2026, 8, 24), 9),
        closes_at=clock.at(date(2026, 9, 2), 18),
    )


def test_a_session(api: Any) -> None:
    session(tickets_at=clock.at(date(2026, 10, 12), 9))
    window()
    window("2027-04")
    found = api.get(f"{BASE}exam-sessions/2026-10/").json()
    assert found == {
        "code": "2026-10",
        "name": "2026-10考期",
        "first_day": "2026-10-24",
        "second_day": "2026-10-25",
        "max_courses": 4,
        "fees": [
            {"fee_class": "normal", "label": "普通课程", "amount": "40.00", "currency": "CNY"},
            {"fee_class": "special", "label": "特殊课程", "amount": "70.00", "currency": "CNY"},
        ],
        "slots": found["slots"],
        "tickets_at": "2026-10-12T09:00:00+08:00",
        "scores_at": None,
        "closed": False,
        "windows": [
            {
                "business": "course-registration",
                "business_label": "课程报考及缴费",
                "phase": "apply",
                "phase_label": "网上申请",
                "opens_at": "2026-08-24T09:00:00+08:00",
                "closes_at": "2026-09-02T18:00:00+08:00",
                "notice": "",
            }
        ],
    }
    assert len(found["slots"]) == 4
    assert found["slots"][1] == {
        "number": 2,
        "label": "第一天下午",
        "date": "2026-10-24",
        "starts_at": "2026-10-24T14:30:00+08:00",
        "ends_at": "2026-10-24T17:00:00+08:00",
    }
    assert api.get(f"{BASE}exam-sessions/").json()["results"] == [found]


def test_a_changed_window_makes_the_copy_stale(api: Any) -> None:
    session()
    opened = window()
    tag = api.get(f"{BASE}exam-sessions/2026-10/")["ETag"]
    assert api.get(f"{BASE}exam-sessions/2026-10/", HTTP_IF_NONE_MATCH=tag).status_code == 304
    opened.closes_at += timedelta(days=1)
    opened.save()
    changed = api.get(f"{BASE}exam-sessions/2026-10/", HTTP_IF_NONE_MATCH=tag)
    assert changed.status_code == 200
    assert changed.json()["windows"][0]["closes_at"] == "2026-09-03T18:00:00+08:00"
    opened.delete()
    assert api.get(f"{BASE}exam-sessions/2026-10/", HTTP_IF_NONE_MATCH=changed["ETag"]).status_code == 200


def test_a_plan_entry(api: Any) -> None:
    Offering.objects.create(session=session(), course=course("14502", fee_class="special"), slot=3)
    assert api.get(f"{BASE}exam-plans/").json()["results"] == [
        {
            "session": "2026-10",
            "course": {"code": "14502", "name": "课程14502"},
            "slot": 3,
            "slot_label": "第二天上午",
            "date": "2026-10-25",
            "starts_at": "2026-10-25T09:00:00+08:00",
            "ends_at": "2026-10-25T11:30:00+08:00",
            "fee_class": "special",
            "fee": "70.00",
            "currency": "CNY",
        }
    ]


@pytest.mark.parametrize("n", [1, 50])
def test_as_many_queries_for_fifty_as_for_one(api: Any, django_assert_num_queries: Any, n: int) -> None:
    for i in range(n):
        held = session(f"{2030 + i}-10")
        window(held.code)
        Offering.objects.create(session=held, course=course(f"{10000 + i}"), slot=1)
    with django_assert_num_queries(3):
        assert api.get(f"{BASE}exam-plans/?page_size=100").json()["count"] == n
    with django_assert_num_queries(4):
        assert len(api.get(f"{BASE}exam-sessions/?page_size=100").json()["results"]) == n
