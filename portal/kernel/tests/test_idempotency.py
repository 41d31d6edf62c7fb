"""A request that is sent again is answered again, and its work is done once."""

import hashlib
from datetime import timedelta

import pytest
import time_machine

from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.idempotency import actions
from portal.kernel.idempotency.actions import Answer, Claim
from portal.kernel.idempotency.models import IdempotencyRecord
from tests.races import threads

pytestmark = pytest.mark.django_db


def claim(key="k", who="user:1", method="POST", path="/a/", body=b"{}"):
    return actions.claim(who, key, method=method, path=path, body=body)


def test_the_first_gets_the_work_and_the_second_its_answer():
    first = claim()
    assert isinstance(first, Claim)
    first.store(201, '{"a": 1}')
    assert claim() == Answer(201, '{"a": 1}')


def test_while_the_first_is_running_the_second_is_asked_to_wait():
    claim()
    with pytest.raises(Problem) as refusal:
        claim()
    assert (refusal.value.code, refusal.value.retry_after) == (Code.IDEMPOTENCY_IN_PROGRESS, 1)


@pytest.mark.parametrize("other", [{"body": b"{1}"}, {"path": "/b/"}, {"method": "PATCH"}])
def test_the_key_of_another_request_is_refused(other):
    claim().store(201, "{}")
    with pytest.raises(Problem) as refusal:
        claim(**other)
    assert refusal.value.code == Code.IDEMPOTENCY_MISMATCH
    assert claim() == Answer(201, "{}")


def test_another_person_may_use_the_same_key():
    claim().store(201, "{}")
    assert isinstance(claim(who="user:2"), Claim)


def test_a_refusal_changed_nothing_and_frees_the_key():
    claim().release()
    assert isinstance(claim(body=b"{other}"), Claim)


def test_a_dead_workers_claim_is_taken_over_once_and_its_late_answer_refused():
    dead = claim()
    with time_machine.travel(clock.now() + actions.LEASE + timedelta(seconds=1)):
        heir = claim()
        assert isinstance(heir, Claim)
        with pytest.raises(Problem):
            claim()
        with pytest.raises(actions.LeaseLost):
            dead.store(201, "{}")
        heir.store(200, "{2}")
    assert claim() == Answer(200, "{2}")


@pytest.mark.parametrize("key", ["", "x" * 81, "ключ", "a\x00"])
def test_a_malformed_key_is_refused(key):
    with pytest.raises(Problem) as refusal:
        claim(key)
    assert refusal.value.code == Code.VALIDATION_FAILED
    assert not IdempotencyRecord.objects.exists()


def test_yesterdays_keys_are_forgotten():
    claim().store(201, "{}")
    with time_machine.travel(clock.now() + actions.KEPT + timedelta(minutes=1)):
        assert (actions.forget(), actions.forget()) == (1, 0)
        assert isinstance(claim(body=b"{other}"), Claim)


def _claimed(_n):
    try:
        return type(claim()).__name__
    except Problem as problem:
        return problem.code.value


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_that_come_at_once_one_gets_the_work():
    outcome = threads(8, _claimed)
    assert not outcome.errors
    assert sorted(outcome.values.values()) == ["Claim"] + ["idempotency_in_progress"] * 7
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_the_key_is_kept_more_than_once(without_constraint):
    """The race above can be lost: what wins it is the constraint."""
    with without_constraint(IdempotencyRecord, "idempotency_one_use"):
        threads(8, _claimed)
        assert IdempotencyRecord.objects.count() > 1
        IdempotencyRecord.objects.all().delete()


def test_what_was_asked_is_kept_under_a_key_alone():
    """A body may be no more than a password: its bare digest would be a password hashed fast and without salt."""
    body = b'{"password": "qwer-1234"}'
    actions.claim("u1", "k-secret", method="POST", path="/x/", body=body)
    kept = IdempotencyRecord.objects.get(key="k-secret").request_digest
    bare = {hashlib.sha256(text).hexdigest() for text in (body, b"POST\0/x/\0" + body)}
    assert kept not in bare
    assert len(kept) == 64


def test_who_finds_the_key_let_go_of_in_between_is_asked_to_come_again(monkeypatch):
    """A rival's row is there at the INSERT and gone at the look: the rival was refused and has released the key."""
    rival = claim()
    assert isinstance(rival, Claim)
    write = actions.insert

    def then_released(rows, **how):
        written = write(rows, **how)
        rival.release()
        return written

    monkeypatch.setattr(actions, "insert", then_released)
    with pytest.raises(Problem) as refusal:
        claim()
    assert (refusal.value.code, refusal.value.retry_after) == (Code.IDEMPOTENCY_IN_PROGRESS, 1)
    monkeypatch.undo()
    assert isinstance(claim(), Claim)
