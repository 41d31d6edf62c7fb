"""合理便利: granted by the archive of the candidate's office, once a session, and taken back without a trace of it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.accommodations.actions import grant, withdraw
from candidate_api.accommodations.models import Accommodation
from candidate_api.arrangements.tests import factories as make
from candidate_api.candidates.models import Candidate
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.tests.staff import member
from portal.kernel.users.holdings import REGISTRY

pytestmark = pytest.mark.django_db
LIST = "/admin/accommodations/"
WORDS = "一楼考场，大字号试卷"


@pytest.fixture
def candidate() -> Candidate:
    make.session()
    [one] = make.people(1, district=make.district())
    return one


def archivist(office: str = "45", number: int = 1) -> Actor:
    return Actor.of(member("archive", office, number), "admin")


def granted(candidate: Candidate, by: Actor | None = None) -> Accommodation:
    return grant(candidate.candidate_number or "", make.ExamSession.objects.get(), WORDS, by=by or archivist())


def test_once_a_session(candidate: Candidate) -> None:
    by = archivist()
    row = granted(candidate, by)
    assert (row.candidate_id, row.arranged, row.granted_by_id) == (candidate.pk, WORDS, by.user_id)
    [entry] = AuditEntry.objects.filter(verb="accommodations.grant")
    assert WORDS not in str(entry.data)  # it is about somebody's health
    with pytest.raises(Problem, match="state_conflict"):
        granted(candidate, by)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accommodation.objects.create(
            session=row.session, candidate=candidate, arranged="x", granted_by=row.granted_by, granted_at=clock.now()
        )
    assert Accommodation.objects.count() == 1


def test_its_words_are_encrypted(candidate: Candidate) -> None:
    granted(candidate)
    with connection.cursor() as cursor:
        cursor.execute("SELECT arranged FROM candidate_api_accommodation")
        assert "一楼" not in str(cursor.fetchone())


def test_by_the_office_of_the_candidate(candidate: Candidate) -> None:
    with pytest.raises(Problem, match="not_found"):
        granted(candidate, archivist("450300"))
    reviewer = Actor.of(member("first_reviewer"), "admin")
    for by in (reviewer, make.actor(candidate), make.OFFICE):
        with pytest.raises(Problem, match="permission_denied"):
            granted(candidate, by)
    assert not Accommodation.objects.exists()
    granted(candidate, archivist("450100"))


def test_not_of_a_closed_session(candidate: Candidate) -> None:
    make.ExamSession.objects.update(closed=True)
    with pytest.raises(Problem, match="state_conflict"):
        granted(candidate)
    assert not Accommodation.objects.exists()


def test_is_taken_back_and_goes_with_the_account(candidate: Candidate) -> None:
    by = archivist()
    withdraw(granted(candidate, by).pk, "残疾人证已过期", by=by)
    assert not Accommodation.objects.exists()
    assert AuditEntry.objects.get(verb="accommodations.withdraw").note == "残疾人证已过期"
    granted(candidate, by)
    holding = REGISTRY["candidate_api.accommodation"]
    assert [row["arranged"] for row in holding.rows_of(candidate.user)] == [WORDS]
    assert holding.blank is not None
    holding.blank(candidate.user)
    assert not Accommodation.objects.exists()


def test_at_the_desk(candidate: Candidate) -> None:
    desk, session = Client(), make.ExamSession.objects.get()
    desk.force_login(member("archive", number=3))
    form = f"{LIST}sessions/{session.pk}/grant/"
    assert form in desk.get(LIST).content.decode()
    refused = desk.post(form, {"number": "999999999999", "arranged": WORDS})
    assert (refused.status_code, "没有这个准考证号的在籍考生" in refused.content.decode()) == (409, True)
    assert desk.post(form, {"number": candidate.candidate_number, "arranged": WORDS})["Location"] == LIST
    row = Accommodation.objects.get()
    shown = desk.get(LIST).content.decode()
    assert (candidate.candidate_number in shown, candidate.user.name in shown, WORDS in shown) == (True, False, False)
    away = f"{LIST}{row.pk}/withdraw/"
    assert WORDS in desk.get(away).content.decode()
    assert desk.post(away, {"reason": "残疾人证已过期"})["Location"] == LIST
    assert not Accommodation.objects.exists()
    stranger = Client()
    stranger.force_login(member("finance"))
    assert stranger.get(LIST).status_code in {302, 403}


def test_fifty_rows_take_no_more_queries(candidate: Candidate) -> None:
    desk, session = Client(), make.ExamSession.objects.get()
    clerk = member("archive", number=3)
    desk.force_login(clerk)
    granted(candidate)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(LIST).status_code == 200
        return len(caught)

    asked()  # what is asked for once in a process
    one = asked()
    Accommodation.objects.bulk_create(
        Accommodation(session=session, candidate=who, arranged=WORDS, granted_by=clerk, granted_at=clock.now())
        for who in make.people(49, district=candidate.district)
    )
    assert asked() == one
