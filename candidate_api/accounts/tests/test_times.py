"""How long an answer takes does not tell whether an account exists (promise 24).

Pairs of a known and an unknown account, one right after the other and in changing order; what is compared is the ratio
of the medians. It is the time that this thread works, not the time that passes: what a busy machine adds to the latter
is no difference between accounts. (That the database is asked the same, test_attacks.py and test_reset.py say.) Noise
is another in each round, a leak is the same in all: one round within the bounds is enough. The control shows that a
leak is found. `make bench ARGS=alike` asks 200 times each by the clock and prints how likely the difference is chance.
"""

from collections.abc import Callable
from random import Random
from statistics import median
from time import thread_time
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from candidate_api.accounts.models import PasswordReset, VerificationCode
from candidate_api.candidates.models import Candidate
from tests import life

pytestmark = pytest.mark.django_db
PAIRS, ROUNDS, MOST = 24, 4, 1.06
EMAIL, STRANGER = "wei@example.org", "stranger@example.org"


@pytest.fixture(autouse=True)
def _as_in_production(settings: Any) -> None:
    from portal.settings.base import PASSWORD_HASHERS  # noqa: PLC0415 -- the tests' own is too fast to tell

    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


@pytest.fixture
def api() -> APIClient:
    """Without the house's own look at each answer, which takes longer than many answers."""
    return APIClient()


@pytest.fixture
def person(_as_in_production: None) -> Candidate:
    person = life.registered(mobile="13800005101", number=life.id_number(501))
    person.user.email = EMAIL
    person.user.save()
    return person


Prepared = Callable[[], Any]


def _captcha() -> dict[str, str]:
    captcha_id, value = life.solved_captcha()
    return {"captcha_id": str(captcha_id), "captcha_value": value}


def by_password(api: Any, account: str) -> Prepared:
    return lambda: api.post("/api/v1/auth/login/password/", {"account": account, "password": "wrong-one"})


def by_code(api: Any, mobile: str) -> Prepared:
    return lambda: api.post("/api/v1/auth/login/sms/", {"mobile": mobile, "sms_code": "000000"})


def a_code(purpose: str) -> Callable[[Any, str], Prepared]:
    def prepared(api: Any, mobile: str) -> Prepared:
        given = {"mobile": mobile, "purpose": purpose, **_captcha()}
        return lambda: api.post("/api/v1/auth/sms-codes/", given)

    return prepared


def an_email_code(api: Any, email: str) -> Prepared:
    given = {"email": email, "purpose": "reset", **_captcha()}
    return lambda: api.post("/api/v1/auth/email-codes/", given)


def a_reset(channel: str) -> Callable[[Any, str], Prepared]:
    def prepared(api: Any, identifier: str) -> Prepared:
        given = {"channel": channel, "identifier": identifier, **_captcha()}
        return lambda: api.post("/api/v1/auth/password-reset/", given)

    return prepared


KNOWN, UNKNOWN = "13800005101", "13800005199"
WAYS = {
    "password by mobile": (by_password, KNOWN, UNKNOWN),
    "password by ID number": (by_password, life.id_number(501), life.id_number(502)),
    "sign-in by code": (by_code, KNOWN, UNKNOWN),
    "SMS code to sign in": (a_code("login"), KNOWN, UNKNOWN),
    "SMS code to register": (a_code("register"), KNOWN, UNKNOWN),
    "e-mail code": (an_email_code, EMAIL, STRANGER),
    "reset by mobile": (a_reset("mobile"), KNOWN, UNKNOWN),
    "reset by account": (a_reset("account"), life.id_number(501), life.id_number(502)),
    "reset by e-mail": (a_reset("email"), EMAIL, STRANGER),
}


# What is another in every answer, and where a code goes: that is the number which was typed, masked.
OWN = {"request_id", "reset_id", "destination"}


def timed(
    api: Any,
    ask: Callable[[Any, str], Prepared],
    known: str,
    unknown: str,
    *,
    pairs: int = PAIRS,
    clock: Callable[[], float] = thread_time,
) -> tuple[list[float], list[float]]:
    """Seconds by `clock` of each answer to the known and to the unknown; what is answered must be the same."""
    times: dict[str, list[float]] = {known: [], unknown: []}
    told: dict[str, set[str]] = {known: set(), unknown: set()}
    order = Random(24)
    for _pair in range(pairs):
        for who in order.sample([known, unknown], 2):
            # Each as if it were the first: limits are another test's business.
            cache.clear()
            PasswordReset.objects.all().delete()
            VerificationCode.objects.all().delete()
            asked = ask(api, who)
            began = clock()
            answer = asked()
            times[who].append(clock() - began)
            said = {name: value for name, value in answer.json().items() if name not in OWN}
            told[who].add(f"{answer.status_code} {said} {sorted(answer.headers)}")
    assert told[known] == told[unknown]
    assert len(told[known]) == 1
    return times[known], times[unknown]


def ratio(api: Any, ask: Callable[[Any, str], Prepared], known: str, unknown: str) -> float:
    """How much longer the slower of the two takes, by the medians of a round."""
    slow, fast = sorted((median(times) for times in timed(api, ask, known, unknown)), reverse=True)
    return slow / fast


def is_alike(api: Any, way: str) -> bool:
    return any(ratio(api, *WAYS[way]) <= MOST for _round in range(ROUNDS))


@pytest.mark.parametrize("way", WAYS)
def test_known_and_unknown_take_the_same_time(api: Any, person: Candidate, way: str) -> None:
    assert is_alike(api, way)


@pytest.mark.parametrize("way", ["password by mobile", "password by ID number"])
def test_it_is_noticed_where_an_unknown_accounts_password_is_not_hashed(
    api: Any, person: Candidate, way: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("candidate_api.accounts.actions.entry.check_password", lambda *_: False)
    assert not is_alike(api, way)
