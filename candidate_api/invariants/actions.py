"""The checker: reports, never repairs."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from candidate_api.invariants.queries import INVARIANTS
from candidate_api.invariants.rules import Checked, Finding


def check() -> list[Finding]:
    """Every place where an invariant is broken now; empty when all is well."""
    return [finding for checked in look() for finding in checked.findings]


def look() -> list[Checked]:
    """Each invariant with the number of rows looked at and what was found, all of one instant."""
    with _one_picture():
        return [Checked(invariant, invariant.rows(), list(invariant.find())) for invariant in INVARIANTS]


@contextmanager
def _one_picture() -> Iterator[None]:
    """While the house is open every query must see the same instant, or sums of two of them never agree."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
