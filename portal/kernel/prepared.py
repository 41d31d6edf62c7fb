"""A question that is asked a thousand times a second: built by the ORM once, asked with other values ever after.

Building a statement costs Django several times what asking it does, and on the morning of a release everybody asks the
same two. The rule stays a queryset, written once; what is not known yet stands in it as `Given`. Nothing of an answer
is kept, so that nothing can go stale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models.query import ModelIterable, get_related_populators


class Given(models.Expression):
    """A value that comes with each question."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True)
class _Statement:
    """What the ORM made of the question for one database."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Any, Any], ...]
    made_of: Callable[[list[Any]], Any]


class Prepared:
    """`build` makes the queryset, with a `Given` for each value; `.values()` gives dictionaries, else objects with
    what `select_related` names. Asked of the database that holds everything."""

    def __init__(self, build: Callable[[], "models.QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._statement: _Statement | None = None

    def all(self, **given: Any) -> list[Any]:
        """The whole answer, in one query."""
        statement = self._statement
        if statement is None:
            statement = self._statement = _compiled(self._build())
        params = [
            one.output_field.get_db_prep_value(given[one.name], connection) if isinstance(one, Given) else one
            for one in statement.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            rows = cursor.fetchall()
        return [statement.made_of(_converted(row, statement)) for row in rows]

    def one(self, **given: Any) -> Any:
        """The row of a question that has one at most; None where there is none."""
        return next(iter(self.all(**given)), None)


def _converted(row: tuple[Any, ...], statement: _Statement) -> list[Any]:
    """Values as the fields have them."""
    values = list(row)
    for place, converters, expression in statement.converters:
        for converter in converters:
            values[place] = converter(values[place], expression, connection)
    return values


def _compiled(rows: "models.QuerySet[Any, Any]") -> _Statement:
    """As the ORM's own iterables do it (django.db.models.query), up to the asking."""
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    converters = tuple((place, *found) for place, found in compiler.get_converters(columns).items())
    return _Statement(sql, tuple(params), converters, _maker(rows, compiler))


def _maker(rows: "models.QuerySet[Any, Any]", compiler: Any) -> Callable[[list[Any]], Any]:
    query = rows.query
    if rows._iterable_class is not ModelIterable:
        names = list(query.selected or [*query.values_select, *query.annotation_select])
        return lambda row: dict(zip(names, row, strict=True))
    model, own = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    begin, end = own[0], own[-1] + 1
    attributes = [column.target.attname for column, _sql, _alias in compiler.select[begin:end]]
    related = get_related_populators(compiler.klass_info, compiler.select, rows.db)

    def made(row: list[Any]) -> Any:
        found = model.from_db(rows.db, attributes, row[begin:end])
        for populator in related:
            populator.populate(row, found)
        return found

    return made
