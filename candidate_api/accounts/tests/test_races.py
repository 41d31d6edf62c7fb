"""Two at once: one token, one number, one person's devices. Each race has a control that loses it."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.models import QuerySet

from candidate_api.accounts import actions, queries
from candidate_api.accounts.actions import contacts, devices
from candidate_api.accounts.models import Device
from candidate_api.accounts.rules import TOKENS_PER_USER, Channel, life_of
from candidate_api.candidates.proving import Proof
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_indexes
from portal.kernel.errors import Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from tests import life
from tests.races import threads

pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]
MOBILE = "13911110000"


@pytest.fixture
def no_lock(monkeypatch):
    """For controls: rows are read without a lock."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **options: self)


def signed_in(person, label="手机"):
    person.user.refresh_from_db()
    actions.issue_token(person.user, label, by=life.VISITOR)
    device = Device.objects.filter(user=person.user).latest("created_at")
    return Actor.of(person.user, "api", device_id=device.pk, proved_at=device.proved_at)


# -- two resets with one token ----------------------------------------------------------------------------------
def reset_token(person):
    started = actions.start_reset(Channel.MOBILE, person.user.mobile, *life.solved_captcha(), by=life.VISITOR)
    return actions.verify_reset(started.reset_id, life.code_sent_to(person.user.mobile), by=life.VISITOR)


def both_reset(token):
    def confirm(number):
        secret = f"secret-of-{number}-is-long"
        return actions.confirm_reset(token, secret, secret, by=life.VISITOR)

    return threads(6, confirm)


def test_of_six_that_hold_one_token_one_sets_the_password():
    person = life.registered()
    outcome = both_reset(reset_token(person))
    assert len(outcome.values) == 1
    assert {error.code for error in outcome.errors.values()} == {"code_invalid"}
    person.user.refresh_from_db()
    assert person.user.check_password(f"secret-of-{next(iter(outcome.values))}-is-long")


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_more_than_one_does():
    assert any(len(both_reset(reset_token(life.registered())).values) > 1 for _ in range(10))


# -- one number for several -------------------------------------------------------------------------------------
@pytest.fixture
def held(monkeypatch):
    """Everybody has proved to hold the number: a moment apart, since one code's use ends the others."""
    monkeypatch.setattr(contacts.codes, "spend", lambda *_args, **_options: None)


@contextmanager
def numbers_that_may_repeat():
    once = User._meta.get_field("mobile_index")
    often = once.clone()
    often._unique = False
    often.set_attributes_from_name("mobile_index")
    often.model = User
    with connection.schema_editor() as editor:
        editor.alter_field(User, once, often)
    yield
    User.objects.filter(mobile_index__in=blind_indexes(MOBILE, "kernel.user.mobile")).update(mobile_index=None)
    with connection.schema_editor() as editor:
        editor.alter_field(User, often, once)


def all_bind():
    actors = [signed_in(life.registered()) for _ in range(4)]
    return threads(4, lambda n: actions.change_mobile(Proof(), MOBILE, "123456", by=actors[n]).pk)


@pytest.mark.usefixtures("held")
def test_one_number_is_bound_by_one_of_four():
    outcome = all_bind()
    assert len(outcome.values) == 1
    assert {error.code for error in outcome.errors.values()} == {"already_registered"}
    assert queries.by_mobile(MOBILE).pk == next(iter(outcome.values.values()))
    assert Message.objects.filter(template="mobile_changed", channel="sms").count() == 1


@pytest.mark.usefixtures("held")
def test_control_without_the_unique_index_all_four_bind_it():
    with numbers_that_may_repeat():
        assert len(all_bind().values) == 4


# -- signing in while … -----------------------------------------------------------------------------------------
def sign_in_at_once(user, n=8):
    """So many sign-ins of one person at once; whoever counts without the lock counts too few."""
    return threads(n, lambda number: actions.issue_token(user, f"手机 {number}", by=life.VISITOR)[0])


def test_sign_ins_at_once_count_one_another():
    user = life.registered().user
    for number in range(TOKENS_PER_USER - 1):
        actions.issue_token(user, f"旧手机 {number}", by=life.VISITOR)
    assert len(sign_in_at_once(user).values) == 8
    assert Device.objects.count() == TOKENS_PER_USER


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_they_become_too_many():
    def surplus():
        user = life.registered().user
        for number in range(TOKENS_PER_USER - 1):
            actions.issue_token(user, f"旧手机 {number}", by=life.VISITOR)
        sign_in_at_once(user)
        return Device.objects.filter(user=user).count() - TOKENS_PER_USER

    assert any(surplus() > 0 for _ in range(10))


def test_revoking_others_while_signing_in_leaves_this_device_and_whole_new_ones():
    """Whoever signs in before the revocation is out, whoever comes after it is in: nothing in between."""
    person = life.registered()
    here = signed_in(person, "本机")
    for number in range(3):
        signed_in(person, f"旧手机 {number}")

    def act(number):
        if number == 0:
            return actions.revoke_others(by=here)
        return actions.issue_token(person.user, f"新手机 {number}", by=life.VISITOR)[0]

    outcome = threads(5, act)
    assert outcome.errors == {}
    left = Device.objects.filter(user=person.user)
    assert left.filter(pk=here.device_id).exists()
    assert not left.filter(label__startswith="旧手机").exists()
    alive = [queries.device_of_token(token) for number, token in outcome.values.items() if number]
    assert left.count() == 1 + sum(device is not None for device in alive)
    assert outcome.values[0] == 3 + alive.count(None), "all that were there went"


def test_a_sign_in_by_the_old_password_does_not_slip_in_behind_its_change():
    person = life.registered()
    here = signed_in(person)
    outcome = threads(6, _change_or_enter(person, here))
    assert len(outcome.values) >= 1
    assert all(isinstance(error, Problem) for error in outcome.errors.values())
    assert list(Device.objects.values_list("pk", flat=True)) == [here.device_id]


@pytest.mark.usefixtures("no_lock")
def test_control_without_the_lock_it_does(monkeypatch):
    person = life.registered()
    here = signed_in(person)

    def change_meanwhile(kind):
        """The rival, after the password was looked at and before the device is there."""
        monkeypatch.setattr(devices, "life_of", life_of)
        secret = "a-better-secret"
        outcome = threads(1, lambda _n: actions.change_password(Proof(life.PASSWORD), secret, secret, by=here))
        assert outcome.errors == {}
        return life_of(kind)

    monkeypatch.setattr(devices, "life_of", change_meanwhile)
    actions.issue_token(User.objects.get(pk=person.user.pk), "旧密码", by=life.VISITOR)
    assert Device.objects.filter(user=person.user).count() == 2


def _change_or_enter(person, here):
    user = User.objects.get(pk=person.user.pk)

    def act(number):
        if number == 0:
            return actions.change_password(Proof(life.PASSWORD), "a-better-secret", "a-better-secret", by=here).pk
        return actions.issue_token(user, "旧密码", by=life.VISITOR)[0]

    return act
