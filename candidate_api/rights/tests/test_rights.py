"""Everything that is held is told, handed out and, where no law keeps it, blanked; and nobody else's."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client

from candidate_api.accounts.actions import issue_token
from candidate_api.accounts.models import Device
from candidate_api.accounts.tests.test_reset import confirm, token_for
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.privacy import NOT_OF_THE_REGISTER
from candidate_api.candidates.proving import Proof
from candidate_api.invariants.actions import check
from candidate_api.invariants.tests.conftest import Province, box, province, twin  # noqa: F401 -- fixtures
from candidate_api.rights import actions
from candidate_api.rights.models import ErasureRequest, Export
from candidate_api.rights.reading import label
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.words import word
from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.errors import Problem
from portal.kernel.files.actions import forget_expired
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.holdings import REGISTRY
from portal.kernel.users.models import User
from tests import life
from tests.house.source import FLOORS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
EXPORT, ERASURE = "/api/v1/me/export/", "/api/v1/me/erasure/"
SYSTEM = Actor.system("test")
PASSWORD = {"password": life.PASSWORD}
ASK = PASSWORD | {"reason": "不再参加考试"}


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


@pytest.fixture
def app(api, person):
    api.force_authenticate(person.user)
    return api


def at_desk(role: str = "archive", office: str = "450100", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


def personal(model: type[models.Model]) -> bool:
    """Whether the model points at a person or keeps something encrypted."""
    return any(
        isinstance(field, EncryptedTextField) or getattr(field, "related_model", None) in (User, Candidate)
        for field in model._meta.local_fields
    )


def test_every_model_about_a_person_tells_what_it_holds():
    ours = [m for m in apps.get_models() if m.__module__.split(".")[0] in FLOORS and not m._meta.proxy]
    # The demo's outbox stands for the telephones of the outside world.
    ours = [model for model in ours if model._meta.app_label != "demo"]
    silent = [m._meta.label_lower for m in ours if personal(m) and m._meta.label_lower not in REGISTRY]
    assert silent == []
    assert all(str(holding.what) and str(holding.kept) for holding in REGISTRY.values())


# -- a copy -----------------------------------------------------------------------------------------------------------
def test_a_copy_is_made_told_and_handed_out(app, person):
    held = app.get(EXPORT).json()
    assert {"账号：姓名、手机号码、电子邮箱", "考籍：证件、个人基本信息、准考证号"} <= {
        row["what"] for row in held["holdings"]
    }
    answer = app.post(EXPORT, PASSWORD)
    assert (answer.status_code, answer.json()["state"]) == (202, "requested")
    number = answer.json()["id"]
    assert app.get(f"{EXPORT}{number}/").status_code == 404

    assert actions.make_exports(by=SYSTEM) == 1
    assert actions.make_exports(by=SYSTEM) == 0

    assert Message.objects.filter(template="export_ready", recipient=person.user).count() == 1
    answer = app.get(f"{EXPORT}{number}/")
    assert answer["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        told = json.loads(packed.read("data.json"))
        read = packed.read("个人数据.html").decode()
        files = [name for name in packed.namelist() if name.startswith("files/")]
        photo = packed.read(files[0])
    [account], [record] = (told[name]["记录"] for name in ("kernel.user", "candidate_api.candidate"))
    assert (account["name"], account["mobile"]) == ("韦小莉", person.user.mobile)
    assert (record["id_number"], record["address"]) == (person.id_number, "民族大道1号")
    assert (len(files), photo[:2]) == (1, b"\xff\xd8")
    assert told["kernel.message"]["记录"]
    for called, value in (("民族", "壮族"), ("证件类型", "居民身份证"), ("通信地址", "民族大道1号")):
        assert re.search(rf"<dt>\s*{called}\s*</dt>\s*<dd>\s*{value}\s*</dd>", read), called
    assert "candidates.enrol" not in read, "verbs have words"
    assert word("candidates.enrol") in read
    done = {(row["verb"], row["own_address"]) for row in told["kernel.auditentry"]["记录"]}
    assert {"candidates.create", "candidates.enrol"} <= {verb for verb, _address in done}
    assert "password" not in json.dumps(told["kernel.user"]["记录"]).replace("password_changed_at", "")


def test_a_copy_is_its_owners_and_ends(app, person, api, client):
    export = actions.request_export(Proof(life.PASSWORD), by=life.actor(person))
    actions.make_exports(by=SYSTEM)
    export = Export.objects.get(pk=export.pk)
    stranger = life.registered(name="陆大海")
    web = Client()
    web.force_login(stranger.user)
    client.force_login(person.user)
    for path in (f"/me/data/{export.pk}/", f"/files/{export.file_id}/"):
        assert web.get(path).status_code == 404
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.getvalue()[:2] == b"PK"
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
        for path in (f"/me/data/{export.pk}/", f"/files/{export.file_id}/"):
            client.force_login(person.user)
            assert client.get(path).status_code == 404
        assert "已过期" in client.get("/me/data/").content.decode()
        path = PrivateFile.objects.get(kind="export").content.path
        assert forget_expired() == 1
    assert not PrivateFile.objects.filter(kind="export").exists()
    with pytest.raises(FileNotFoundError), open(path):
        pass


def test_a_copy_asks_for_a_proof_and_has_a_measure(app, person):
    assert app.post(EXPORT, {"password": "wrong"}).json()["errors"][0]["field"] == "password"
    assert app.post(EXPORT, {}).json()["code"] == "proof_required"
    assert not Export.objects.exists()
    for _day in range(3):
        assert app.post(EXPORT, PASSWORD).status_code == 202
        assert app.post(EXPORT, PASSWORD).status_code == 409
        actions.make_exports(by=SYSTEM)
    assert app.post(EXPORT, PASSWORD).status_code == 429
    for _try in range(5):
        app.post(EXPORT, {"password": "wrong"})
    assert app.post(ERASURE, ASK).json()["code"] == "throttled"
    assert not ErasureRequest.objects.exists()


def test_the_pages_ask_as_the_security_centre_does(person, client):
    client.force_login(person.user)
    Device.objects.update(proved_at=clock.now() - timedelta(minutes=11))
    for path in ("/me/data/", "/me/data/erasure/"):
        for ask in (client.get, client.post):
            assert ask(path).headers["Location"].startswith("/me/security/proof/?next=%2Fme%2Fdata%2F")
    assert not Export.objects.exists()
    there = client.post("/me/security/proof/?next=/me/data/", {"old_password": life.PASSWORD})
    assert there.headers["Location"] == "/me/data/"
    assert client.post("/me/data/").headers["Location"] == "/me/data/"
    assert Export.objects.count() == 1


def test_nobody_reads_seats_and_scores_early_in_a_copy(province: Province):  # noqa: F811 -- the fixture
    def told() -> set[str]:
        with zipfile.ZipFile(io.BytesIO(actions.archive(province.first.user))) as packed:
            return set(json.loads(packed.read("data.json")))

    early = {"candidate_api.seat", "candidate_api.score"}
    ExamSession.objects.update(tickets_at=None, scores_at=None)
    assert not told() & early
    ExamSession.objects.update(tickets_at=clock.now(), scores_at=clock.now())
    assert early <= told()


# -- the end ----------------------------------------------------------------------------------------------------------
def test_an_account_ends_and_the_law_keeps_the_rest(app, person):
    user, mobile = person.user, person.user.mobile
    user.email = "weixiaoli@example.org"
    user.save()
    issue_token(user, "手机", by=life.actor(person))
    actions.request_export(Proof(life.PASSWORD), by=life.actor(person))
    actions.make_exports(by=SYSTEM)
    web, desk = Client(), at_desk()
    web.force_login(User.objects.get(pk=user.pk))
    asked = app.post(ERASURE, ASK)
    assert (asked.status_code, asked.json()["allowed_actions"]) == (201, ["withdraw"])
    request = ErasureRequest.objects.get()
    assert "不再参加考试" in desk.get(f"/admin/erasures/{request.pk}/approve/").content.decode()

    assert desk.post(f"/admin/erasures/{request.pk}/approve/", {"reason": "本人申请属实"}).status_code == 302

    gone, kept = User.objects.get(pk=user.pk), Candidate.objects.get(pk=person.pk)
    assert (gone.mobile, gone.mobile_index, gone.email, gone.is_active) == ("", None, "", False)
    assert not gone.has_usable_password()
    assert [getattr(kept, name) for name in NOT_OF_THE_REGISTER] == [""] * len(NOT_OF_THE_REGISTER)
    assert (gone.name, kept.id_number, kept.candidate_number) == ("韦小莉", person.id_number, person.candidate_number)
    assert set(PrivateFile.objects.filter(owner=user).values_list("kind", flat=True)) == {"photo"}
    assert not Device.objects.filter(user=user).exists()
    assert {m.text for m in Message.objects.filter(recipient=user)} == {"******"}
    assert ErasureRequest.objects.get().reason == ""
    assert web.get("/me/").headers["Location"].startswith("/login/")
    assert check() == []
    told = Message.objects.get(template="erasure_done", channel="sms")
    assert told.address == mobile
    life.deliver()
    told = Message.objects.get(pk=told.pk)
    assert (told.state, told.text) == ("sent", "******")
    entry = AuditEntry.objects.get(verb="rights.approve_erasure")
    assert (entry.note, entry.to_state) == ("本人申请属实", "approved")
    again = desk.post(f"/admin/erasures/{request.pk}/approve/", {"reason": "本人申请属实"})
    assert again.status_code == 409


def test_who_comes_back_is_let_in_at_the_counter(person, api):
    desk, number = at_desk(), person.id_number
    request = actions.request_erasure("不再考试", Proof(life.PASSWORD), by=life.actor(person))
    path = f"/admin/erasures/{request.pk}/reopen/"
    assert desk.post(path, {"mobile": "13700000001", "reason": "本人到场"}).status_code == 409
    desk.post(f"/admin/erasures/{request.pk}/approve/", {"reason": "本人申请属实"})
    assert f'href="{path}"' in desk.get("/admin/erasures/").content.decode()
    assert "账号已注销" in desk.get("/admin/candidates/").content.decode()
    assert "已发送" in desk.post(path, {"mobile": "13700000001", "send": "1"}).content.decode()
    code = life.code_sent_to("13700000001")
    wrong = {"mobile": "13700000001", "code": "111111" if code != "111111" else "222222", "reason": "本人到场"}
    assert "不正确" in desk.post(path, wrong).content.decode()
    assert at_desk(office="450300").post(path, wrong | {"code": code}).status_code == 404
    assert at_desk("support").post(path, wrong | {"code": code}).headers["Location"] == "/admin/"
    shut = User.objects.get(pk=person.user_id)
    assert (shut.mobile, shut.is_active, ErasureRequest.objects.get().state) == ("", False, "approved")

    assert desk.post(path, wrong | {"code": code}).status_code == 302

    back = User.objects.get(pk=person.user_id)
    assert (back.mobile, back.is_active, back.has_usable_password()) == ("13700000001", True, False)
    kept = Candidate.objects.get(user=back)
    assert (kept.id_number, kept.candidate_number) == (number, person.candidate_number)
    assert Message.objects.get(template="account_reopened", channel="sms").address == "13700000001"
    entry = AuditEntry.objects.get(verb="rights.reopen_account")
    assert (entry.from_state, entry.to_state, entry.data) == ("approved", "reopened", {"verified": True})
    assert desk.post(path, wrong | {"code": code}).status_code == 409
    kept.user = back
    assert confirm(api, token_for(api, kept), life.PASSWORD).status_code == 204
    assert actions.request_erasure("还是不考", Proof(life.PASSWORD), by=Actor.of(back, "web")).state == "requested"


def test_open_business_comes_first(province: Province, api):  # noqa: F811 -- the fixture
    api.force_authenticate(province.second.user)
    answer = api.post(ERASURE, ASK)
    assert answer.status_code == 400
    assert any("待缴费" in error["detail"] for error in answer.json()["errors"])
    assert not ErasureRequest.objects.exists()


def test_a_request_is_taken_back_or_refused_and_made_anew(app, person):
    assert app.get(ERASURE).status_code == 404
    assert app.delete(ERASURE).status_code == 404
    app.post(ERASURE, ASK)
    assert app.post(ERASURE, ASK).status_code == 409
    assert app.delete(ERASURE).json()["state"] == "withdrawn"
    assert app.delete(ERASURE).status_code == 409
    app.post(ERASURE, ASK)
    request = ErasureRequest.objects.get(state="requested")
    at_desk().post(f"/admin/erasures/{request.pk}/refuse/", {"reason": "请先补交材料"})
    assert (app.get(ERASURE).json()["state"], app.get(ERASURE).json()["decision"]) == ("refused", "请先补交材料")
    assert Message.objects.filter(template="erasure_refused", channel="sms").count() == 1
    assert app.post(ERASURE, ASK).status_code == 201
    assert User.objects.get(pk=person.user_id).is_active


def test_other_offices_and_roles_decide_nothing(person):
    actions.request_erasure("不再考试", Proof(life.PASSWORD), by=life.actor(person))
    request = ErasureRequest.objects.get()
    paths = [f"/admin/erasures/{request.pk}/{act}/" for act in ("approve", "refuse")]
    elsewhere = at_desk(office="450300")
    assert "韦*莉" not in elsewhere.get("/admin/erasures/").content.decode()
    for path in paths:
        assert elsewhere.get(path).status_code == 404
        assert elsewhere.post(path, {"reason": "本人申请属实"}).status_code == 404
    for role in ("support", "first_reviewer", "auditor"):
        desk = at_desk(role)
        for path in ("/admin/erasures/", *paths):
            assert desk.post(path, {"reason": "本人申请属实"}).headers["Location"] == "/admin/"
        by = Actor.of(User.objects.get(username=f"{role}-450100-1"), "admin")
        with pytest.raises(Problem, match="permission_denied"):
            actions.approve_erasure(request.pk, "x", by=by)
    assert ErasureRequest.objects.get().state == "requested"
    assert User.objects.get(pk=person.user_id).is_active


# -- on the web -------------------------------------------------------------------------------------------------------
def test_the_pages_do_the_same(person, client):
    client.force_login(person.user)
    html = client.get("/me/data/").content.decode()
    assert "考籍：证件、个人基本信息、准考证号" in html
    assert client.post("/me/data/").headers["Location"] == "/me/data/"
    actions.make_exports(by=SYSTEM)
    assert f"/me/data/{Export.objects.get().pk}/" in client.get("/me/data/").content.decode()
    page = client.post("/me/data/erasure/", ASK)
    assert "我已知晓注销后账号关闭，删除的信息不能找回" in page.content.decode()
    assert not ErasureRequest.objects.exists()
    client.post("/me/data/erasure/", ASK | {"agree": "on"})
    assert "撤回申请" in client.get("/me/data/erasure/").content.decode()
    client.post("/me/data/erasure/withdraw/")
    assert ErasureRequest.objects.get().state == "withdrawn"


def test_whatever_a_copy_tells_has_a_name_that_people_read() -> None:
    called = {label(holding.model, name) for holding in REGISTRY.values() for name in holding.columns}
    assert {name for name in called if not re.search(r"[\u4e00-\u9fff]", name)} == set()
