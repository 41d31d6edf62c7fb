"""A kind whose lines are rows of one table, written set by set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Field, Model

from candidate_api.imports.kinds.kind import Kind
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.statements import Writing
from portal.kernel.actor import Actor


@dataclass(frozen=True, kw_only=True)
class TableKind(Kind):
    """A row of `model` is found by `owner` (where the candidate's key stands), the columns `key`, and `fixed`, which is
    the same for the whole batch. `stamp` is set whenever a row is written."""

    model: type[Model]
    owner: str = "candidate_id"
    stamp: str = "recorded_at"
    fixed: Callable[[ImportBatch], dict[str, Any]] = lambda batch: {}

    def fields(self) -> "dict[str, Field[Any, Any]]":
        read = {column.code for column in self.columns}
        names = [name for name in (*self.key, *self.values) if name not in self.lasting or name in read]
        return {name: self.model._meta.get_field(name) for name in names}  # type: ignore[misc]

    def existing(self, batch: ImportBatch, candidates: set[int]) -> dict[str, dict[str, Any]]:
        rows = self.model._default_manager.filter(**{f"{self.owner}__in": candidates})
        for name, value in self.fixed(batch).items():
            rows = rows.filter(**({name: value} if value is not None else {f"{name}__isnull": True}))
        width = 1 + len(self.key)
        found = {}
        for row in rows.values_list(self.owner, *self.key, *self.values):
            found[self.name(row[:width])] = dict(zip(self.values, map(_plain, row[width:]), strict=True))
        return found

    def writer(self, batch: ImportBatch, *, by: Actor) -> Writing:
        return Writing(self, batch)


def _plain(value: Any) -> Any:
    """The value as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value
