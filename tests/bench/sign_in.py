"""Signing in by password through the verb, beside the hash alone: nothing else may cost much."""

from argon2.low_level import Type, hash_secret
from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

from candidate_api.accounts.actions import sign_in_password
from portal.kernel.actor import Actor
from tests import life
from tests.bench.measure import Row, rate

MOBILE = "13800001234"
BY = Actor(user_id=None, name="", channel="api")


def rows() -> list[Row]:
    """Rates beside Argon2id alone with the parameters of the settings."""
    life.registered(mobile=MOBILE)
    hasher, pbkdf2 = get_hasher(), PBKDF2PasswordHasher()
    cost = hasher.time_cost, hasher.memory_cost, hasher.parallelism
    secret, salt = life.PASSWORD.encode(), b"sixteen bytes ok"
    alone = rate(lambda: hash_secret(secret, salt, *cost, 32, Type.ID))
    verb = rate(lambda: sign_in_password(MOBILE, life.PASSWORD, by=BY))
    other = rate(lambda: pbkdf2.encode(life.PASSWORD, "sixteenbytesalt"))
    return [
        Row(f"Argon2id alone (m={cost[1] // 1024} MiB, t={cost[0]}, p={cost[2]})", alone, alone),
        Row("sign-in through the verb", verb, alone, goal=0.8),
        Row(f"PBKDF2 as Django brings it ({pbkdf2.iterations:,} rounds)", other, alone),
    ]
