"""The reference data for a module of tests: loaded once, taken back when the module is done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from candidate_api.catalogue.actions import load
from portal.kernel.actor import Actor

FILES: list[Path] = sorted((settings.ROOT / "fixtures").glob("[0-9][0-9]_*.json"))


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        load(FILES, by=Actor.system("tests"))
        yield
        transaction.set_rollback(True)
