"""Rows on their way into the database: keys first, so that rows can point at each other, then each table in one go.

`bulk_create` would do; on PostgreSQL COPY takes a third of its time. Values are prepared by the model's own fields,
so that what is encrypted or indexed blindly is so here too; only `auto_now_add` is not, since these rows tell of then.
Audit entries, more than half of all rows, never become objects: they are values from the first moment on.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState

from portal.kernel.actor import Actor
from portal.kernel.audit.actions import chain, columns
from portal.kernel.audit.models import AuditEntry, canonical, digest_of, stamp
from portal.kernel.crypto.fields import BlindIndexField, EncryptedTextField

Row = TypeVar("Row", bound=models.Model)
KEYS_AT_ONCE = 20_000
_SQLITE_ADAPTS = (models.DateField, models.DateTimeField, models.UUIDField, models.BooleanField)
_NULL = "\x01"  # in COPY's text; no value of ours is a control character
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Store:
    """Collects unsaved rows of `tables` and writes them, one transaction after another; `written` counts the rows of
    this one."""

    def __init__(self, *tables: type[models.Model]) -> None:
        self._tables = tables
        self._keys: dict[type[models.Model], Iterator[int]] = dict.fromkeys(tables, iter(()))
        self._last: dict[type[models.Model], int] = {}  # reserved, and perhaps not written yet
        self._writers = {model: _Writer(model) for model in tables}
        self._blank = {
            model: {field.attname: field.get_default() for field in model._meta.concrete_fields} for model in tables
        }
        self._pk = {model: model._meta.pk.attname for model in tables}
        self.begin()

    def begin(self) -> None:
        """Forget what was collected: a transaction begins, or begins again."""
        self._rows: dict[type[models.Model], list[Any]] = {model: [] for model in self._tables}
        self._entries: list[tuple[int, str]] = []
        self.written = dict.fromkeys(self._tables, 0)
        if connection.vendor == "sqlite":  # no sequence was drawn from: the next transaction looks again
            self._keys = dict.fromkeys(self._tables, iter(()))

    def key(self, model: type[models.Model]) -> int:
        """A primary key that nobody else gets."""
        found = next(self._keys[model], None)
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
        columns = made.__dict__ = self._blank[model] | values
        if len(columns) != len(self._blank[model]):
            raise TypeError(f"{model.__name__} has no {sorted(values.keys() - self._blank[model].keys())}")
        if columns[self._pk[model]] is None:
            columns[self._pk[model]] = self.key(model)
        columns["_state"] = ModelState()
        self._rows[model].append(made)
        return made

    def note(self, verb: str, subject: models.Model, *, by: Actor, at: datetime, **facts: Any) -> None:
        """An audit entry."""
        at_, *texts, data = columns(verb, subject, by=by, at=at, **facts)
        row = [stamp(at_), *texts, canonical(data)]
        key, digest = self.key(AuditEntry), digest_of(row)
        self._rows[AuditEntry].append([key, *row, digest])
        self._entries.append((key, digest))

    def write(self, *tables: type[models.Model]) -> None:
        """Write what was collected of these tables, or of all."""
        for model in tables or self._tables:
            rows, self._rows[model] = self._rows[model], []
            if rows:
                self._writers[model].write(rows)
                self.written[model] += len(rows)

    def seal(self) -> None:
        """Chain the audit entries that were written: the last that the transaction does (`chain`)."""
        entries, self._entries = self._entries, []
        chain(entries)


def _reserve(model: type[models.Model], number: int, above: int) -> list[int]:
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(sequence)"
                " FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence OFFSET 0) s,"
                " generate_series(1, %s)",
                [table, column, number],
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
        values = [self._row(row) for row in rows]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._table} FROM STDIN WITH (NULL '{_NULL}')") as copy:
                    copy.write(_copied(values))
            else:
                statement = f"INSERT INTO {self._table} VALUES ({self._holes})"  # noqa: S608 -- our own names
                cursor.executemany(statement, values)

    def _row(self, row: Any) -> list[Any]:
        if isinstance(row, list):
            values = row
        else:
            for field in self._blind:
                field.pre_save(row, add=True)
            values = list(self._values(row))
        for place, prepare in self._prepare:
            values[place] = prepare(values[place])
        return values


def _copied(rows: list[list[Any]]) -> bytes:
    """The rows as text for COPY. That a value has to be escaped is rare: it is looked for once, in all of them."""
    lines = ["\t".join([v if type(v) is str else _NULL if v is None else str(v) for v in row]) for row in rows]
    text = "\n".join(lines)
    breaks, tabs = max(len(rows) - 1, 0), sum(len(row) - 1 for row in rows)
    if "\\" in text or "\r" in text or text.count("\n") != breaks or text.count("\t") != tabs:
        safe = [[None if v is None else str(v).translate(_ESCAPED) for v in row] for row in rows]
        text = "\n".join(["\t".join([_NULL if v is None else v for v in row]) for row in safe])
    return text.encode()


def _preparation(field: Any) -> Callable[[Any], Any] | None:
    adapted = isinstance(getattr(field, "target_field", field), _SQLITE_ADAPTS)
    if isinstance(field, models.JSONField):
        return lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.FileField):
        return str
    if isinstance(field, EncryptedTextField) or (connection.vendor == "sqlite" and adapted):
        return lambda value: field.get_db_prep_save(value, connection)
    return None
