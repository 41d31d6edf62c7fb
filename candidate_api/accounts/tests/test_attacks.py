"""Guessing, bombing, replaying, finding out who is known: each attack meets its limit, the honest person does not."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from captcha.models import CaptchaStore
from captcha.views import _captcha_image
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image, ImageOps

from candidate_api.accounts import actions, captcha, codes, guard, rules
from candidate_api.accounts.models import Captcha, Device, VerificationCode
from candidate_api.accounts.rules import Allowance, Channel, Purpose
from portal.demo.models import Delivered
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.offices.states import Role
from tests import life
from tests.races import threads

pytestmark = pytest.mark.django_db
MOBILE = "13800001234"
STRANGER = "13911112222"
HERE, THERE = "203.0.113.7", "198.51.100.9"


def somebody(address=HERE, client=""):
    return Actor(user_id=None, name="", channel="api", address=address, client=client)


def ask(mobile, *, by, purpose=Purpose.REGISTER):
    """Ask for a code with a captcha of one's own; "sent", or the code of the refusal."""
    challenge = life.solved_captcha()
    try:
        actions.send_sms_code(mobile, purpose, *challenge, by=by)
    except Problem as problem:
        return problem.code.value if problem.retry_after else "refused without a time to wait"
    return "sent"


def guess(account, password, *, by, with_captcha=False):
    challenge = life.solved_captcha() if with_captcha else (None, "")
    try:
        actions.sign_in_password(account, password, *challenge, by=by)
    except Problem as problem:
        return problem.code.value
    return "in"


@pytest.fixture
def noon():
    """The clock stands still: two hundred requests in no time at all."""
    with time_machine.travel(clock.at(clock.today(), 12), tick=False) as moved:
        yield moved


class Dead(LocMemCache):
    """A cache that is away."""

    def _gone(self, *args, **kwargs):
        raise ConnectionError("no cache")

    get = set = add = incr = delete = delete_many = get_many = _gone


@pytest.fixture
def dead_cache(monkeypatch):
    gone = Dead("gone", {})
    monkeypatch.setattr(limits, "cache", gone)
    monkeypatch.setattr(guard, "cache", gone)


# -- bombing -----------------------------------------------------------------------------------------------------
def test_two_hundred_requests_for_one_number_are_one_text(noon):
    assert [ask(MOBILE, by=somebody()) for _ in range(200)].count("sent") == 1
    assert Message.objects.count() == 1
    assert ask(STRANGER, by=somebody(THERE)) == "sent"
    noon.shift(timedelta(seconds=61))
    assert ask(MOBILE, by=somebody(THERE)) == "sent", "its owner asks again after a minute"


def test_two_hundred_numbers_from_one_address_meet_its_limit_and_a_neighbour_does_not(noon):
    outcome = [ask(f"1370000{n:04d}", by=somebody()) for n in range(200)]
    assert outcome.count("sent") == rules.CODES_FROM_NAMELESS.most
    assert ask(MOBILE, by=somebody(client="her own phone")) == "sent", "same school, another device"
    assert ask(STRANGER, by=somebody(THERE)) == "sent"


def test_one_device_meets_its_limit_wherever_it_is(noon):
    outcome = [ask(f"1370000{n:04d}", by=somebody(f"203.0.113.{n}", "bot")) for n in range(40)]
    assert outcome.count("sent") == rules.CODES_FROM_CLIENT.most


def test_a_line_of_ipv6_is_one_address(noon):
    outcome = [ask(f"1370000{n:04d}", by=somebody(f"2001:db8:1:2::{n:x}")) for n in range(70)]
    assert outcome.count("sent") == rules.CODES_FROM_NAMELESS.most
    assert limits.network_of("::ffff:203.0.113.7") == HERE


def bomb(noon, mobile):
    """Everything that strangers can have sent to a number, each time from another device."""
    sent = 0
    while ask(mobile, by=somebody(client=f"bot-{sent}"), purpose=Purpose.LOGIN) == "sent":
        noon.shift(timedelta(minutes=2))
        sent += 1
    return sent


def test_the_day_ends_for_strangers_who_bomb_a_number_slowly(noon):
    life.registered(mobile=MOBILE)
    noon.shift(timedelta(days=1))
    assert bomb(noon, MOBILE) == rules.CODES_A_DAY[Allowance.ANYWHERE] == 10
    assert ask(MOBILE, by=somebody(THERE, "bot-11"), purpose=Purpose.BIND) == "throttled", "whatever the purpose"
    noon.shift(timedelta(days=1))
    assert ask(MOBILE, by=somebody(THERE)) == "sent"


@pytest.mark.parametrize("hers", [somebody(THERE), somebody("192.0.2.1", "her-phone")], ids=["network", "device"])
def test_a_bombed_number_still_opens_for_its_owner_where_she_has_signed_in(noon, hers):
    person = life.registered(mobile=MOBILE)
    assert guess(person.id_number, life.PASSWORD, by=hers) == "in"
    noon.shift(timedelta(days=1))
    bomb(noon, MOBILE)
    assert ask(MOBILE, by=hers, purpose=Purpose.LOGIN) == "sent"
    assert actions.sign_in_sms(MOBILE, life.code_sent_to(MOBILE), by=hers) == person.user


def test_a_reset_opens_at_a_new_place_whatever_strangers_have_tried(noon):
    person = life.registered(mobile=MOBILE)
    noon.shift(timedelta(days=1))
    for number in range(60):
        guess(MOBILE, "wrong-Guess-1", by=somebody(f"203.0.113.{number}", "bot"), with_captcha=True)
    hers = somebody("192.0.2.44", "hers")
    assert guess(MOBILE, life.PASSWORD, by=hers, with_captcha=True) == "throttled"
    reset = actions.start_reset("mobile", MOBILE, *life.solved_captcha(), by=hers)
    actions.send_resets()
    token = actions.verify_reset(reset.reset_id, life.code_sent_to(MOBILE), by=hers)
    actions.confirm_reset(token, "Neu-Passwort-27", "Neu-Passwort-27", by=hers)
    assert guess(MOBILE, "Neu-Passwort-27", by=hers, with_captcha=True) == "in"
    elsewhere = somebody(THERE, "bot")
    assert guess(MOBILE, "Neu-Passwort-27", by=elsewhere, with_captcha=True) == "throttled", "still nobody elsewhere"
    assert person.user.mobile == MOBILE


def test_who_forgot_the_password_of_a_bombed_number_is_sent_every_code_that_she_is_told_of(reference, noon):
    person = life.enrolled(mobile=MOBILE)
    noon.shift(timedelta(days=1))
    bomb(noon, MOBILE)

    def ask_for_reset(channel, typed):
        noon.shift(timedelta(minutes=2))
        actions.start_reset(channel, typed, *life.solved_captcha(), by=somebody(client=f"{noon}"))
        actions.send_resets()
        return Message.objects.filter(template="code_reset").count()

    hers = [
        (Channel.MOBILE, MOBILE),
        (Channel.ACCOUNT, person.id_number),
        (Channel.ACCOUNT, person.candidate_number),
    ]
    asked = [ask_for_reset(*number) for number in hers for _time in range(rules.RESETS_A_DAY)]
    assert asked == list(range(1, 16))
    for number in hers:
        with pytest.raises(Problem) as refusal:
            ask_for_reset(*number)
        assert refusal.value.code == Code.THROTTLED


def test_the_budget_ends_texts_alarms_once_and_leaves_passwords(noon, monkeypatch):
    life.registered(mobile=MOBILE)
    chief, _editor = member(Role.ADMINISTRATOR), member(Role.EDITOR)
    User.objects.filter(is_staff=True).update(email="office@example.org")
    monkeypatch.setattr(guard, "CODES_AN_HOUR", 3)
    assert [ask(f"1370000{n:04d}", by=somebody()) for n in range(6)] == ["sent"] * 2 + ["throttled"] * 4
    told = Message.objects.filter(template="code_budget_reached")
    assert sorted(told.values_list("channel", "recipient__username")) == [
        ("email", chief.username),
        ("in_app", chief.username),
    ]
    assert guess(MOBILE, life.PASSWORD, by=somebody()) == "in"
    noon.shift(timedelta(hours=1, seconds=1))
    assert ask(STRANGER, by=somebody()) == "sent"


def test_a_few_addresses_cannot_spend_the_budget_of_everybody(noon, monkeypatch):
    person = life.registered(mobile=MOBILE)
    hers = somebody("192.0.2.1", "her-phone")
    assert guess(MOBILE, life.PASSWORD, by=hers) == "in"
    noon.shift(timedelta(hours=1, seconds=1))
    monkeypatch.setattr(guard, "CODES_AN_HOUR", 8)
    monkeypatch.setattr(guard, "CODES_SHARED_OUT", limits.Limit("t-shared", 1, timedelta(hours=1)))
    bots = [ask(f"1370000{n:04d}", by=somebody(f"203.0.113.{n % 2}", f"bot-{n}")) for n in range(12)]
    assert bots == ["sent"] * 4 + ["throttled"] * 8, "half of it, and no more than their share from then on"
    assert ask(STRANGER, by=somebody(THERE)) == "sent", "a newcomer elsewhere"
    monkeypatch.setattr(guard, "CODES_AN_HOUR", 5)
    assert ask("13911113333", by=somebody("192.0.2.9")) == "throttled"
    assert ask(MOBILE, by=hers, purpose=Purpose.LOGIN) == "sent", "who is at home goes by no budget of strangers"
    assert actions.sign_in_sms(MOBILE, life.code_sent_to(MOBILE), by=hers) == person.user
    noon.shift(timedelta(minutes=2))
    challenge = life.solved_captcha()
    assert actions.start_reset(Channel.MOBILE, MOBILE, *challenge, by=hers).destination == "138****1234"


def test_codes_are_kept_as_long_as_a_limit_looks_back(noon):
    assert ask(MOBILE, by=somebody()) == "sent"
    noon.shift(rules.CODES_KEPT)
    assert codes.forget() == 0
    noon.shift(timedelta(seconds=1))
    assert codes.forget() == 1


# -- guessing codes ----------------------------------------------------------------------------------------------
def test_a_wrong_code_gives_no_token(api):
    life.registered(mobile=MOBILE)
    given = {"mobile": MOBILE, "sms_code": "000000"}
    assert api.post("/api/v1/auth/login/sms/", given).json()["code"] == "code_invalid"
    assert Device.objects.count() == 0


def test_guessing_codes_meets_a_limit_of_the_address(noon):
    outcome = []
    for n in range(70):
        try:
            codes.spend(Purpose.LOGIN, f"1370000{n:04d}", "123456", by=somebody())
        except Problem as problem:
            outcome.append(problem.code.value)
    assert outcome.count("code_invalid") == rules.WRONG_CODES_FROM_ADDRESS.most
    assert set(outcome[rules.WRONG_CODES_FROM_ADDRESS.most :]) == {"throttled"}


def try_code(code, *, by):
    try:
        codes.spend(Purpose.REGISTER, MOBILE, code, by=by)
    except Problem as problem:
        return problem.code.value
    return "right"


def test_who_asked_types_her_code_whatever_her_neighbours_guess(noon):
    """Sixty wrong codes from her school; five of them for her own number."""
    hers, his = somebody(client="her-phone"), somebody(client="his-phone")
    assert ask(MOBILE, by=hers) == "sent"
    code = life.code_sent_to(MOBILE)
    wrong = "100000" if code != "100000" else "200000"
    assert [try_code(wrong, by=his) for _ in range(70)] == ["code_invalid"] * 60 + ["throttled"] * 10
    assert try_code(code, by=somebody(THERE, "another")) == "code_invalid", "from elsewhere it opens no more"
    assert [try_code(wrong, by=hers) for _ in range(4)] == ["code_invalid"] * 4
    assert try_code(code, by=hers) == "right"


def test_who_asked_burns_her_code_by_five_wrong_tries_and_may_ask_for_another(noon):
    hers = somebody(client="her-phone")
    assert ask(MOBILE, by=hers) == "sent"
    code = life.code_sent_to(MOBILE)
    wrong = "100000" if code != "100000" else "200000"
    assert [try_code(given, by=hers) for given in [*[wrong] * 5, code]] == ["code_invalid"] * 6
    noon.shift(timedelta(seconds=61))
    assert ask(MOBILE, by=hers) == "sent"
    assert try_code(life.code_sent_to(MOBILE), by=hers) == "right"


def test_the_code_itself_stands_nowhere_in_the_database():
    assert ask(MOBILE, by=somebody()) == "sent"
    code = life.code_sent_to(MOBILE)
    Delivered.objects.all().delete()  # the demo's outbox is the outside world
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 -- a table's own name
            cells = [str(cell) for row in cursor.fetchall() for cell in row]
            assert [cell for cell in cells if code in cell and len(cell) < 40] == [], table


def _looked_at(monkeypatch):
    """How many guesses were compared with a live code."""
    looked = []
    digest = codes._digest
    monkeypatch.setattr(codes, "_digest", lambda *parts: looked.append(parts) or digest(*parts))
    return looked


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_wrong_tries_at_once_five_are_looked_at(monkeypatch):
    assert ask(MOBILE, by=life.VISITOR) == "sent"
    looked = _looked_at(monkeypatch)
    outcome = threads(24, lambda n: codes.spend(Purpose.REGISTER, MOBILE, f"{n:06d}", by=life.VISITOR))
    assert {error.code.value for error in outcome.errors.values()} == {"code_invalid"}
    assert (len(outcome.errors), len(looked)) == (24, 5)
    assert VerificationCode.objects.get().wrong_tries == 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_more_are_looked_at(monkeypatch):
    monkeypatch.setattr(codes, "locking", lambda rows: rows.order_by("pk"))
    assert ask(MOBILE, by=somebody()) == "sent"
    looked = _looked_at(monkeypatch)
    threads(24, lambda n: codes.spend(Purpose.REGISTER, MOBILE, f"{n:06d}", by=life.VISITOR))
    assert len(looked) > 5


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_requests_at_once_one_is_sent():
    challenges = [life.solved_captcha() for _ in range(8)]
    outcome = threads(8, lambda n: actions.send_sms_code(MOBILE, Purpose.REGISTER, *challenges[n], by=life.VISITOR))
    assert (len(outcome.values), len(outcome.errors)) == (1, 7)
    assert {error.code.value for error in outcome.errors.values()} == {"throttled"}
    assert VerificationCode.objects.count() == 1


# -- guessing passwords ------------------------------------------------------------------------------------------
def test_spaces_in_an_account_are_no_new_tries():
    life.registered(mobile=MOBILE)
    spelt = [MOBILE, "138 0000 1234", " 1 3800001234", "１３８00001234"]
    outcome = [guess(account, "wrong-one-1", by=somebody()) for account in spelt]
    assert outcome == ["invalid_credentials"] * 3 + ["captcha_required"]


def test_one_password_over_many_accounts_meets_a_captcha(noon):
    most = rules.FAILURES_FROM_ADDRESS.most
    outcome = [guess(f"1370000{n:04d}", "qwer-1234", by=somebody()) for n in range(most + 5)]
    assert outcome == ["invalid_credentials"] * most + ["captcha_required"] * 5
    life.registered(mobile=MOBILE)
    assert guess(MOBILE, life.PASSWORD, by=somebody(), with_captcha=True) == "in", "a neighbour works for a second"
    assert guess(MOBILE, life.PASSWORD, by=somebody(THERE)) == "in"


def test_a_flood_of_sign_ins_from_one_address_meets_a_limit(noon, monkeypatch):
    monkeypatch.setattr(guard, "SIGN_INS_FROM_ADDRESS", limits.Limit("flood", 10, timedelta(minutes=1)))
    outcome = [guess(f"1370000{n:04d}", "qwer-1234", by=somebody()) for n in range(15)]
    assert outcome == ["invalid_credentials"] * 10 + ["throttled"] * 5


def test_one_account_from_many_addresses_meets_a_limit_and_its_owner_at_home_does_not(noon):
    life.registered(mobile=MOBILE)
    assert guess(MOBILE, life.PASSWORD, by=somebody(HERE)) == "in"
    most = rules.TRIES_OF_ACCOUNT.most
    botnet = [somebody(f"198.51.{n}.1") for n in range(most + 10)]
    outcome = [guess(MOBILE, f"wrong-one-{n}", by=bot, with_captcha=True) for n, bot in enumerate(botnet)]
    assert outcome == ["invalid_credentials"] * most + ["throttled"] * 10
    assert guess(MOBILE, life.PASSWORD, by=somebody(THERE), with_captcha=True) == "throttled", "even with the right one"
    assert guess(MOBILE, life.PASSWORD, by=somebody(HERE), with_captcha=True) == "in", "she is at home here"
    assert ask(MOBILE, by=somebody(THERE), purpose=Purpose.LOGIN) == "sent"
    actions.sign_in_sms(MOBILE, life.code_sent_to(MOBILE), by=somebody(THERE))
    assert guess(MOBILE, life.PASSWORD, by=somebody(THERE), with_captcha=True) == "in", "and now here too"


def test_right_passwords_do_not_use_up_the_tries(noon):
    life.registered(mobile=MOBILE)
    outcome = {guess(MOBILE, life.PASSWORD, by=somebody()) for _ in range(rules.TRIES_OF_ACCOUNT.most + 5)}
    assert outcome == {"in"}


# -- finding out -------------------------------------------------------------------------------------------------
class Counting(MD5PasswordHasher):
    verified: list[str] = []  # noqa: RUF012 -- the test's own tally

    def verify(self, password, encoded):
        self.verified.append(encoded)
        return super().verify(password, encoded)


def test_a_known_and_an_unknown_account_cost_the_same(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    life.registered(mobile=MOBILE)
    guess("13900000000", "warm-the-dummy", by=somebody())
    Counting.verified.clear()
    costs = []
    for account in (MOBILE, STRANGER, life.id_number(999), "nonsense"):
        with CaptureQueriesContext(connection) as asked:
            assert guess(account, "wrong-one-1", by=somebody()) == "invalid_credentials"
        costs.append((len(asked), len(Counting.verified)))
        Counting.verified.clear()
    assert set(costs) == {(1, 1)}


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.RESET, Purpose.REGISTER])
def test_a_known_and_an_unknown_number_cost_the_same_and_are_answered_alike(api, purpose):
    life.registered(mobile=MOBILE)
    answers, asked = [], []
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        for mobile in (MOBILE, STRANGER):
            captcha_id, value = life.solved_captcha()
            given = {"mobile": mobile, "purpose": purpose, "captcha_id": str(captcha_id), "captcha_value": value}
            with CaptureQueriesContext(connection) as queries:
                answer = api.post("/api/v1/auth/sms-codes/", given)
            answers.append((answer.status_code, answer.content))
            asked.append([query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]])
        life.deliver()
    assert answers[0] == answers[1]
    assert asked[0] == asked[1]
    assert Delivered.objects.filter(to=STRANGER).exists() is (purpose == Purpose.REGISTER)


def test_a_known_and_an_unknown_email_are_answered_alike(api):
    person = life.registered(mobile=MOBILE)
    User.objects.filter(pk=person.user.pk).update(email="her@example.org")
    answers = []
    for email in ("Her@Example.org", "nobody@example.org"):
        captcha_id, value = life.solved_captcha()
        given = {"email": email, "purpose": "reset", "captcha_id": str(captcha_id), "captcha_value": value}
        answer = api.post("/api/v1/auth/email-codes/", given)
        answers.append((answer.status_code, answer.content))
    assert answers == [(202, b'{"expires_in":600,"resend_after":60}')] * 2
    life.deliver()
    [letter] = mail.outbox
    assert letter.to == ["her@example.org"]
    codes.spend(Purpose.RESET, "her@example.org", letter.body.partition("：")[2][:6], by=somebody(), field="email_code")


def test_a_second_registration_tells_the_owner_and_the_stranger_no_more_than_that():
    owner = life.registered(mobile=MOBILE)
    before = (User.objects.count(), VerificationCode.objects.filter(used_at=None).count())
    outcome = []
    for n in range(5):
        with time_machine.travel(clock.now() + timedelta(minutes=2 * (n + 1))):
            try:
                _register_again(owner.id_number)
            except Problem as problem:
                outcome.append((problem.code.value, str(problem.detail)))
    assert [code for code, _ in outcome] == ["already_registered"] * 3 + ["throttled"] * 2
    assert owner.user.name not in str(outcome)
    assert MOBILE[-4:] not in str(outcome)
    told = Message.objects.filter(template="registered_again")
    assert sorted(told.values_list("channel", "recipient")) == [("in_app", owner.user.pk), ("sms", owner.user.pk)]
    assert (User.objects.count(), VerificationCode.objects.filter(used_at=None).count()) == before


def _register_again(id_number):
    assert ask(STRANGER, by=somebody()) == "sent"
    code = life.code_sent_to(STRANGER)
    captcha_id, captcha_value = life.solved_captcha()
    actions.register(
        notice_version="2026-10", name="陌生人", id_type="resident_id", id_number=id_number, mobile=STRANGER,
        sms_code=code, captcha_id=captcha_id, captcha_value=captcha_value, password=life.PASSWORD, by=somebody(),
    )  # fmt: skip


# -- captchas ----------------------------------------------------------------------------------------------------
def test_a_challenge_of_one_browser_opens_nothing_in_another():
    challenge = captcha.issue(by=somebody(client="hers"))
    value = CaptchaStore.objects.get(hashkey=Captcha.objects.get().picture_key).response
    with pytest.raises(Problem, match="captcha_invalid"):
        captcha.spend(challenge.captcha_id, value, by=somebody(client="his"))
    with pytest.raises(Problem, match="captcha_invalid"):
        captcha.spend(challenge.captcha_id, value, by=somebody(client="hers"))


# -- without a cache ---------------------------------------------------------------------------------------------
def test_without_a_cache_codes_go_by_the_rows_and_a_smaller_budget(dead_cache, monkeypatch):
    monkeypatch.setattr(guard, "CODES_AN_HOUR_UNCOUNTED", 2)
    assert [ask(MOBILE, by=somebody()) for _ in range(3)] == ["sent", "throttled", "throttled"]
    assert ask(STRANGER, by=somebody()) == "sent"
    assert ask("13700000000", by=somebody()) == "throttled"


def test_without_a_cache_a_password_opens_after_a_captcha(dead_cache):
    life.registered(mobile=MOBILE)
    assert guess(MOBILE, life.PASSWORD, by=somebody()) == "captcha_required"
    assert guess(MOBILE, life.PASSWORD, by=somebody(), with_captcha=True) == "in"


# -- counting ----------------------------------------------------------------------------------------------------
def test_a_window_slides(noon):
    limit = limits.Limit("t", 4, timedelta(minutes=10))
    assert [limits.count(limit, "a") for _ in range(4)] == [0, 0, 0, 0]
    wait = limits.count(limit, "a")
    assert wait > 0
    assert limits.count(limit, "b") == 0
    noon.shift(timedelta(seconds=wait - 2))
    assert limits.count(limit, "a") > 0
    noon.shift(timedelta(seconds=2))
    assert limits.count(limit, "a") == 0


def test_an_old_hash_becomes_a_new_one_at_sign_in(settings):
    person = life.registered(mobile=MOBILE)
    assert person.user.password.startswith("md5$")
    settings.PASSWORD_HASHERS = ["portal.kernel.users.hashers.Argon2id", *settings.PASSWORD_HASHERS]
    assert guess(MOBILE, life.PASSWORD, by=somebody()) == "in"
    assert User.objects.get(pk=person.user.pk).password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_picture_has_no_letter_that_is_read_for_another_and_none_touches_the_edge(monkeypatch):
    shown = {captcha.readable() for _time in range(200)}
    assert {len(letters) for letters, _typed in shown} == {4}
    assert not set("".join(letters for letters, _typed in shown)) & set("BDGILMOQSVWZ0123456789")
    assert all(typed == letters.lower() for letters, typed in shown)
    monkeypatch.setattr("captcha.conf.settings.noise_functions", list)
    monkeypatch.setattr("captcha.conf.settings.filter_functions", list)
    for letters in ("NNHK", "HHNN", "UXUX", *[letters for letters, _typed in list(shown)[:20]]):
        answer = _captcha_image(SimpleNamespace(challenge=letters), 1)
        picture = ImageOps.invert(Image.open(io.BytesIO(answer.content)).convert("L"))
        left, top, right, bottom = picture.getbbox()
        assert min(left, top, picture.width - right, picture.height - bottom) >= 2, letters
