"""From offending rows to findings."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Model, QuerySet

from candidate_api.invariants.rules import Finding
from portal.kernel.errors import Words


def reference(model: type[Model], key: object) -> str:
    """How a row is named, here as in the audit log: `candidate_api.order:12`."""
    return f"{model._meta.label_lower}:{key}"


def each(code: str, sentence: Words, rows: "QuerySet[Any]") -> Iterator[Finding]:
    """One finding per row."""
    for key in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2000):
        yield Finding(code, sentence, (reference(rows.model, key),))


def doubled(code: str, sentence: Words, rows: "QuerySet[Any]", *columns: str) -> Iterator[Finding]:
    """One finding per set of rows that share all of `columns`, named by what they share where that is a row."""
    shared = rows.order_by().values(*columns).annotate(how_many=Count("pk")).filter(how_many__gt=1)
    for row in shared.order_by(*columns).iterator(chunk_size=2000):
        named = []
        for column in columns:
            other = rows.model._meta.get_field(column).related_model
            named.append(reference(other, row[column]) if isinstance(other, type) else f"{column}:{row[column]}")
        yield Finding(code, sentence, tuple(named))
