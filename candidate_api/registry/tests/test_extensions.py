"""个别延期 at the desk: on the page of a candidate of one's own offices, with a reason."""

from datetime import timedelta

import pytest
from django.test import Client

from candidate_api.registry.tests.test_desk import GUILIN, LIST, at_desk, page
from cms.windows.models import WindowExtension
from cms.windows.rules import deadline
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
REASON = "住院期间无法办理"


@pytest.fixture
def window():
    return life.open_window()


@pytest.fixture
def person(window):
    return life.enrolled(name="韦小莉")


def given(window, **later: int) -> dict[str, str]:
    until = clock.local(window.closes_at + timedelta(**later))
    return {"window": str(window.pk), "until": f"{until:%Y-%m-%dT%H:%M}", "reason": REASON}


def test_given_changed_and_ended_on_the_page_of_the_person(person, window):
    desk, path = at_desk(), f"{LIST}{person.pk}/"
    assert "课程报考及缴费 网上申请 2026-10" in page(desk, f"{path}extend/")
    assert "end-extension" not in page(desk, path)
    for days in (1, 2):
        assert desk.post(f"{path}extend/", given(window, days=days)).headers["Location"] == path
    made = WindowExtension.objects.get()
    assert (made.user, made.reason) == (person.user, REASON)
    shown = page(desk, path)
    assert f"延长至{deadline(made.until)}" in shown
    assert f"{path}end-extension/" in shown

    desk.post(f"{path}end-extension/", {"extension": made.pk, "reason": "已办理完毕"})

    made.refresh_from_db()
    assert made.until <= clock.now()
    assert "end-extension" not in page(desk, path)
    rows = AuditEntry.objects.filter(subject_type="cms.windowextension").order_by("pk")
    assert [(row.verb, row.note, row.channel) for row in rows] == [
        ("window.extend", REASON, "admin"),
        ("window.extend", REASON, "admin"),
        ("window.end_extension", "已办理完毕", "admin"),
    ]


@pytest.mark.parametrize(
    ("role", "office", "answer"),
    [("archive", GUILIN, 404), ("support", "45", 302), ("first_reviewer", "450100", 302), ("finance", "45", 302)],
)
def test_other_offices_and_roles_change_nothing(person, window, role, office, answer):
    desk = at_desk(role, office)
    for act in ("extend", "end-extension"):
        assert desk.post(f"{LIST}{person.pk}/{act}/", given(window, days=1)).status_code == answer
    assert (WindowExtension.objects.count(), Message.objects.filter(template="window_extended").count()) == (0, 0)


def test_what_makes_no_sense_is_said_on_the_form(person, window):
    desk, path = at_desk("administrator", "45"), f"{LIST}{person.pk}/extend/"
    release = life.open_window(business="graduation")
    assert "也须晚于原截止时间" in page(desk, path, **given(window, days=-1))
    assert "没有这个选项" in page(desk, path, **given(window, days=1) | {"window": str(release.pk + 1)})
    assert desk.post(path, given(window, days=1) | {"reason": ""}).status_code == 200
    assert WindowExtension.objects.count() == 0


def test_visitors_are_sent_to_the_sign_in(person, window):
    answer = Client().post(f"{LIST}{person.pk}/extend/", given(window, days=1))
    assert answer.headers["Location"].startswith("/admin/login/")
    assert WindowExtension.objects.count() == 0
