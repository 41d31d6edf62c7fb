"""A new candidate reads the notice, proves a mobile and is registered: once."""

from datetime import timedelta
from uuid import uuid4

import altcha
import pytest
import time_machine

from candidate_api.accounts import actions, captcha, notice
from candidate_api.accounts.models import Captcha, Device, VerificationCode
from candidate_api.accounts.rules import Purpose
from candidate_api.candidates.models import Candidate
from portal.demo.models import Delivered
from portal.kernel import clock
from portal.kernel.idempotency.models import IdempotencyRecord
from portal.kernel.users.models import User
from tests import life
from tests.races import threads

pytestmark = pytest.mark.django_db
MOBILE = "13800001234"
NUMBER = life.id_number(123)


def send_code(api, mobile=MOBILE, purpose="register"):
    captcha_id, value = life.solved_captcha()
    given = {"mobile": mobile, "purpose": purpose, "captcha_id": str(captcha_id), "captcha_value": value}
    return api.post("/api/v1/auth/sms-codes/", given)


def form(**changes):
    captcha_id, value = life.solved_captcha()
    return {
        "notice_version": notice.CURRENT,
        "name": "韦小莉",
        "id_type": "resident_id",
        "id_number": NUMBER,
        "mobile": MOBILE,
        "sms_code": life.code_sent_to(MOBILE) if "sms_code" not in changes else "",
        "captcha_id": str(captcha_id),
        "captcha_value": value,
        "password": life.PASSWORD,
        **changes,
    }


def register(api, **changes):
    return api.post("/api/v1/auth/register/", form(**changes))


def test_from_the_notice_to_an_account(api):
    told = api.get("/api/v1/auth/notice/").json()
    assert told["version"] == notice.CURRENT
    assert send_code(api).json() == {"expires_in": 600, "resend_after": 60}
    answer = register(api)
    assert answer.status_code == 201
    candidate = answer.json()["candidate"]
    assert candidate == {
        "name": "韦小莉",
        "candidate_number": None,
        "state": "onboarding",
        "state_label": "资料待完善",
        "id_type": "resident_id",
        "id_number": NUMBER[:4] + "*" * 10 + NUMBER[-4:],
        "mobile": "138****1234",
        "category": "social",
    }
    kept = Candidate.objects.get()
    assert (kept.notice_version, str(kept.birth_date), kept.gender) == (notice.CURRENT, "1995-06-12", "male")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    me = api.get("/api/v1/me/").json()
    assert [(step["step"], step["done"]) for step in me["onboarding"]] == [
        ("account", True),
        ("profile", False),
        ("photo", False),
        ("candidate_number", False),
    ]
    assert api.post("/api/v1/auth/logout/").status_code == 204
    assert api.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id_number", "450103199506120", "fifteen_digits"),
        ("id_number", "450103950612123", "fifteen_digits"),
        ("id_number", NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), "check_digit"),
        ("id_number", "450103199502301234", "birth_date"),
        ("id_number", "abc", "format"),
        ("name", "李", "invalid"),
        ("name", "小莉😀", "invalid"),
        ("name", "<b>小莉</b>", "invalid"),
        ("mobile", "12345678901", "invalid"),
        ("password", "12345678", "password_entirely_common"),
        ("password", "short", "password_too_short"),
        ("password", MOBILE + "a", "personal"),
        ("password", "　" + " " * 12, "blank"),
        ("notice_version", "1999-01", "outdated"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(api, field, value, code):
    send_code(api)
    answer = register(api, **{field: value})
    assert answer.status_code == 400
    assert field in {error["field"] for error in answer.json()["errors"]}
    if code != "password_entirely_common":
        assert code in {error["code"] for error in answer.json()["errors"]}
    assert (User.objects.count(), Candidate.objects.count()) == (0, 0)
    assert register(api).status_code == 201, "the code was not used up by the mistake"


def test_full_width_digits_and_a_small_x_are_what_they_mean(api):
    number = next(n for n in (life.id_number(s) for s in range(200)) if n.endswith("X"))
    send_code(api)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    assert register(api, id_number=wide).status_code == 201
    assert Candidate.objects.get().id_number == number


@pytest.mark.parametrize("name", ["阿依古丽•买买提", "阿依古丽・买买提", "阿依古丽·买买提"])
def test_the_dot_in_a_name_is_one_dot(api, name):
    send_code(api)
    assert register(api, name=name).json()["candidate"]["name"] == "阿依古丽\u00b7买买提"


@pytest.mark.parametrize("length", [61, 101])
def test_a_name_that_is_too_long_hears_the_rule(api, length):
    send_code(api)
    answer = register(api, name="韦" * length)
    [told] = [error["detail"] for error in answer.json()["errors"] if error["field"] == "name"]
    assert told == "姓名只能包含文字和间隔号“·”，2至60个字。"
    assert (User.objects.count(), Candidate.objects.count()) == (0, 0)


def test_unknown_fields_are_refused(api):
    send_code(api)
    answer = register(api, is_staff=True)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert User.objects.count() == 0


@pytest.mark.parametrize("again", [{"mobile": MOBILE}, {"id_number": NUMBER}])
def test_the_same_person_does_not_get_a_second_record(api, again):
    life.registered(mobile=again.get("mobile", "13900000001"), number=again.get("id_number", life.id_number(321)))
    other = "13900005678"
    life.deliver()
    captcha_id, value = life.solved_captcha()
    mobile = again.get("mobile", other)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        send_code(api, mobile=other)
        code = life.code_sent_to(other)
        captcha_id, value = life.solved_captcha()
        if "mobile" in again:
            # Whoever holds the number again gets no code for registering, only a hint.
            send_code(api, mobile=mobile)
            life.deliver()
            assert "已注册" in Delivered.objects.filter(to=mobile).latest("pk").text
            return
        answer = register(
            api, mobile=other, sms_code=code, captcha_id=str(captcha_id), captcha_value=value, id_number=NUMBER
        )
    assert (answer.status_code, answer.json()["code"]) == (409, "already_registered")
    assert (User.objects.count(), Candidate.objects.count()) == (1, 1)


def test_a_captcha_can_be_worked_instead_of_read(api):
    challenge = api.post("/api/v1/auth/captcha/").json()
    work = altcha.Challenge.from_dict(challenge["work"])
    solution = altcha.solve_challenge(work)
    payload = altcha.Payload(work, solution).to_base64()
    given = {"mobile": MOBILE, "purpose": "register", "captcha_id": challenge["captcha_id"], "captcha_value": payload}
    assert api.post("/api/v1/auth/sms-codes/", given).status_code == 202
    again = api.post("/api/v1/auth/sms-codes/", given)
    assert (again.status_code, again.json()["code"]) == (400, "captcha_invalid")


def test_work_done_for_one_challenge_does_not_open_another():
    first, second = captcha.issue(by=life.VISITOR), captcha.issue(by=life.VISITOR)
    work = altcha.Challenge.from_dict(first.work)
    payload = altcha.Payload(work, altcha.solve_challenge(work)).to_base64()
    with pytest.raises(Exception, match="captcha_invalid"):
        captcha.spend(second.captcha_id, payload, by=life.VISITOR)


def test_one_captcha_is_enough_and_without_its_code_there_is_no_way_in(api):
    without = {"captcha_id": None, "captcha_value": ""}
    refused = register(api, sms_code="123456", **without)
    assert (refused.status_code, refused.json()["code"]) == (400, "code_invalid")
    send_code(api)
    wrong = register(api, captcha_value="????")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "captcha_invalid")
    assert User.objects.count() == 0
    code = life.code_sent_to(MOBILE)
    shape = {name: value for name, value in form(sms_code=code).items() if name not in without}
    assert api.post("/api/v1/auth/register/", shape).status_code == 201
    again = register(api, sms_code=code, id_number=life.id_number(55), mobile="13900001111", **without)
    assert again.json()["code"] == "code_invalid", "the code served once, for its own mobile"
    assert User.objects.count() == 1


@pytest.mark.parametrize("value", ["wrong", "e30=", "x" * 3000])
def test_a_wrong_answer_uses_the_captcha_up(api, value):
    captcha_id, right = life.solved_captcha()
    for attempt in (value, right):
        given = {"mobile": MOBILE, "purpose": "register", "captcha_id": str(captcha_id), "captcha_value": attempt}
        assert api.post("/api/v1/auth/sms-codes/", given).status_code == 400
    assert (Captcha.objects.count(), VerificationCode.objects.count()) == (0, 0)


def test_an_old_captcha_is_refused(api):
    captcha_id, value = life.solved_captcha()
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        given = {"mobile": MOBILE, "purpose": "register", "captcha_id": str(captcha_id), "captcha_value": value}
        assert api.post("/api/v1/auth/sms-codes/", given).json()["code"] == "captcha_invalid"


def test_codes_are_digests_and_five_wrong_tries_burn_them(api):
    send_code(api)
    code = life.code_sent_to(MOBILE)
    row = VerificationCode.objects.get()
    assert code not in f"{row.code_digest}{row.address_index}"
    wrong = "100000" if code != "100000" else "200000"
    for _ in range(5):
        assert register(api, sms_code=wrong).json()["code"] == "code_invalid"
    assert register(api, sms_code=code).json()["code"] == "code_invalid"
    assert User.objects.count() == 0


def test_a_code_holds_ten_minutes_and_a_new_one_leaves_it_valid(api):
    send_code(api)
    first = life.code_sent_to(MOBILE)
    again = send_code(api)
    assert (again.status_code, again.json()["code"]) == (429, "throttled")
    assert int(again["Retry-After"]) in range(58, 62)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert send_code(api).status_code == 202
        assert register(api, sms_code=first).status_code == 201
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert send_code(api, "13900001111").status_code == 202
        late = life.code_sent_to("13900001111")
    with time_machine.travel(clock.now() + timedelta(minutes=21, seconds=2)):
        answer = register(api, mobile="13900001111", sms_code=late, id_number=life.id_number(77))
        assert answer.json()["code"] == "code_invalid"


def test_a_code_is_for_one_purpose(api):
    life.registered(mobile=MOBILE)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        send_code(api, purpose="login")
        code = life.code_sent_to(MOBILE)
        assert register(api, sms_code=code, id_number=life.id_number(55)).json()["code"] == "code_invalid"
        signed_in = api.post("/api/v1/auth/login/sms/", {"mobile": MOBILE, "sms_code": code})
        assert signed_in.status_code == 200
        assert api.post("/api/v1/auth/login/sms/", {"mobile": MOBILE, "sms_code": code}).status_code == 400


def test_a_stranger_learns_nothing_from_the_answer_about_a_number(api):
    life.registered(mobile=MOBILE)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        known, unknown = send_code(api, purpose="login"), send_code(api, "13911112222", purpose="login")
    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    life.deliver()
    assert not Delivered.objects.filter(to="13911112222").exists()


def test_the_same_key_registers_once_and_answers_alike(api):
    send_code(api)
    body = form()
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    first = api.post("/api/v1/auth/register/", body, **key)
    again = api.post("/api/v1/auth/register/", body, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert first.json()["token"] not in IdempotencyRecord.objects.values_list("answer", flat=True)
    assert Candidate.objects.count() == 1
    other = api.post("/api/v1/auth/register/", body | {"name": "别人"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


@pytest.mark.parametrize("body", ["[]", "null", "{", '"x"', '{"name": {"a": 1}}', '{"name": "\\u0000"}'])
def test_nonsense_gets_a_sentence_and_never_a_500(api, body):
    answer = api.post("/api/v1/auth/register/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_registrations_of_one_person_one_is_made():
    prepared = [_prepared(n, NUMBER) for n in range(8)]
    outcome = threads(8, lambda n: _register_prepared(prepared[n]))
    assert (len(outcome.values), len(outcome.errors)) == (1, 7)
    assert {error.code for error in outcome.errors.values()} == {"already_registered"}
    assert (User.objects.count(), Candidate.objects.count()) == (1, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_the_race_is_lost(without_constraint):
    """The race above can be lost: what wins it is the constraint."""
    with without_constraint(Candidate, "candidate_one_per_document"):
        prepared = [_prepared(n, NUMBER) for n in range(8)]
        threads(8, lambda n: _register_prepared(prepared[n]))
        assert Candidate.objects.count() > 1
        Candidate.objects.all().delete()


def _prepared(n, number):
    mobile = f"1370000{n:04d}"
    actions.send_sms_code(mobile, Purpose.REGISTER, *life.solved_captcha(), by=life.VISITOR)
    captcha_id, value = life.solved_captcha()
    return {
        "notice_version": notice.CURRENT,
        "name": "韦小莉",
        "id_type": "resident_id",
        "id_number": number,
        "mobile": mobile,
        "sms_code": life.code_sent_to(mobile),
        "captcha_id": captcha_id,
        "captcha_value": value,
        "password": life.PASSWORD,
        "by": life.VISITOR,
    }


def _register_prepared(values):
    return actions.register(**values).pk


@pytest.mark.parametrize("device", ["", "小米手机"])
def test_a_device_may_have_no_name(api, device):
    send_code(api)
    assert register(api, device=device).status_code == 201
    assert list(Device.objects.values_list("label", flat=True)) == [device]
