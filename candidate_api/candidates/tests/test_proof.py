"""Who changes a name or a document proves once more who they are; the archive finds them by what was before."""

from datetime import timedelta

import pytest
import time_machine

from candidate_api.accounts.models import Device
from candidate_api.accounts.tests.test_devices import token_of
from candidate_api.candidates.models import Candidate, FormerDocument
from candidate_api.registry.queries import found
from candidate_api.results.queries import found_by_number
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
PROFILE = "/api/v1/me/profile/"
OLD, NEW = life.id_number(971, born="19930102"), life.id_number(972, born="19930102")


@pytest.fixture
def person():
    return life.enrolled(name="韦小莉", number=OLD)


@pytest.fixture
def app(api, person):
    """An app whose owner signed in some time ago."""
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    Device.objects.update(proved_at=clock.now() - timedelta(minutes=11))
    return api


def kept(person):
    return Candidate.objects.filter(pk=person.pk).values("user__name", "id_type", "id_number").get()


@pytest.mark.parametrize(
    "change", [{"name": "韦晓莉"}, {"id_number": NEW}, {"id_type": "passport", "id_number": "E12345678"}]
)
def test_a_name_and_a_document_change_after_a_proof(app, person, change):
    before, entries = kept(person), AuditEntry.objects.count()
    refused = app.patch(PROFILE, change | {"employer": "邕江软件"})
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_required")
    wrong = app.patch(PROFILE, change | {"password": "not-hers-1"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    assert (kept(person), AuditEntry.objects.count()) == (before, entries)
    assert not FormerDocument.objects.exists()
    assert Candidate.objects.get().employer == ""
    assert app.patch(PROFILE, change | {"password": life.PASSWORD}).status_code == 200
    assert kept(person) != before
    assert app.patch(PROFILE, {"name": "韦莉"}).status_code == 200, "the proof holds for ten minutes"


def test_a_code_to_the_bound_mobile_is_a_proof_and_is_not_spent_on_what_cannot_be(app, person):
    assert app.post("/api/v1/me/proof/code/", {"to": "mobile"}).status_code == 202
    proof = {"sms_code": life.code_sent_to(person.user.mobile)}
    assert app.patch(PROFILE, {"name": "123"} | proof).json()["errors"][0]["field"] == "name"
    assert app.patch(PROFILE, {"employer": "邕江软件"} | proof).status_code == 200
    assert app.patch(PROFILE, {"name": "韦晓莉"} | proof).json()["name"] == "韦晓莉"
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert app.patch(PROFILE, {"name": "韦小莉"} | proof).json()["code"] == "code_invalid"


def test_all_else_asks_for_nothing(app, person):
    answer = app.patch(PROFILE, {"name": "韦小莉", "id_number": OLD, "address": "新民路4号", "former_name": "韦某"})
    assert (answer.status_code, answer.json()["address"]) == (200, "新民路4号")


def test_who_has_just_registered_notices_nothing(api):
    person = life.registered()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    assert api.patch(PROFILE, {"name": "韦晓莉"}).status_code == 200
    assert not FormerDocument.objects.exists(), "who has no 准考证号 is in no archive yet"


def test_the_desk_finds_who_put_the_document_right_by_the_old_number(app, person):
    clerk = Actor.of(member("archive", "450100"), "admin")
    number = {"id_number": NEW, "password": life.PASSWORD}
    assert app.patch(PROFILE, number).status_code == 200
    row = FormerDocument.objects.get()
    assert (row.candidate_id, row.name, row.id_type, row.id_number) == (person.pk, "韦小莉", "resident_id", OLD)
    assert list(found(clerk, OLD)) == list(found(clerk, NEW)) == [person]
    assert found_by_number(clerk, OLD) == person
    assert app.patch(PROFILE, {"id_type": "passport", "id_number": "E12345678"}).status_code == 200
    assert [document.id_number for document in person.former_documents.all()] == [NEW, OLD]
    assert app.patch(PROFILE, {"employer": "邕江软件"}).status_code == 200
    assert person.former_documents.count() == 2, "what is no document leaves none"


def test_whose_number_it_is_now_comes_before_who_once_typed_it(app, person):
    """A slip in the number may have hit one that somebody else registers with later."""
    clerk = Actor.of(member("archive", "450100"), "admin")
    for number in (NEW, OLD):
        assert app.patch(PROFILE, {"id_number": number, "password": life.PASSWORD}).status_code == 200
    owner = life.enrolled(number=NEW)
    assert found_by_number(clerk, NEW) == owner
    assert set(found(clerk, NEW)) == {owner, person}
