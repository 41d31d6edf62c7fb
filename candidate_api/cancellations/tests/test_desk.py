"""考试取消 at the desk: proposed, decided by another, followed by a bar."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.cancellations import actions
from candidate_api.cancellations.models import Cancellation
from candidate_api.cancellations.tests.scene import COURSE, REASON, SESSION, SYSTEM, pay, person, registered, staff
from candidate_api.payments.providers.twin import Twin
from candidate_api.sessions.models import ExamSession, Offering
from portal.kernel import clock
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LIST = "/admin/cancellations/"


def at_desk(role: str = "finance", office: str = "45", number: int = 901) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def test_from_the_proposal_to_the_last_refund(twin: Twin) -> None:
    life.open_window(SESSION)
    pay(twin, registered(person(), COURSE))
    one, other = at_desk(), at_desk("administrator")
    wanted = {"session": SESSION, "course": "99999", "reason": REASON}
    assert "没有开考这门课程" in one.post(f"{LIST}propose/", wanted).content.decode()
    page = one.post(f"{LIST}propose/", wanted | {"course": COURSE}, follow=True)
    found = Cancellation.objects.get()
    assert "现有报考成功 1 科次，报考费合计 40.00 元" in page.content.decode()
    assert "须由您以外的另一人批准" in page.content.decode()
    address = f"{LIST}{found.pk}/"
    assert one.post(address, {"act": "approve"}).status_code == 403
    assert "考试取消待批准" in other.get("/admin/").content.decode()

    assert other.post(address, {"act": "approve"}).status_code == 302
    page = other.get(address).content.decode()
    assert "应退费 1 科次，已办理 0，等待 1" in page
    assert '<progress max="1" value="0"' in page
    assert '<meta http-equiv="refresh" content="5">' in page
    actions.refund_due(by=SYSTEM)
    page = other.get(address).content.decode()
    assert '<progress max="1" value="1"' in page
    assert "http-equiv" not in page
    assert "1/1" in other.get(LIST).content.decode()
    assert other.post(address, {"act": "retry"}).status_code == 409
    assert other.post(address, {"act": "burn"}).status_code == 404
    assert other.get(f"{LIST}{found.pk + 1}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "office", "look", "propose"),
    [
        ("finance", "45", 200, 200),
        ("administrator", "45", 200, 200),
        ("auditor", "45", 200, 302),
        ("archive", "45", 200, 302),
        ("finance", "450100", 404, 302),
        ("first_reviewer", "45", 302, 302),
    ],
)
def test_who_may_look_and_who_may_act(role: str, office: str, look: int, propose: int) -> None:
    made = actions.propose(SESSION, COURSE, REASON, by=staff())
    client = at_desk(role, office)
    assert client.get(f"{LIST}{made.pk}/").status_code == look
    assert client.get(f"{LIST}propose/").status_code == propose
    if propose != 200:
        client.post(f"{LIST}{made.pk}/", {"act": "approve"})
    assert Cancellation.objects.get().state == "proposed"


def test_one_row_or_fifty_ask_the_same_of_the_database() -> None:
    client, by, now = at_desk(), staff(), clock.now()
    session = ExamSession.objects.get(code=SESSION)
    counted = []
    for number in (1, 50):
        rows = Offering.objects.filter(session=session).order_by("pk")[Cancellation.objects.count() : number]
        Cancellation.objects.bulk_create(
            Cancellation(session=session, offering=row, reason=REASON, proposed_by_id=by.user_id, created_at=now)
            for row in rows
        )
        client.get(LIST)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(LIST).content.decode().count(REASON) == 0
        counted.append(len(asked))
    assert Cancellation.objects.count() == 50
    assert counted[0] == counted[1]
