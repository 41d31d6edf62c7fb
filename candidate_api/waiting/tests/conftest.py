from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from candidate_api.waiting.tests.line import NOON
from tests import life


@pytest.fixture
def noon(db: None) -> Iterator[Any]:
    """The clock stands still until a test moves it."""
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def person(reference: None) -> Any:
    """Somebody who may register."""
    life.open_window("2026-10")
    return life.confirm_contact(life.enrolled())
