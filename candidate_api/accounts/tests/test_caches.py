"""No cache keeps what the API answers to one person."""

import pytest

from candidate_api.accounts.actions import issue_token
from tests import life
from tests.contract import BASE, METHODS, document

pytestmark = pytest.mark.django_db
PRIVATE = "private, no-store"


def operations(*beneath: str) -> list[tuple[str, str]]:
    """Method and address of every operation, each parameter filled with what leads nowhere."""
    return [
        (method, path.replace("{", "").replace("}", ""))
        for path, item in document()["paths"].items()
        for method in sorted(METHODS & set(item))
        if path.startswith(tuple(BASE + start for start in beneath))
    ]


def test_every_answer_about_oneself_is_kept_by_nobody(api):
    candidate = life.registered()
    for method, path in operations("me/", "auth/"):
        # A token of its own for each: one of the operations ends it.
        token, _ends = issue_token(candidate.user, "", by=life.actor(candidate))
        for headers in ({}, {"Authorization": f"Bearer {token}"}):
            answer = getattr(api, method)(path, headers=headers)
            assert (method, path, answer.headers.get("Cache-Control")) == (method, path, PRIVATE)


def test_whoever_shows_a_token_is_answered_for_themselves_alone(api):
    token, _ends = issue_token(life.registered().user, "", by=life.VISITOR)
    for method, path in operations(""):
        if method == "get":
            answer = api.get(path, headers={"Authorization": f"Bearer {token}"})
            assert (path, answer.headers.get("Cache-Control")) == (path, PRIVATE)
