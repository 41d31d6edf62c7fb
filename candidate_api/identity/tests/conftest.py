from collections.abc import Iterator
from typing import Any

import pytest

from candidate_api.candidates.models import Candidate
from candidate_api.identity.providers.tencent.twin import Twin, start
from tests import life


@pytest.fixture
def records(settings: Any) -> Iterator[Twin]:
    """The identity records of this test's own."""
    twin = start(0, settings.TENCENT_FACEID)
    settings.TENCENT_FACEID = settings.TENCENT_FACEID | {"gateway": twin.base_url}
    yield twin
    twin.stop()


@pytest.fixture
def resident(records: Twin, reference: None) -> Candidate:
    """Somebody whom the records know, with a photo."""
    return life.enrolled(name="韦小莉", number="450103199803124525")
