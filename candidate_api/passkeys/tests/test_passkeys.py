"""The life of a passkey over the API, with an authenticator of our own; and what must not get in."""

import re
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django_otp_webauthn.models import WebAuthnCredential

from candidate_api.accounts.models import Device
from candidate_api.candidates.proving import Proof
from candidate_api.passkeys import actions, ceremonies, origins
from candidate_api.passkeys.models import Ceremony
from candidate_api.passkeys.rules import PASSKEYS_PER_PERSON, SIGN_COUNT_MOST, went_back
from portal.demo.models import Delivered
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests import life
from tests.authenticator import PRESENT, Authenticator, b64, unb64

pytestmark = pytest.mark.django_db
LOGIN, MINE = "/api/v1/auth/login/passkey/", "/api/v1/me/passkeys/"
PROOF = {"password": life.PASSWORD}


@pytest.fixture
def candidate():
    return life.registered()


@pytest.fixture
def mine(api, candidate):
    """The API with the candidate's token."""
    return sign_in_by_password(api, candidate)


@pytest.fixture
def phone(mine):
    """A phone with a passkey of the candidate."""
    phone = Authenticator()
    assert add(mine, phone, "我的手机").status_code == 201
    return phone


def sign_in_by_password(api, candidate):
    given = {"account": candidate.user.mobile, "password": life.PASSWORD}
    token = api.post("/api/v1/auth/login/password/", given).json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return api


def add(api, phone, name="手机", **changed):
    begun = api.post(f"{MINE}begin/", PROOF).json()
    made = phone.create(begun["options"], **changed)
    return api.post(f"{MINE}complete/", {"ceremony_id": begun["ceremony_id"], "credential": made, "name": name})


def show(api, phone, **changed):
    begun = api.post(f"{LOGIN}begin/").json()
    return complete(api, begun, phone.get(begun["options"], **changed))


def complete(api, begun, credential):
    return api.post(f"{LOGIN}complete/", {"ceremony_id": begun["ceremony_id"], "credential": credential})


def state():
    """Everything that a refusal must leave alone."""
    keys = list(WebAuthnCredential.objects.order_by("pk").values_list("pk", "name", "sign_count", "last_used_at"))
    return keys, Device.objects.count(), AuditEntry.objects.count(), Message.objects.count()


def test_from_adding_to_signing_in_without_a_name(api, candidate, mine):
    begun = mine.post(f"{MINE}begin/", PROOF).json()
    options = begun["options"]
    assert options["authenticatorSelection"] | {"requireResidentKey": True} == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert (options["rp"], begun["expires_in"]) == ({"name": "广西自考", "id": "localhost"}, 300)
    assert options["user"]["displayName"] == "韦小莉"
    assert re.fullmatch(r"138\*{4}\d{4}", options["user"]["name"]), "on a shared phone's screen the number is masked"
    phone = Authenticator()
    given = {"ceremony_id": begun["ceremony_id"], "credential": phone.create(options), "name": "  我的手机 "}
    added = mine.post(f"{MINE}complete/", given)
    assert added.status_code == 201
    assert (added.json()["name"], added.json()["last_used_at"]) == ("我的手机", None)
    assert mine.get(MINE).json()["results"] == [added.json()]

    api.credentials()
    begun = api.post(f"{LOGIN}begin/").json()
    assert (begun["options"]["userVerification"], begun["options"]["allowCredentials"]) == ("required", [])
    answer = complete(api, begun, phone.get(begun["options"]))
    assert answer.status_code == 200
    assert answer.json()["candidate"]["name"] == "韦小莉"
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    assert api.get(MINE).json()["results"][0]["last_used_at"]
    assert api.get("/api/v1/me/sign-ins/").json()["results"][0]["way"] == "passkey"
    verbs = ["accounts.sign_in", "passkeys.add", "accounts.sign_in"]
    assert list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))[-3:] == verbs


def test_its_owner_is_told_and_never_in_words_of_the_one_who_added_it(candidate, mine):
    add(mine, Authenticator(), "请登录 evil.example")
    life.deliver()
    told = Message.objects.filter(template="passkey_added")
    assert sorted(told.values_list("channel", flat=True)) == ["in_app", "sms"]
    assert "evil" not in "".join(told.values_list("text", flat=True))
    assert "添加了一个通行密钥" in Delivered.objects.filter(to=candidate.user.mobile).latest("pk").text


def test_a_passkey_has_a_name_and_is_removed(api, candidate, mine, phone):
    [row] = mine.get(MINE).json()["results"]
    assert mine.patch(f"{MINE}{row['id']}/", {"name": "旧手机"}).json() == row | {"name": "旧手机"}
    for name in ("", "　", "长" * 31, "\u0000"):
        assert mine.patch(f"{MINE}{row['id']}/", {"name": name}).json()["errors"][0]["field"] == "name"
    assert mine.delete(f"{MINE}{row['id']}/", PROOF).status_code == 204
    assert mine.get(MINE).json()["results"] == []
    assert Message.objects.filter(template="passkey_removed", channel="sms").count() == 1
    before = state()
    assert show(api, phone).json()["code"] == "passkey_invalid"
    assert state() == before


def test_adding_and_removing_ask_for_a_proof(candidate, mine, phone):
    key = WebAuthnCredential.objects.get().pk
    before = state()
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        begin = mine.post(f"{MINE}begin/", {})
        assert (begin.status_code, begin.json()["code"]) == (403, "proof_required")
        assert mine.post(f"{MINE}begin/", {"password": "wrong-one"}).json()["code"] == "invalid_credentials"
        assert mine.delete(f"{MINE}{key}/").json()["code"] == "proof_required"
        assert mine.delete(f"{MINE}{key}/", {"sms_code": "000000"}).json()["code"] == "code_invalid"
        assert mine.delete(f"{MINE}{key}/", {"nonsense": 1}).json()["errors"][0]["code"] == "unknown_field"
        assert mine.patch(f"{MINE}{key}/", {"name": "我的手机"}).status_code == 200, "a name needs none"
        assert Ceremony.objects.count() == 0
    assert state()[0] == before[0]


def test_a_sign_in_of_the_last_ten_minutes_is_proof(candidate):
    fresh = replace(life.actor(candidate), proved_at=clock.now() - timedelta(minutes=9))
    phone = Authenticator()
    begun = actions.begin_adding(Proof(), by=fresh)
    passkey = actions.add(begun.ceremony_id, phone.create(begun.options), "手机", by=fresh)
    actions.remove(passkey.pk, Proof(), by=fresh)
    with pytest.raises(Problem, match="proof_required"):
        actions.begin_adding(Proof(), by=replace(fresh, proved_at=clock.now() - timedelta(minutes=11)))


def test_another_persons_passkey_does_not_exist(api, mine, phone):
    key = WebAuthnCredential.objects.get().pk
    other = sign_in_by_password(api, life.registered())
    before = state()
    assert other.get(MINE).json()["results"] == []
    assert other.patch(f"{MINE}{key}/", {"name": "我的"}).status_code == 404
    assert other.delete(f"{MINE}{key}/", PROOF).status_code == 404
    assert state() == before


def test_a_credential_belongs_to_one_person(api, mine, phone):
    again = add(mine, phone)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "duplicate")
    other = sign_in_by_password(api, life.registered())
    stolen = Authenticator(credential_id=phone.credential_id)
    assert add(other, stolen).json()["errors"][0]["code"] == "duplicate"
    assert WebAuthnCredential.objects.count() == 1
    assert show(api, phone).status_code == 200


def test_a_ceremony_serves_once_its_person_for_five_minutes(api, mine, phone):
    begun = api.post(f"{LOGIN}begin/").json()
    assert complete(api, begun, phone.get(begun["options"])).status_code == 200
    before = state()
    for answer in (complete(api, begun, phone.get(begun["options"])), complete(api, {"ceremony_id": uuid4()}, {})):
        assert (answer.json()["code"], answer.json()["errors"][0]["code"]) == ("passkey_invalid", "expired")

    begun = api.post(f"{LOGIN}begin/").json()
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert complete(api, begun, phone.get(begun["options"])).json()["errors"][0]["code"] == "expired"
        api.post(f"{LOGIN}begin/")
        assert Ceremony.objects.count() == 1, "old ones go"

    begun = api.post(f"{LOGIN}begin/").json()
    assert complete(api, begun, {"id": "nonsense"}).status_code == 400
    again = complete(api, begun, phone.get(begun["options"]))
    assert again.json()["errors"][0]["code"] == "expired", "a try uses it up"
    assert state() == before

    begun = mine.post(f"{MINE}begin/", PROOF).json()
    made = {"ceremony_id": begun["ceremony_id"], "credential": Authenticator().create(begun["options"]), "name": "手机"}
    other = sign_in_by_password(api, life.registered())
    before = state()
    assert other.post(f"{MINE}complete/", made).json()["errors"][0]["code"] == "expired"
    assert state() == before


WRONG = [
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:8000"},
    {"rp_id": "evil.example"},
    {"challenge": b64(b"another challenge, of another time")},
    {"flags": PRESENT},
    {"flags": 0x04},
    {"type": "webauthn.neither"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_is_signed_wrongly_lets_nobody_in(api, mine, phone, wrong):
    before = state()
    refused = show(api, phone, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (400, "passkey_invalid")
    assert refused.json()["errors"][0]["code"] == "invalid"
    assert state() == before


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_is_made_wrongly_is_not_kept(mine, wrong):
    before = state()
    refused = add(mine, Authenticator(), **wrong)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "invalid")
    assert state() == before


def test_a_stranger_learns_nothing_from_the_refusal(api, mine, phone):
    unknown = Authenticator(handle=phone.handle)
    forged = Authenticator(handle=phone.handle, credential_id=phone.credential_id)
    another = Authenticator(handle=b64(b"x" * 64), key=phone.key, credential_id=phone.credential_id, count=phone.count)
    before = state()
    refusals = [show(api, key) for key in (unknown, forged, another)]
    [answer] = {(r.status_code, r.json()["code"], r.json()["detail"], str(r.json()["errors"])) for r in refusals}
    assert answer[:2] == (400, "passkey_invalid")
    assert state() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [({"is_active": False}, "account_frozen"), ({"is_candidate": False, "is_staff": True}, "passkey_invalid")],
    ids=str,
)
def test_who_may_not_come_in_does_not_by_passkey_either(api, candidate, mine, phone, change, code):
    User.objects.filter(pk=candidate.user_id).update(**change)
    before = state()
    assert show(api, phone).json()["code"] == code
    assert state() == before


def test_a_reset_leaves_no_passkey_behind(api, candidate, mine, phone):
    """Nobody can tell which one a stranger has added while they were in."""
    strangers = Authenticator()
    assert add(mine, strangers, "别人的").status_code == 201
    api.credentials()
    asked = {"channel": "mobile", "identifier": candidate.user.mobile}
    captcha = dict(zip(("captcha_id", "captcha_value"), life.solved_captcha(), strict=True))
    reset = api.post("/api/v1/auth/password-reset/", asked | captcha).json()["reset_id"]
    code = life.code_sent_to(candidate.user.mobile)
    token = api.post("/api/v1/auth/password-reset/verify/", {"reset_id": reset, "code": code}).json()["reset_token"]
    new = {"new_password": "yi-ge-xin-de-1958", "confirm_password": "yi-ge-xin-de-1958"}
    short = api.post("/api/v1/auth/password-reset/confirm/", {"reset_token": token} | dict.fromkeys(new, "x"))
    assert (short.status_code, WebAuthnCredential.objects.count()) == (400, 2)
    assert api.post("/api/v1/auth/password-reset/confirm/", {"reset_token": token} | new).status_code == 204
    assert not WebAuthnCredential.objects.exists()
    assert [show(api, key).json()["code"] for key in (phone, strangers)] == ["passkey_invalid"] * 2
    told = Message.objects.filter(template="passkeys_ended", recipient=candidate.user)
    assert sorted(told.values_list("channel", flat=True)) == ["in_app", "sms"]
    assert AuditEntry.objects.filter(verb="passkeys.remove").count() == 2


def test_staff_come_in_by_their_own_door(candidate, phone):
    """The admin's second factor asks for the very member of staff; a candidate's passkey opens nothing there."""
    for by in (life.VISITOR, life.actor(candidate)):
        begun = ceremonies.begin_sign_in(by)
        with pytest.raises(Problem, match="passkey_invalid"):
            actions.second_factor(begun.ceremony_id, phone.get(begun.options), by=by)
    User.objects.filter(pk=candidate.user_id).update(is_candidate=False, is_staff=True)
    by = life.actor(candidate)
    begun = ceremonies.begin_sign_in(by)
    with pytest.raises(Problem, match="passkey_invalid"):
        actions.second_factor(begun.ceremony_id, phone.get(begun.options), by=Actor.of(member("archive"), "admin"))
    begun = ceremonies.begin_sign_in(by)
    assert actions.second_factor(begun.ceremony_id, phone.get(begun.options), by=by).user_id == candidate.user_id


def test_a_counter_that_went_back_is_refused_and_its_owner_told(api, candidate, mine, phone):
    assert show(api, phone).status_code == 200
    assert show(api, phone).status_code == 200
    copy = deepcopy({"count": 0, "credential_id": phone.credential_id, "handle": phone.handle})
    copied = Authenticator(key=phone.key, **copy)
    keys, tokens, _entries, _messages = state()
    refused = show(api, copied)
    assert (refused.json()["code"], refused.json()["errors"][0]["code"]) == ("passkey_invalid", "went_back")
    assert state()[:2] == (keys, tokens)
    assert Message.objects.filter(template="passkey_went_back", recipient=candidate.user, channel="sms").count() == 1
    assert AuditEntry.objects.latest("pk").verb == "passkeys.went_back"
    assert show(api, phone).status_code == 200, "the right one goes on"

    alarms = Message.objects.count()
    forged = Authenticator(**copy)
    assert show(api, forged).json()["errors"][0]["code"] == "invalid"
    assert Message.objects.count() == alarms, "who cannot sign alarms nobody"


def test_a_phone_that_does_not_count_signs_in_again_and_again(api, mine):
    phone = Authenticator(counts=False)
    add(mine, phone)
    assert [show(api, phone).status_code for _time in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("stored", "told", "back"), [(0, 0, False), (0, 1, False), (5, 6, False), (5, 5, True), (5, 0, True)]
)
def test_when_a_counter_went_back(stored, told, back):
    assert went_back(stored, told) is back


@pytest.mark.parametrize("phone", [Authenticator(count=SIGN_COUNT_MOST + 1), Authenticator(credential_id=b"x" * 1024)])
def test_what_no_column_holds_is_refused(mine, phone):
    assert add(mine, phone).json()["errors"][0]["code"] == "invalid"
    assert WebAuthnCredential.objects.count() == 0


def test_there_is_room_for_ten(mine):
    for _n in range(PASSKEYS_PER_PERSON - 1):
        add(mine, Authenticator())
    begun = [mine.post(f"{MINE}begin/", PROOF).json() for _n in range(2)]
    answers = [
        mine.post(
            f"{MINE}complete/",
            {"ceremony_id": b["ceremony_id"], "credential": Authenticator().create(b["options"]), "name": "手机"},
        )
        for b in begun
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert mine.post(f"{MINE}begin/", PROOF).json()["code"] == "state_conflict"
    assert WebAuthnCredential.objects.count() == PASSKEYS_PER_PERSON


def test_the_list_takes_the_same_queries_at_any_length(mine, phone, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert mine.get(MINE).json()["count"] == 1
    first = WebAuthnCredential.objects.get()
    for n in range(49):
        first.pk, first.credential_id, first.credential_id_sha256 = None, bytes([n]), ""
        first.save(force_insert=True)
    with django_assert_num_queries(3):
        assert mine.get(MINE, {"page_size": 50}).json()["count"] == 50


def test_an_android_app_signs_as_its_certificate(api, mine, settings):
    digest = ":".join(f"{n:02X}" for n in range(32))
    settings.ANDROID_APPS = [f"cn.example.zikao/{digest}"]
    assert origins.allowed() == [
        "http://localhost", "android:apk-key-hash:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ]  # fmt: skip
    app = Authenticator(origin=origins.allowed()[1])
    assert add(mine, app).status_code == 201
    assert show(api, app).status_code == 200


NONSENSE = [
    {}, {"id": 1}, {"id": "é", "rawId": "é", "type": "public-key", "response": {}},
    {"id": "AA", "rawId": "AA", "type": "public-key", "response": []},
]  # fmt: skip


@pytest.mark.parametrize("nonsense", NONSENSE, ids=str)
def test_nonsense_gets_a_sentence_and_never_a_500(api, mine, nonsense):
    begun = mine.post(f"{MINE}begin/", PROOF).json()
    given = {"ceremony_id": begun["ceremony_id"], "credential": nonsense, "name": "手机"}
    assert mine.post(f"{MINE}complete/", given).json()["code"] == "passkey_invalid"
    assert complete(api, api.post(f"{LOGIN}begin/").json(), nonsense).json()["code"] == "passkey_invalid"


PARTS = ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]
JUNK = ["é", "A", "AAAA", b64(b"null"), b64(b"\x9f" * 50), None, 5, b64(b"[" * 5000)]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_junk_in_any_part_is_refused(api, mine, phone, part, junk):
    begun = mine.post(f"{MINE}begin/", PROOF).json()
    with_junk = Authenticator().create(begun["options"])
    if part in with_junk["response"]:
        with_junk["response"][part] = junk
        given = {"ceremony_id": begun["ceremony_id"], "credential": with_junk, "name": "手机"}
        assert mine.post(f"{MINE}complete/", given).json()["code"] == "passkey_invalid"
    begun = api.post(f"{LOGIN}begin/").json()
    answer = phone.get(begun["options"])
    if part in answer["response"]:
        answer["response"][part] = junk
        assert complete(api, begun, answer).json()["code"] == "passkey_invalid"


def test_a_key_of_another_kind_is_refused(mine):
    """Algorithms that we did not ask for: here one with a key too long for its column."""
    begun = mine.post(f"{MINE}begin/", PROOF).json()
    made = Authenticator().create(begun["options"])
    altered = unb64(made["response"]["attestationObject"]).replace(b"\x03\x26", b"\x03\x38\x22")
    made["response"]["attestationObject"] = b64(altered)
    given = {"ceremony_id": begun["ceremony_id"], "credential": made, "name": "手机"}
    assert mine.post(f"{MINE}complete/", given).json()["code"] == "passkey_invalid"
