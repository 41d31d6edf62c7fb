"""The reference data for a module of tests: put in place once, taken back when the module is done."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.reference import FILES, furnish

__all__ = ["FILES", "reference"]


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        furnish()
        yield
        transaction.set_rollback(True)
