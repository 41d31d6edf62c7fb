"""毕业证书 and 转出考籍 in the admin: whose they are, what each act does, 1 and 50 rows at the same cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Major
from candidate_api.graduations.models import Graduation
from candidate_api.transfers.models import TransferOut
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.tests.staff import member
from review.applications.models import Application
from review.offices.models import Office
from review.types.models import ApplicationType
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
GRADUATIONS, TRANSFERS = "/admin/graduations/", "/admin/transfers/"


def desk(role: str = "archive", office: str = "45") -> Client:
    client = Client()
    client.force_login(member(role, office))
    return client


def ended(person: Candidate, slug: str) -> Application:
    """An application that was approved; how it came there is told beside the kinds."""
    type_, now = ApplicationType.objects.get(slug=slug), clock.now()
    city = Office.objects.get(code="450100")
    made = Application.objects.create(
        type=type_, applicant=person.user, origin=city, frozen={}, round=1, created_at=now, subject=str(now)
    )
    Application.objects.filter(pk=made.pk).update(state="approved", decided_at=now)
    return made


def graduate(person: Candidate, major: Major) -> Graduation:
    application = ended(person, "graduation")
    return Graduation.objects.create(candidate=person, major=major, application=application, approved_at=clock.now())


def transfer(person: Candidate, **more: Any) -> TransferOut:
    application = ended(person, "transfer-out")
    return TransferOut.objects.create(
        candidate=person, application=application, province="44", number="1901", approved_at=clock.now(), **more
    )


def html(answer: Any) -> str:
    return str(answer.content.decode())


def cost(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        client.get(path)
    return len(found)


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


def test_the_certificate_by_its_forms(person):
    row, archive = graduate(person, person.major), desk()
    shown = html(archive.get(GRADUATIONS))
    assert ("韦*莉" in shown, "韦小莉" in shown) == (True, False)
    archive.post(f"{GRADUATIONS}{row.pk}/make/", {"number": "65450126100001"})
    archive.post(f"{GRADUATIONS}{row.pk}/ready/")
    archive.post(f"{GRADUATIONS}{row.pk}/collect/")
    assert Graduation.objects.get().state == "collected"
    again = archive.post(f"{GRADUATIONS}{row.pk}/make/", {"number": "65450126100002"})
    assert (again.status_code, Graduation.objects.get().number) == (409, "65450126100001")


@pytest.mark.parametrize(("role", "office"), [("archive", "450300"), ("auditor", "45"), ("first_reviewer", "45")])
def test_who_issues_no_certificate_here(person, role, office):
    row, client = graduate(person, person.major), desk(role, office)
    entries = AuditEntry.objects.count()
    for path in (f"{GRADUATIONS}{row.pk}/make/", f"{GRADUATIONS}export/"):
        answer = client.post(path, {"number": "65450126100001", "reason": "报送教育部", "format": "csv"})
        if (role, path[-7:]) == ("archive", "export/"):
            assert person.id_number not in b"".join(answer.streaming_content).decode()  # of one's own offices alone
            entries += 1
        else:
            assert answer.status_code in (302, 404)
    assert (Graduation.objects.get().state, AuditEntry.objects.count()) == ("approved", entries)
    if office == "450300":
        assert "韦*莉" not in html(client.get(GRADUATIONS))


def test_a_file_of_graduates_says_why(person):
    graduate(person, person.major)
    given = {"format": "csv", "reason": "报送教育部", "state": ""}
    text = b"".join(desk().post(f"{GRADUATIONS}export/", given).streaming_content).decode()
    assert person.id_number in text
    assert AuditEntry.objects.get(verb="graduations.export").note == "报送教育部"


def test_transfers_by_their_forms(person):
    row, archive = transfer(person), desk()
    assert html(archive.get(TRANSFERS)).count("韦*莉") >= 1
    early = archive.post(f"{TRANSFERS}{row.pk}/answer/", {"answer": "accept"})
    assert (early.status_code, TransferOut.objects.get().state) == (409, "approved")
    b"".join(archive.post(f"{TRANSFERS}hand-over/", {"format": "csv", "reason": "提交国家平台"}).streaming_content)
    assert archive.post(f"{TRANSFERS}hand-over/", {"format": "csv", "reason": "提交国家平台"}).status_code == 409
    archive.post(f"{TRANSFERS}{row.pk}/answer/", {"answer": "refuse", "note": "姓名不一致"})
    assert (TransferOut.objects.get().state, Candidate.objects.get().state) == ("refused", "enrolled")
    for role, office in (("archive", "450300"), ("auditor", "45")):
        assert desk(role, office).get(f"{TRANSFERS}{row.pk}/answer/").status_code in (302, 404)


def test_one_row_and_fifty_cost_the_same(person):
    client = desk()
    graduate(person, person.major)
    transfer(person)
    one = [cost(client, path) for path in (GRADUATIONS, TRANSFERS)]
    for major in Major.objects.exclude(pk=person.major_id)[:49]:
        graduate(person, major)
    for _number in range(49):
        TransferOut.objects.update(state="refused")
        transfer(person)
    assert [cost(client, path) for path in (GRADUATIONS, TRANSFERS)] == one
