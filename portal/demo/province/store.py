"""Rows on their way into the database: keys first, so that rows can point at each other, then each table in one go.

`bulk_create` would do; on PostgreSQL COPY takes a third of its time. Values are prepared by the model's own fields,
so that what is encrypted or indexed blindly is so here too; only `auto_now_add` is not, since these rows tell of then.
"""

import json
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

from portal.kernel.audit.actions import columns
from portal.kernel.audit.models import AuditEntry
from portal.kernel.crypto.fields import BlindIndexField, EncryptedTextField

Row = TypeVar("Row", bound=models.Model)
Batch = dict[type[models.Model], list[Any]]
KEYS_AT_ONCE = 5000
_SQLITE_ADAPTS = (models.DateField, models.DateTimeField, models.UUIDField, models.BooleanField)


class Store:
    """Collects unsaved rows of `models` and writes them in that order; use it inside one transaction."""

    def __init__(self, *tables: type[models.Model]) -> None:
        self._rows: Batch = {model: [] for model in tables}
        self._keys: dict[type[models.Model], Iterator[int]] = {}
        self._last: dict[type[models.Model], int] = {}  # reserved, and perhaps not written yet
        self._writers = {model: _Writer(model) for model in tables}
        self._blank = {
            model: {field.attname: field.get_default() for field in model._meta.concrete_fields} for model in tables
        }
        self.written = dict.fromkeys(tables, 0)

    def key(self, model: type[models.Model]) -> int:
        """A primary key that nobody else gets."""
        found = next(self._keys.get(model, iter(())), None)
        if found is None:
            keys = _reserve(model, KEYS_AT_ONCE, self._last.get(model, 0))
            self._keys[model], self._last[model] = iter(keys), keys[-1]
            found = next(self._keys[model])
        return found

    def row(self, model: type[Row], **values: Any) -> Row:
        """A new row of these columns (by `attname`), to be written with the others; may be changed until then.

        Made past `Model.__init__`, its signals and the guard of the state: that would be half of all the work.
        """
        made = model.__new__(model)
        columns = made.__dict__
        columns.update(self._blank[model], _state=ModelState())
        expected = len(columns)
        columns.update(values)
        if len(columns) != expected:
            raise TypeError(f"{model.__name__} has no {sorted(values.keys() - self._blank[model].keys())}")
        if columns[model._meta.pk.attname] is None:
            columns[model._meta.pk.attname] = self.key(model)
        self._rows[model].append(made)
        return made

    def note(self, verb: str, subject: models.Model, **facts: Any) -> None:
        """An audit entry."""
        made = self.row(AuditEntry, **columns(verb, subject, **facts))
        made.digest = made.expected_digest()

    def take(self) -> Batch:
        """What was collected; the store begins anew."""
        batch, self._rows = self._rows, {model: [] for model in self._rows}
        if connection.vendor == "sqlite":
            self._keys.clear()  # the next transaction looks again: there is no sequence that it has drawn from
        return batch

    def write(self, batch: Batch) -> None:
        """Write a batch in the caller's transaction; any thread may."""
        for model, rows in batch.items():
            if rows:
                self._writers[model].write(rows)
                self.written[model] += len(rows)


def _reserve(model: type[models.Model], number: int, above: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, number]
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds SQLite's only write lock: the next keys are ours.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        first = max(last[0] if last else 0, above) + 1
        return list(range(first, first + number))


class _Writer:
    """One table: which columns, and what has to be done to which value."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = model._meta.concrete_fields
        quote = connection.ops.quote_name
        columns = ", ".join(quote(field.column) for field in fields)
        self._table = f"{quote(model._meta.db_table)} ({columns})"
        self._holes = ", ".join(["%s"] * len(fields))
        self._blind = [field for field in fields if isinstance(field, BlindIndexField)]
        self._values = attrgetter(*[field.attname for field in fields])
        self._prepare = [(place, do) for place, field in enumerate(fields) if (do := _preparation(field))]

    def write(self, rows: list[Any]) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._table} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(self._row(row))
            else:
                statement = f"INSERT INTO {self._table} VALUES ({self._holes})"  # noqa: S608 -- our own names
                cursor.executemany(statement, [self._row(row) for row in rows])

    def _row(self, row: Any) -> list[Any]:
        for field in self._blind:
            field.pre_save(row, add=True)
        values = list(self._values(row))
        for place, prepare in self._prepare:
            values[place] = prepare(values[place])
        return values


def _preparation(field: Any) -> Callable[[Any], Any] | None:
    adapted = isinstance(getattr(field, "target_field", field), _SQLITE_ADAPTS)
    if isinstance(field, models.JSONField):
        return lambda value: json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.FileField):
        return str
    if isinstance(field, EncryptedTextField) or (connection.vendor == "sqlite" and adapted):
        return lambda value: field.get_db_prep_save(value, connection)
    return None
