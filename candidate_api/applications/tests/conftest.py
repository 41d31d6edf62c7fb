"""Somebody who applies, and the office that decides."""

from typing import Any

import pytest

from candidate_api.candidates.models import Candidate
from candidate_api.payments.tests.conftest import box, twin
from tests import life

__all__ = ["box", "twin"]


@pytest.fixture
def person(reference: None) -> Candidate:
    return life.enrolled(name="韦小莉")


@pytest.fixture
def app(api: Any, person: Candidate) -> Any:
    api.force_authenticate(person.user)
    return api
