"""身份认证: asked once, answered now or later, nothing personal kept; and the offline way for everybody else."""

import json
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
import requests
import time_machine
from django.db import transaction
from django.test import Client

from candidate_api.candidates import actions as candidates
from candidate_api.identity import actions, queries, rules, texts
from candidate_api.identity.models import IdentityCheck
from candidate_api.identity.providers.contract import ProviderUnavailable
from candidate_api.identity.providers.registry import provider
from candidate_api.identity.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db(transaction=True)]
URL = "/api/v1/me/identity-verification/"
JOB = Actor.system("identity-retry")
FACE = {"kind": "face", "consent_version": texts.CONSENT_VERSION}


@pytest.fixture
def app(api, resident):
    api.force_authenticate(resident.user)
    return api


def kept():
    return list(IdentityCheck.objects.order_by("pk").values_list("kind", "state", "tries"))


def test_who_is_in_the_records_passes_once(app, records):
    assert app.get("/api/v1/me/").json()["identity"] == {"kind": "name_number", "result": None, "checked_at": None}
    answer = app.post(URL, {}).json()
    assert (answer["kind"], answer["result"]) == ("name_number", "passed")
    assert app.get("/api/v1/me/").json()["identity"] == answer
    assert app.post(URL, {}).json() == answer
    assert records.server.calls == {"IdCardVerification": 1}
    assert kept() == [("name_number", "passed", 1)]
    assert AuditEntry.objects.filter(verb__startswith="identity.").count() == 2
    assert len(IdentityCheck.objects.get().transaction_id) == 36


@pytest.mark.parametrize(
    ("name", "number", "result", "note"),
    [
        ("陆大海", "450103199803124525", "failed", "-1"),
        ("韦小莉", life.id_number(77), "failed", "-5"),
        ("谁都行", "450205199911114429", "unavailable", ""),
        ("陆大海", "450103199001011238", "passed", "0"),
    ],
)
def test_what_the_records_say_about_others(api, records, reference, name, number, result, note):
    person = life.registered(name=name, number=number)
    api.force_authenticate(person.user)
    assert api.post(URL, {"kind": "name_number"}).json()["result"] == result
    assert IdentityCheck.objects.get().note == note


def test_a_face_is_compared_by_consent_and_its_version_is_kept(app, records):
    refused = app.post(URL, {"kind": "face"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "consent_version")
    assert (kept(), records.server.calls) == ([], {})
    assert app.post(URL, FACE).json()["result"] == "passed"
    assert IdentityCheck.objects.get().consent_version == texts.CONSENT_VERSION
    shown = app.get(URL).json()
    assert (shown["face"]["result"], shown["name_number"]["result"]) == ("passed", None)
    assert shown["consent"]["version"] == texts.CONSENT_VERSION
    assert "现场" in shown["offline"]


def test_another_face_fails(api, records, reference):
    person = life.enrolled(name="陆大海", number="450103199001011238")
    api.force_authenticate(person.user)
    assert api.post(URL, FACE).json()["result"] == "failed"


def test_without_a_photo_and_without_a_resident_id_there_is_a_sentence(api, records, reference):
    person = life.registered()
    api.force_authenticate(person.user)
    assert (api.post(URL, FACE).status_code, api.post(URL, FACE).json()["code"]) == (409, "state_conflict")
    candidates.save_profile({"id_type": "passport", "id_number": "E12345678"}, by=life.actor(person))
    refused = api.post(URL, {})
    assert (refused.status_code, "现场" in refused.json()["detail"]) == (409, True)
    assert kept() == []


@pytest.mark.parametrize("mood", ["http_500", "away", "limit", "garbage"])
def test_no_answer_is_asked_again_by_the_job_and_told(app, resident, records, mood):
    records.server.be(mood, 2)
    with time_machine.travel(clock.now(), tick=False) as now:
        assert app.post(URL, {}).json() == {"kind": "name_number", "result": "unavailable", "checked_at": None}
        assert app.post(URL, {}).json()["result"] == "unavailable"
        actions.retry_pending(by=JOB)
        assert kept() == [("name_number", "pending", 1)], "not due yet: nobody is asked"
        now.shift(rules.FIRST_RETRY)
        actions.retry_pending(by=JOB)
        assert kept() == [("name_number", "pending", 2)]
        now.shift(rules.retry_after(2))
        actions.retry_pending(by=JOB)
    assert kept() == [("name_number", "passed", 3)]
    told = Message.objects.filter(template="identity_passed")
    assert [(row.recipient_id, row.link) for row in told] == [(resident.user_id, "/me/identity/")]


def test_a_service_that_nobody_reaches_is_pending_too(api, reference):
    person = life.registered()
    api.force_authenticate(person.user)
    assert api.post(URL, {}).json()["result"] == "unavailable"
    assert kept() == [("name_number", "pending", 1)]


def test_after_days_without_an_answer_it_is_given_up_and_told(app, resident, records):
    records.server.be("away", 99)
    with time_machine.travel(clock.now(), tick=False) as now:
        app.post(URL, {})
        now.shift(rules.GIVE_UP + timedelta(minutes=1))
        actions.retry_pending(by=JOB)
    assert kept() == [("name_number", "abandoned", 2)]
    assert Message.objects.filter(template="identity_abandoned", recipient=resident.user).count() == 1


def test_the_day_has_so_many_tries(api, records, reference):
    person = life.registered(name="陆大海", number="450103199803124525")
    api.force_authenticate(person.user)
    with time_machine.travel(clock.at(clock.today(), 12), tick=False) as now:
        for _ in range(rules.TRIES_A_DAY):
            assert api.post(URL, {}).json()["result"] == "failed"
        refused = api.post(URL, {})
        assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
        assert int(refused["Retry-After"]) == 12 * 3600 + 1
        assert (len(kept()), records.server.calls["IdCardVerification"]) == (rules.TRIES_A_DAY,) * 2
        now.shift(timedelta(hours=12, seconds=1))
        assert api.post(URL, {}).status_code == 200


def test_after_a_correction_the_old_answer_says_nothing(app, resident):
    app.post(URL, {})
    candidates.save_profile({"name": "韦晓莉"}, by=life.actor(resident))
    assert app.get("/api/v1/me/").json()["identity"]["result"] is None
    assert app.post(URL, {}).json()["result"] == "failed"


def test_a_new_photo_is_compared_anew(app, resident):
    app.post(URL, FACE)
    candidates.set_photo(life.good_photo(99), by=life.actor(resident))
    assert app.get(URL).json()["face"]["result"] is None


def test_neither_name_nor_number_nor_picture_is_kept_or_logged(app, resident, records, capfd, caplog):
    caplog.set_level("DEBUG")
    app.post(URL, {})
    records.server.be("http_500")
    app.post(URL, FACE)
    canaries = (resident.id_number, resident.user.name, "/9j/")
    written = capfd.readouterr()
    rows = json.dumps([list(IdentityCheck.objects.values()), list(AuditEntry.objects.values())], default=str)
    for canary in canaries:
        assert canary not in caplog.text + written.out + written.err
        assert canary not in json.dumps(list(IdentityCheck.objects.values()), default=str, ensure_ascii=False)
    assert resident.id_number not in rows


def test_a_request_signed_with_another_key_is_refused(records, settings):
    settings.TENCENT_FACEID = settings.TENCENT_FACEID | {"secret_key": "x" * 32}
    with pytest.raises(ProviderUnavailable, match="SignatureFailure"):
        provider().check_name_and_number("韦小莉", "450103199803124525")
    bare = requests.post(records.base_url, data=b"{}", timeout=5)
    assert bare.json()["Response"]["Error"]["Code"] == "AuthFailure.SignatureFailure"


@pytest.mark.postgresql
def test_eight_presses_ask_once(resident, records):
    outcome = threads(8, lambda _n: actions.verify(by=life.actor(resident)).kind)
    assert not outcome.errors
    assert (len(kept()), records.server.calls["IdCardVerification"]) == (1, 1)


@pytest.mark.postgresql
def test_without_the_lock_presses_would_collide(resident, records, monkeypatch):
    monkeypatch.setattr(actions.candidates, "for_update", actions.candidates.of)
    monkeypatch.setattr(queries, "asked_today", _slowly(queries.asked_today))
    outcome = threads(8, lambda _n: actions.verify(by=life.actor(resident)).kind)
    assert outcome.errors, "the constraint refuses what the lock would have kept in line"
    assert {type(error).__name__ for error in outcome.errors.values()} == {"IntegrityError"}


def _slowly(ask):
    together = Barrier(8)

    def asked(*given):
        found = ask(*given)
        with suppress(BrokenBarrierError):
            together.wait(5)
        return found

    return asked


@pytest.mark.postgresql
def test_two_workers_do_not_ask_beside_each_other(resident, records):
    records.server.be("away")
    actions.verify(by=life.actor(resident))
    IdentityCheck.objects.update(next_at=clock.now())
    outcome = threads(4, lambda _n: actions.retry_pending(by=JOB))
    assert not outcome.errors
    assert records.server.calls["IdCardVerification"] == 2
    assert kept() == [("name_number", "passed", 2)]


def test_a_verb_that_asks_outside_refuses_an_open_transaction(resident):
    with transaction.atomic(), pytest.raises(RuntimeError):
        actions.verify(by=life.actor(resident))


def test_staff_have_no_identity_here(db, django_user_model):
    staff = django_user_model.objects.create_user("e", name="编辑", is_staff=True)
    with pytest.raises(Problem):
        actions.verify(Kind.NAME_NUMBER, by=Actor.of(staff, "api"))


# -- at the counter ---------------------------------------------------------------------------------------------------
def at_desk(role="archive", office="450100"):
    desk = Client()
    desk.force_login(member(role, office))
    return desk


def confirmed_by(desk, person, status=302, **read):
    document = {"name": person.user.name, "id_number": person.id_number.lower()} | read
    answer = desk.post(f"/admin/candidates/{person.pk}/identity/", document | {"reason": "已核对护照原件"})
    assert answer.status_code == status
    return answer


def test_a_passport_is_verified_at_the_counter_with_the_same_effect(reference, api):
    person = life.enrolled(name="Anna Weber", id_type="passport", number="C01X00T47")
    api.force_authenticate(person.user)
    assert api.post(URL, {}).status_code == 409
    assert confirmed_by(at_desk("support"), person).headers["Location"] == "/admin/"
    confirmed_by(at_desk(office="450300"), person, 404)
    assert kept() == []

    desk = at_desk("first_reviewer")
    for wrong in ({"name": "Anna Webber"}, {"id_number": "C01X00T48"}):
        assert "与考籍中的不一致" in confirmed_by(desk, person, 400, **wrong).content.decode()
    assert kept() == []
    confirmed_by(desk, person)

    assert kept() == [("name_number", "passed", 1)]
    assert api.get("/api/v1/me/").json()["identity"]["result"] == "passed"
    entry = AuditEntry.objects.get(verb="identity.confirm_on_site")
    assert (entry.note, entry.to_state) == ("已核对护照原件", "passed")
    assert Message.objects.filter(template="identity_passed", recipient=person.user).count() == 1
    confirmed_by(desk, person, 409)
    assert len(kept()) == 1


def test_the_counter_answers_a_question_that_waits(app, resident, records):
    records.server.be("away", 1)
    assert app.post(URL, {}).json()["result"] == "unavailable"
    confirmed_by(at_desk(), resident)
    assert kept() == [("name_number", "passed", 1)]
    assert app.get(URL).json()["name_number"]["result"] == "passed"
