"""排队等候 at the desk: the line in numbers, the switch with a reason."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.waiting import actions
from candidate_api.waiting.models import WaitingRoom
from candidate_api.waiting.tests.line import opened, somebody
from portal.kernel.audit.models import AuditEntry
from portal.kernel.tests.staff import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
ROOM, SWITCH = "/admin/waiting/", "/admin/waiting/1/"
WANTED = {"mode": "on", "per_minute": "600", "opens_above": "900", "reason": "报考首日高峰"}


def at_desk(role: str = "administrator", office: str = "45") -> Client:
    client = Client()
    client.force_login(member(role, office, 901))
    return client


def test_an_administrator_opens_it_and_sees_the_line() -> None:
    client = at_desk()
    assert "现在不用排队" in client.get(ROOM).content.decode()
    assert client.post(SWITCH, WANTED | {"reason": ""}).status_code == 200
    assert not WaitingRoom.objects.exists()
    assert client.post(SWITCH, WANTED).url == ROOM
    found = WaitingRoom.objects.get()
    assert (found.mode, found.per_minute, found.opens_above) == ("on", 600, 900)
    assert AuditEntry.objects.get(verb="waiting.set").note == "报考首日高峰"

    for _ in range(3):
        actions.take_place(by=somebody())
    page = client.get(ROOM).content.decode()
    assert "现在有队列" in page
    assert "0 / 600" in page
    assert '<meta http-equiv="refresh" content="10">' in page


@pytest.mark.parametrize(
    ("role", "office", "look", "switch"),
    [("administrator", "45", 200, 200), ("auditor", "45", 200, 302), ("finance", "45", 200, 302),
     ("administrator", "450100", 302, 404), ("first_reviewer", "45", 302, 302)],
)  # fmt: skip
def test_who_may_look_and_who_may_switch(role: str, office: str, look: int, switch: int) -> None:
    client = at_desk(role, office)
    assert client.get(ROOM).status_code == look
    assert client.get(SWITCH).status_code == switch
    if switch != 200:
        client.post(SWITCH, WANTED)
        assert not WaitingRoom.objects.exists()


def test_one_or_fifty_in_the_line_ask_the_same_of_the_database() -> None:
    client = at_desk()
    opened()
    counted = []
    for number in (1, 50):
        for _ in range(number):
            actions.take_place(by=somebody())
        client.get(ROOM)
        with CaptureQueriesContext(connection) as asked:
            client.get(ROOM)
        counted.append(len(asked))
    assert counted[0] == counted[1]
