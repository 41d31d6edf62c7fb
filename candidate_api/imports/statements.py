"""Lines into the database and out of it, set by set: no row of them passes through Python a second time.

The same SQL for PostgreSQL and SQLite but for two words, by which a JSON value is taken out and two values that may be
NULL are compared. A line's row is found by its key, and only where it still holds what the batch has seen there: the
number of rows found is the proof that nothing has come between.
"""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from candidate_api.candidates.models import Candidate
from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.states import Verdict
from portal.kernel import clock

if TYPE_CHECKING:
    from candidate_api.imports.kinds.table import TableKind

COLUMNS = ("batch_id", "number", "candidate_id", "verdict", "reason", "key", "after", "before")


def stage(rows: Iterable[tuple[Any, ...]]) -> None:
    """Write lines; each row has the values of COLUMNS, the last two as plain values."""
    table, columns = _name(ImportLine), ", ".join(map(_quote, COLUMNS))
    made = [(*row[:-2], _text(row[-2]), _text(row[-1])) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in made:
                    copy.write_row(row)
        else:
            holes = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({holes})", made)  # noqa: S608 -- our own names


def refuse_duplicates(batch_id: int, sentence: str) -> None:
    """Refuse the lines that mean the same row of the record; `sentence` has a place for the `{first}` of them."""
    head, tail = sentence.split("{first}")
    line, refused = _name(ImportLine), Verdict.REFUSED.value
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {line} AS l SET verdict = %s, reason = %s || d.first_number || %s"  # noqa: S608 -- our own names
            f" FROM (SELECT key, min(number) AS first_number FROM {line} WHERE batch_id = %s AND verdict <> %s"
            " GROUP BY key HAVING count(*) > 1) d"
            " WHERE l.batch_id = %s AND l.verdict <> %s AND l.key = d.key",
            [refused, head, tail, batch_id, refused, batch_id, refused],
        )


def lock_candidates(batch_id: int) -> int:
    """Lock the records that the batch writes to, in order of their keys: a merger waits, or has been and is seen.
    How many of them are merged away. The lock stands inside, the count outside, so that no row reaches Python."""
    lock = {"postgresql": "FOR NO KEY UPDATE", "sqlite": ""}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state = 'merged') FROM"  # noqa: S608 -- our own names
            f" (SELECT id, state FROM {_name(Candidate)} WHERE id IN (SELECT candidate_id FROM {_name(ImportLine)}"
            f" WHERE batch_id = %s AND verdict IN (%s, %s)) ORDER BY id {lock}) AS locked",
            [batch_id, Verdict.NEW, Verdict.CHANGED],
        )
        return int(cursor.fetchone()[0])


def count_anew() -> None:
    """Have PostgreSQL look at the lines that were just written: by what it knew before, it would plan for a few."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {_name(ImportLine)}")


class Writing:
    """The statements of one batch."""

    def __init__(self, kind: "TableKind", batch: ImportBatch) -> None:
        self.kind, self.batch, self.meta = kind, batch, kind.model._meta
        self.fixed = kind.fixed(batch)

    def insert(self) -> int:
        """Write the new rows; how many."""
        filled = (self.kind.owner, *self.kind.key, *self.kind.values)
        given = self._defaults(filled) | self.fixed | self._stamp()
        columns = ", ".join(map(self._column, [*filled, *given]))
        values = ["l.candidate_id", *(self._json("after", name) for name in filled[1:]), *(["%s"] * len(given))]
        return self._run(
            f"INSERT INTO {_name(self.kind.model)} ({columns}) SELECT {', '.join(values)}"  # noqa: S608 -- our own names
            f" FROM {_name(ImportLine)} l WHERE l.batch_id = %s AND l.verdict = %s ORDER BY l.number",
            [*given.values(), self.batch.pk, Verdict.NEW],
        )

    def update(self, *, to: str, was: str) -> int:
        """Make the changed rows what the lines say in column `to`, where they are what `was` says; how many."""
        sets = [f"{self._column(name)} = {self._json(to, name)}" for name in self.kind.values]
        sets += [f"{self._column(name)} = %s" for name in self._stamp()]
        where, given = self._found(was)
        return self._run(
            f"UPDATE {_name(self.kind.model)} AS t SET {', '.join(sets)} FROM {_name(ImportLine)} l WHERE {where}",  # noqa: S608 -- our own names
            [*self._stamp().values(), *given, Verdict.CHANGED],
        )

    def delete(self) -> int:
        """Take away the rows that the batch has added, where they are still what it wrote; how many."""
        table, pk = _name(self.kind.model), _quote(self.meta.pk.column)
        where, given = self._found("after")
        return self._run(
            f"DELETE FROM {table} WHERE {pk} IN"  # noqa: S608 -- our own names
            f" (SELECT t.{pk} FROM {table} t JOIN {_name(ImportLine)} l ON {where})",
            [*given, Verdict.NEW],
        )

    def _found(self, told: str) -> tuple[str, list[Any]]:
        """The condition that row t is the one of line l and holds what the line's column `told` says."""
        same = {"postgresql": "IS NOT DISTINCT FROM", "sqlite": "IS"}[connection.vendor]
        parts = [f"t.{self._column(self.kind.owner)} = l.candidate_id"]
        parts += [f"t.{self._column(name)} = {self._json('after', name)}" for name in self.kind.key]
        parts += [
            f"t.{self._column(name)} IS NULL" if value is None else f"t.{self._column(name)} = %s"
            for name, value in self.fixed.items()
        ]
        parts += [f"t.{self._column(name)} {same} {self._json(told, name)}" for name in self.kind.values]
        given = [value for value in self.fixed.values() if value is not None]
        return " AND ".join([*parts, "l.batch_id = %s", "l.verdict = %s"]), [*given, self.batch.pk]

    def _defaults(self, filled: Sequence[str]) -> dict[str, Any]:
        fields = [field for field in self.meta.concrete_fields if not field.primary_key and field.attname not in filled]
        return {field.attname: field.get_default() for field in fields}

    def _stamp(self) -> dict[str, Any]:
        name = self.kind.stamp
        return {name: self.meta.get_field(name).get_db_prep_save(clock.now(), connection)} if name else {}

    def _column(self, attname: str) -> str:
        return _quote(self.meta.get_field(attname).column)

    def _json(self, column: str, attname: str) -> str:
        where, field = f"l.{_quote(column)}", self.meta.get_field(attname)
        if connection.vendor == "sqlite":
            return f"json_extract({where}, '$.{attname}')"
        value = f"{where} ->> '{attname}'"
        return f"({value})" if isinstance(field, models.CharField) else f"CAST({value} AS {field.db_type(connection)})"

    def _run(self, statement: str, values: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _name(model: type[models.Model]) -> str:
    return _quote(model._meta.db_table)


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
