from datetime import date, timedelta

import pytest
from django.test import Client

from cms.tests.factories import staff, window
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
OPENS = clock.at(date(2027, 2, 24), 9)
FORM = {
    "business": "course-registration",
    "phase": "apply",
    "session": "2027-04",
    "opens_at": "2027-02-24 09:00",
    "closes_at": "2027-03-04 18:00",
    "notice": "",
}


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(staff("administrator"))
    return client


def test_a_window_is_set_and_moved_through_the_desk(desk: Client) -> None:
    assert desk.post("/admin/windows/new/", FORM).status_code == 302
    made = BusinessWindow.objects.get()
    assert (made.opens_at, made.closes_at) == (OPENS, clock.at(date(2027, 3, 4), 18))

    moved = FORM | {"closes_at": "2027-03-05 00:00", "reason": "系统故障，延长至24:00"}
    assert desk.post(f"/admin/windows/edit/{made.pk}/", moved).status_code == 302
    made.refresh_from_db()
    assert made.closes_at == clock.at(date(2027, 3, 4), 24)

    assert desk.post(f"/admin/windows/delete/{made.pk}/", {"reason": "设置有误"}).status_code == 302
    assert not BusinessWindow.objects.exists()
    rows = AuditEntry.objects.order_by("pk").values_list("verb", "note", "channel")
    assert list(rows) == [
        ("window.create", "", "admin"),
        ("window.change", "系统故障，延长至24:00", "admin"),
        ("window.delete", "设置有误", "admin"),
    ]


def test_without_a_reason_nothing_moves(desk: Client) -> None:
    made = window(opens=OPENS, session="2027-04")

    changed = desk.post(f"/admin/windows/edit/{made.pk}/", FORM)
    deleted = desk.post(f"/admin/windows/delete/{made.pk}/", {})

    assert (changed.status_code, deleted.status_code) == (200, 200)
    made.refresh_from_db()
    assert made.closes_at == OPENS + timedelta(days=2)
    assert AuditEntry.objects.count() == 1


def test_who_edits_news_does_not_set_windows(client: Client) -> None:
    client.force_login(staff("editor"))
    made = window(opens=OPENS)

    for path in ("new/", f"edit/{made.pk}/", f"delete/{made.pk}/"):
        client.post(f"/admin/windows/{path}", FORM | {"reason": "x"})

    made.refresh_from_db()
    assert (made.closes_at, BusinessWindow.objects.count()) == (OPENS + timedelta(days=2), 1)
