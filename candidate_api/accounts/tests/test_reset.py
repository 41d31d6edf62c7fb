"""找回密码: three steps, by mobile, number or e-mail; a stranger learns nothing about an account."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidate_api.accounts import actions, tokens
from candidate_api.accounts.models import Device, PasswordReset, VerificationCode
from candidate_api.accounts.tests.test_changes import code_to_new_email
from candidate_api.accounts.tests.test_devices import browser_of, token_of
from candidate_api.candidates.proving import Proof
from portal.demo.models import Delivered
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.models import Message
from tests import life

pytestmark = pytest.mark.django_db
NEW = "a-better-secret"
BASE = "/api/v1/auth/password-reset/"


@pytest.fixture
def person():
    return life.registered()


def start(api, identifier, channel="mobile"):
    captcha_id, value = life.solved_captcha()
    given = {"channel": channel, "identifier": identifier, "captcha_id": str(captcha_id), "captcha_value": value}
    return api.post(BASE, given)


def verify(api, reset_id, code):
    return api.post(f"{BASE}verify/", {"reset_id": reset_id, "code": code})


def confirm(api, token, password=NEW, again=None):
    body = {"reset_token": token, "new_password": password, "confirm_password": again or password}
    return api.post(f"{BASE}confirm/", body)


def token_for(api, person):
    reset_id = start(api, person.user.mobile).json()["reset_id"]
    return verify(api, reset_id, life.code_sent_to(person.user.mobile)).json()["reset_token"]


def test_a_new_password_and_every_device_signed_out(api, person):
    browser = browser_of(person)
    app = token_of(person)
    token = token_for(api, person)
    assert confirm(api, token).status_code == 204
    person.user.refresh_from_db()
    assert person.user.check_password(NEW)
    assert Device.objects.count() == 0
    assert browser.get("/me/").status_code == 302
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {app}")
    assert api.get("/api/v1/me/").status_code == 401
    api.credentials()
    assert {m.channel for m in Message.objects.filter(template="password_changed")} == {"in_app", "sms"}
    assert AuditEntry.objects.get(verb="accounts.reset_password").data == {
        "channel": "mobile",
        "devices": 2,
        "closed": 0,
    }
    assert (confirm(api, token, NEW + "2").status_code, confirm(api, token).json()["code"]) == (400, "code_invalid")
    person.user.refresh_from_db()
    assert person.user.check_password(NEW), "a token serves once"


def test_by_id_number_by_candidate_number_and_by_email(api, reference):
    person = life.enrolled()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token_of(person)}")
    body = {"email": "a@example.org", "new_email_code": code_to_new_email("a@example.org")}
    assert api.post("/api/v1/me/email/", body).status_code == 204
    api.credentials()
    ways = [
        ("account", person.id_number.lower(), person.user.mobile, "1**********"),
        ("account", person.candidate_number, person.user.mobile, "1**********"),
        ("email", "A@example.org", "a@example.org", "a***@example.org"),
    ]
    for minutes, (channel, identifier, address, shown) in enumerate(ways, 1):
        with time_machine.travel(clock.now() + timedelta(minutes=2 * minutes)):
            started = start(api, identifier, channel).json()
            assert started["destination"] == shown
            token = verify(api, started["reset_id"], life.code_sent_to(address)).json()["reset_token"]
            assert confirm(api, token, f"{NEW}-{minutes}").status_code == 204


@pytest.mark.parametrize("channel", ["mobile", "account", "email"])
def test_known_and_unknown_are_answered_in_the_same_bytes(api, person, channel):
    person.user.email = "known@example.org"
    person.user.save()
    known, unknown = {
        "mobile": (person.user.mobile, "13711112222"),
        "account": (person.id_number, life.id_number(999)),
        "email": ("known@example.org", "nobody@example.org"),
    }[channel]

    def walk(identifier):
        started = start(api, identifier, channel)
        again = start(api, identifier, channel)
        reset_id = started.json()["reset_id"]
        early = verify(api, reset_id, "123456")
        life.deliver()
        tried = [verify(api, reset_id, "123456") for _ in range(6)]
        answers = [started, again, early, *tried, confirm(api, reset_id), other_door(identifier)]
        return [_without_ids(answer) for answer in answers]

    def other_door(identifier):
        """The code that was just sent shows nowhere else."""
        captcha_id, value = life.solved_captcha()
        given = {"purpose": "reset", "captcha_id": str(captcha_id), "captcha_value": value}
        if channel == "email":
            return api.post("/api/v1/auth/email-codes/", given | {"email": identifier})
        mobile = {person.id_number: person.user.mobile}.get(identifier, identifier)
        mobile = mobile if mobile.startswith("1") else "13711112222"
        return api.post("/api/v1/auth/sms-codes/", given | {"mobile": mobile})

    assert walk(known) == walk(unknown)
    assert [row.user_id for row in PasswordReset.objects.order_by("pk")] == [person.user.pk, None]
    assert Message.objects.filter(template="code_reset").count() == 2  # at two doors
    assert PasswordReset.objects.filter(told_at=None).count() == 0


def test_who_begins_anew_may_give_the_code_of_before_or_of_the_other_door(api, person):
    with time_machine.travel(clock.now(), tick=False) as now:
        start(api, person.user.mobile)
        first = life.code_sent_to(person.user.mobile)
        now.shift(timedelta(seconds=61))
        reset_id = start(api, person.user.mobile).json()["reset_id"]
        life.deliver()
        assert verify(api, reset_id, first).status_code == 200
        now.shift(timedelta(seconds=61))
        reset_id = start(api, person.user.mobile).json()["reset_id"]
        captcha_id, value = life.solved_captcha()
        given = {"purpose": "reset", "captcha_id": str(captcha_id), "captcha_value": value}
        assert api.post("/api/v1/auth/sms-codes/", given | {"mobile": person.user.mobile}).status_code == 202
        assert verify(api, reset_id, life.code_sent_to(person.user.mobile)).status_code == 200


def test_neighbours_who_guess_show_nothing_of_whose_a_reset_is(api, person):
    """Sixty wrong codes from this address, then one wrong code for each of two resets that were begun here."""
    resets = [start(api, number, "account").json()["reset_id"] for number in (person.id_number, life.id_number(999))]
    life.deliver()
    for n in range(62):
        api.post("/api/v1/auth/login/sms/", {"mobile": f"1370000{n:04d}", "sms_code": "123456"})
    known, unknown = (_without_ids(verify(api, reset_id, "123456")) for reset_id in resets)
    assert known == unknown


@pytest.mark.parametrize("change", ["password", "email"])
def test_a_reset_that_is_under_way_ends_where_the_owner_changes_what_it_leads_to(api, person, change):
    token, owner = token_for(api, person), life.actor(person)
    if change == "password":
        actions.change_password(Proof(life.PASSWORD), NEW, NEW, by=owner)
    else:
        actions.change_email(Proof(life.PASSWORD), "new@example.org", code_to_new_email("new@example.org"), by=owner)
    assert confirm(api, token, "the-thiefs-own-1").status_code == 400
    person.user.refresh_from_db()
    assert not person.user.check_password("the-thiefs-own-1")


@pytest.mark.parametrize("channel", ["mobile", "account", "email"])
def test_known_and_unknown_cost_the_database_the_same(api, person, channel):
    """What an answer takes is what it asks of the database: the same statements, one by one."""
    person.user.email = "known@example.org"
    person.user.save()
    known = {"mobile": person.user.mobile, "account": person.id_number, "email": person.user.email}[channel]
    unknown = {"mobile": "13711112222", "account": life.id_number(999), "email": "nobody@example.org"}[channel]

    def asked(identifier):
        captcha_id, value = life.solved_captcha()
        body = {"channel": channel, "identifier": identifier, "captcha_id": str(captcha_id), "captcha_value": value}
        with CaptureQueriesContext(connection) as queries:
            reset_id = api.post(BASE, body).json()["reset_id"]
            verify(api, reset_id, "123456")
        statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        return [re.split(r" WHERE | VALUES |(?<=\d)\(", statement)[0] for statement in statements]

    assert asked(known) == asked(unknown)


def _without_ids(answer):
    body = {k: v for k, v in answer.json().items() if k not in ("reset_id", "request_id")}
    if "destination" in body:
        body["destination"] = "".join("9" if c.isdigit() else "x" if c.isalpha() else c for c in body["destination"])
        body["destination"] = body["destination"].replace("x" * len("nobody"), "x")
    headers = {k: v for k, v in answer.headers.items() if k not in ("X-Request-ID", "Content-Length")}
    return answer.status_code, body, headers


def test_nobody_is_sent_a_code_for_a_number_that_nobody_has(api):
    start(api, "13711112222")
    life.deliver()
    assert (Message.objects.count(), Delivered.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("channel", "identifier", "code"),
    [("mobile", "12", "invalid"), ("email", "nobody", "invalid"), ("account", " ", "required"), ("fax", "1", "")],
)
def test_nonsense_is_named(api, channel, identifier, code):
    answer = start(api, identifier, channel)
    assert answer.status_code == 400
    if code:
        assert [e["field"] for e in answer.json()["errors"]] == ["identifier"]
    assert PasswordReset.objects.count() == 0


def test_only_digests_are_stored(api, person):
    started = start(api, person.user.mobile).json()
    code = life.code_sent_to(person.user.mobile)
    token = verify(api, started["reset_id"], code).json()["reset_token"]
    stored = str(PasswordReset.objects.values().get()) + str(VerificationCode.objects.filter(purpose="reset").values())
    for secret in (started["reset_id"], token, code, person.user.mobile):
        assert secret not in stored.replace(tokens.digest(started["reset_id"]), "").replace(tokens.digest(token), "")


def test_five_wrong_codes_burn_the_right_one(api, person):
    reset_id = start(api, person.user.mobile).json()["reset_id"]
    code = life.code_sent_to(person.user.mobile)
    for _ in range(5):
        assert verify(api, reset_id, "000000").json()["errors"][0]["code"] == "code_invalid"
    assert verify(api, reset_id, code).json()["code"] == "code_invalid"


def test_an_id_serves_once_and_both_end_after_a_quarter_of_an_hour(api, person):
    reset_id = start(api, person.user.mobile).json()["reset_id"]
    code = life.code_sent_to(person.user.mobile)
    token = verify(api, reset_id, code).json()["reset_token"]
    assert verify(api, reset_id, code).status_code == 400
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert confirm(api, token).json()["code"] == "code_invalid"
        late = start(api, person.user.mobile).json()["reset_id"]
        code = life.code_sent_to(person.user.mobile)
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert verify(api, late, code).json()["code"] == "code_invalid"
    person.user.refresh_from_db()
    assert person.user.check_password(life.PASSWORD)


def test_a_weak_or_mistyped_password_leaves_the_token_as_it_is(api, person):
    token = token_for(api, person)
    assert confirm(api, token, "short").json()["errors"][0]["field"] == "new_password"
    assert confirm(api, token, NEW, "other-secret").json()["errors"][0]["field"] == "confirm_password"
    person.user.refresh_from_db()
    assert person.user.check_password(life.PASSWORD)
    assert confirm(api, token).status_code == 204


def test_a_password_ends_the_other_resets_of_the_person(api, person):
    first = token_for(api, person)
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        second = token_for(api, person)
        assert confirm(api, second).status_code == 204
        assert confirm(api, first, NEW + "2").json()["code"] == "code_invalid"


def test_asking_over_and_over_sends_no_more_than_the_day_allows(api, person):
    """A stranger who knows the ID number as well as the mobile does not double the texts."""
    for minute in range(12):
        with time_machine.travel(clock.now() + timedelta(minutes=2 * minute)):
            for channel, identifier in (("mobile", person.user.mobile), ("account", person.id_number)):
                assert start(api, identifier, channel).status_code == (202 if minute < 5 else 429)
            life.deliver()
    assert Message.objects.filter(template="code_reset").count() <= 10


def test_a_job_that_died_is_made_up_for(api, person):
    start(api, person.user.mobile)
    assert PasswordReset.objects.get().told_at is None
    actions.send_resets()
    actions.send_resets()
    assert Message.objects.filter(template="code_reset").count() == 1


def test_a_captcha_opens_one_reset(api, person):
    captcha_id, value = life.solved_captcha()
    given = {
        "channel": "mobile",
        "identifier": person.user.mobile,
        "captcha_id": str(captcha_id),
        "captcha_value": value,
    }
    assert api.post(BASE, given | {"captcha_value": "zzzz"}).json()["code"] == "captcha_invalid"
    assert api.post(BASE, given).json()["code"] == "captcha_invalid", "used up"
    assert PasswordReset.objects.count() == 0


def test_a_mobile_in_the_account_box_is_answered_alike_known_or_not(api):
    life.registered(mobile="13800001234")
    shown = [start(api, number, "account").json()["destination"] for number in ("13800001234", "13911112222")]
    assert shown == ["138****1234", "139****2222"]
