"""One ceremony makes one passkey, and ten are ten, whoever comes at the same time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django_otp_webauthn.models import WebAuthnCredential

from candidate_api.candidates.proving import Proof
from candidate_api.passkeys import actions, ceremonies, queries
from candidate_api.passkeys.rules import PASSKEYS_PER_PERSON
from portal.kernel import clock
from portal.kernel.users.models import User
from tests import life
from tests.authenticator import Authenticator
from tests.races import threads

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def actor():
    return replace(life.actor(life.registered()), proved_at=clock.now() + timedelta(minutes=5))


def answers_to_one_ceremony(actor, n):
    """`n` phones have each made a passkey of the same challenge."""
    begun = actions.begin_adding(Proof(), by=actor)
    made = [Authenticator().create(begun.options) for _n in range(n)]
    return threads(n, lambda i: actions.add(begun.ceremony_id, made[i], "手机", by=actor))


def test_of_eight_answers_to_one_ceremony_one_becomes_a_passkey(actor):
    outcome = answers_to_one_ceremony(actor, 8)
    assert (len(outcome.values), {str(error.code) for error in outcome.errors.values()}) == (1, {"passkey_invalid"})
    assert WebAuthnCredential.objects.count() == 1


def test_control_without_the_delete_that_decides_the_race_is_lost(actor, monkeypatch):
    monkeypatch.setattr(ceremonies, "_use_up", lambda ceremony: True)
    answers_to_one_ceremony(actor, 8)
    assert WebAuthnCredential.objects.count() > 1


def fill_up(actor):
    """One place is left, and eight ceremonies have begun."""
    for _n in range(PASSKEYS_PER_PERSON - 1):
        begun = actions.begin_adding(Proof(), by=actor)
        actions.add(begun.ceremony_id, Authenticator().create(begun.options), "手机", by=actor)
    begun = [actions.begin_adding(Proof(), by=actor) for _n in range(8)]
    made = [Authenticator().create(b.options) for b in begun]
    return threads(8, lambda i: actions.add(begun[i].ceremony_id, made[i], "手机", by=actor))


def test_of_eight_for_the_last_place_one_gets_it(actor):
    outcome = fill_up(actor)
    assert (len(outcome.values), {str(error.code) for error in outcome.errors.values()}) == (1, {"state_conflict"})
    assert WebAuthnCredential.objects.count() == PASSKEYS_PER_PERSON


def test_control_without_the_lock_there_are_too_many(actor, monkeypatch):
    monkeypatch.setattr(queries, "owner_for_update", lambda by: User.objects.get(pk=by.user_id))
    fill_up(actor)
    assert WebAuthnCredential.objects.count() > PASSKEYS_PER_PERSON
