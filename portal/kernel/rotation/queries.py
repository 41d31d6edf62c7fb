"""Which columns hold something under a key, and under which: read as ciphertext, nothing is opened here."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, StrIndex, Substr

from portal.kernel.audit.models import AppendOnly
from portal.kernel.crypto.fields import BlindIndexField, EncryptedTextField
from portal.kernel.crypto.keys import field_keys, index_keys


@dataclass(frozen=True)
class Table:
    """A model with keyed columns. An append-only one is never rewritten (see docs/decisions)."""

    model: type[models.Model]
    sealed: tuple[EncryptedTextField, ...]
    indexes: tuple[BlindIndexField, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def append_only(self) -> bool:
        return issubclass(self.model, AppendOnly)


def tables() -> Iterator[Table]:
    """Every model of every app that has a column under a key, its own columns only."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        own = model._meta.local_fields
        sealed = tuple(field for field in own if isinstance(field, EncryptedTextField))
        indexes = tuple(field for field in own if isinstance(field, BlindIndexField))
        if sealed or indexes:
            yield Table(model, sealed, indexes)


def raw(name: str) -> Cast:
    """The column as it is stored."""
    return Cast(name, models.TextField())


def mark(name: str) -> Substr:
    """`k1:`, by which a stored value tells its key; empty where there is none."""
    return Substr(raw(name), 1, StrIndex(raw(name), models.Value(":")))


def stale(table: Table) -> "models.QuerySet[Any]":
    """The rows with a value that another key than the current one holds, unlocked and in no order.

    A sealed value counts only if the ring can open it; an index is made anew whatever made it. The stored columns
    stand beside the row as `stored_<name>`, their marks as `mark_<name>`.
    """
    known = [f"{label}:" for label in field_keys().keys]
    current = f"{index_keys().current[0]}:"
    condition = models.Q()
    for field in table.sealed:
        condition |= models.Q(**{f"mark_{field.name}__in": known[1:]})
    for index in table.indexes:
        condition |= models.Q(**{f"stored_{index.name}__gt": ""}) & ~models.Q(**{f"mark_{index.name}": current})
    return _annotated(table).filter(condition)


def uses(table: Table, column: str) -> Counter[str]:
    """How many values of the column each key holds, by its label; the empty label counts what no key made."""
    rows = _annotated(table).filter(**{f"stored_{column}__gt": ""}).order_by().values_list(f"mark_{column}")
    return Counter({made_by.rstrip(":"): n for made_by, n in rows.annotate(rows_found=models.Count("*"))})


def _annotated(table: Table) -> "models.QuerySet[Any]":
    names = [field.name for field in (*table.sealed, *table.indexes)]
    shown: dict[str, Any] = {f"stored_{name}": raw(name) for name in names}
    shown |= {f"mark_{name}": mark(name) for name in names}
    rows: models.QuerySet[Any] = table.model._base_manager.annotate(**shown)
    return rows
