"""A question that is asked a thousand times a second: built by the ORM once, asked with other values ever after.

Building a statement costs Django several times what asking it does, and on the morning of a release everybody asks the
same two. The rule stays a queryset, written once; what is not known yet stands in it as `Given`. Nothing of an answer
is kept, so that nothing can go stale. `insert` does the same for rows that are written.

PostgreSQL spends longer on reading and planning such a statement than on answering it: there each connection prepares
it once (PREPARE) and runs it by its name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql import UpdateQuery
from django.db.transaction import TransactionManagementError

Answer = TypeVar("Answer")


class Given(models.Expression):
    """A value that comes with each question."""

    def __init__(self, name: str, field: "models.Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


def each_of(name: str, number: int, field: "models.Field[Any, Any]") -> list[Given]:
    """So many values for an `__in`: `name0`, `name1` and so on; `numbered` gives them."""
    return [Given(f"{name}{place}", field) for place in range(number)]


def numbered(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """What `each_of` asks for."""
    return {f"{name}{place}": value for place, value in enumerate(values)}


class Sql:
    """A statement that is sent as it stands."""

    def __init__(self, text: str) -> None:
        self.text = text

    def with_values(self, given: Sequence[Any], used: Any) -> tuple[str, list[Any]]:
        """What is sent to that database, and the values for its placeholders."""
        return self.text, list(given)


_serial = count(1)
_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # by connection, with which they end


class _PreparedSql(Sql):
    """One that PostgreSQL prepares; a value that is no `Given` belongs to it, so that its plan may count on it."""

    def __init__(self, text: str, params: Sequence[Any]) -> None:
        super().__init__(text)
        self.params = tuple(params)
        self.givens = [one for one in self.params if isinstance(one, Given)]
        self.name = f"question_{next(_serial)}"
        self.asked = f"({', '.join(['%s'] * len(self.givens))})" if self.givens else ""

    def with_values(self, given: Sequence[Any], used: Any) -> tuple[str, list[Any]]:
        if used.vendor == "postgresql":
            self._prepare(used)
            return f"EXECUTE {self.name}{self.asked}", list(given)
        values = iter(given)
        return self.text, [next(values) if isinstance(one, Given) else one for one in self.params]

    def _prepare(self, used: Any) -> None:
        used.ensure_connection()
        known = _prepared.setdefault(used.connection, set())
        if self.name in known:
            return
        with used.connection.cursor() as cursor:  # the driver's own: this is no question of the house
            number = count(1)
            places = [
                f"${next(number)}" if isinstance(one, Given) else cursor.mogrify("%s", [one]) for one in self.params
            ]
            cursor.execute(f"PREPARE {self.name} AS {self.text % tuple(places)}")
        known.add(self.name)


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """A statement with the values that come with it, and how its answer is read."""

    sql: Sql
    given: Sequence[Any]
    read: Callable[[Any], Answer]


def ask(question: Question[Answer]) -> Answer:
    """The answer."""
    used = _used()
    text, params = question.sql.with_values(question.given, used)
    with used.cursor() as cursor:
        cursor.execute(text, params)
        return question.read(cursor)


def together(*questions: Question[Any]) -> list[Any]:
    """The answers of several that need not know of each other, in their order; on PostgreSQL in one round trip, which
    costs more than most of them. Each sees what was committed when its own turn came, as if it had been asked alone."""
    used = _used()
    if used.vendor != "postgresql":
        return [ask(question) for question in questions]
    sent = [question.sql.with_values(question.given, used) for question in questions]
    with used.cursor() as cursor:
        cursor.execute(";\n".join(text for text, _params in sent), [one for _text, params in sent for one in params])
        answers = []
        for question in questions:
            answers.append(question.read(cursor))
            cursor.nextset()
        return answers


@dataclass(frozen=True)
class _Statement:
    """What the ORM made of the question for one database."""

    sql: _PreparedSql
    converters: tuple[tuple[int, Any, Any], ...]
    made_of: Callable[[Sequence[Any]], Any]
    locks: bool


class Prepared:
    """`build` makes the queryset, with a `Given` for each value; `.values()` gives dictionaries, `.values_list()`
    tuples, else objects with what `select_related` and `annotate` name. Asked of the database that holds everything."""

    def __init__(self, build: Callable[[], "models.QuerySet[Any, Any]"]) -> None:
        self._build = build
        self._statement: _Statement | None = None

    def asks(self, read: Callable[[list[Any]], Answer], **given: Any) -> "Question[Answer]":
        """The question as it is asked with these values; its answer is what `read` makes of the rows."""
        statement = self._statement
        if statement is None:
            statement = self._statement = _compiled(self._build())
        used = _used()
        if statement.locks and not used.in_atomic_block:
            raise TransactionManagementError("what is locked must be asked for inside a transaction")

        def answer(cursor: Any) -> Answer:
            return read([statement.made_of(_converted(row, statement, used)) for row in cursor.fetchall()])

        return Question(statement.sql, _bound(statement.sql, given, used), answer)

    def all(self, **given: Any) -> list[Any]:
        """The whole answer, in one query."""
        return ask(self.asks(list, **given))

    def one(self, **given: Any) -> Any:
        """The first row of the answer; None where there is none."""
        return next(iter(self.all(**given)), None)


def _used() -> Any:
    """The connection itself: `django.db.connection` looks it up anew for whatever is asked of it."""
    return connections[DEFAULT_DB_ALIAS]


def _bound(sql: _PreparedSql, given: dict[str, Any], used: Any) -> list[Any]:
    """The values that come with a question, as the database takes them, in the order of the statement."""
    return [one.output_field.get_db_prep_save(given[one.name], used) for one in sql.givens]


def _converted(row: tuple[Any, ...], statement: _Statement, used: Any) -> Sequence[Any]:
    """Values as the fields have them."""
    if not statement.converters:
        return row
    values = list(row)
    for place, converters, expression in statement.converters:
        for converter in converters:
            values[place] = converter(values[place], expression, used)
    return values


def _compiled(rows: "models.QuerySet[Any, Any]") -> _Statement:
    """As the ORM's own iterables do it (django.db.models.query), up to the asking."""
    compiler = rows.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    columns = [column for column, _sql, _alias in compiler.select]
    converters = tuple((place, *found) for place, found in compiler.get_converters(columns).items())
    return _Statement(_PreparedSql(sql, params), converters, _maker(rows, compiler), rows.query.select_for_update)


def _maker(rows: "models.QuerySet[Any, Any]", compiler: Any) -> Callable[[Sequence[Any]], Any]:
    query = rows.query
    if rows._iterable_class is ValuesListIterable:
        return tuple
    if rows._iterable_class is not ModelIterable:
        names = list(query.selected or [*query.values_select, *query.annotation_select])
        return lambda row: dict(zip(names, row, strict=True))
    model, own = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    begin, end = own[0], own[-1] + 1
    attributes = [column.target.attname for column, _sql, _alias in compiler.select[begin:end]]
    annotated = list(compiler.annotation_col_map.items())
    # The types are of a later Django, which asks for one thing more.
    related = get_related_populators(compiler.klass_info, compiler.select, rows.db)  # type: ignore[call-arg]

    def made(row: Sequence[Any]) -> Any:
        found = model.from_db(rows.db, attributes, row[begin:end])
        for populator in related:
            populator.populate(row, found)
        for name, place in annotated:
            setattr(found, name, row[place])
        return found

    return made


class PreparedUpdate:
    """`queryset.update(**values)` with its statement built once; `run` tells how many rows it was."""

    def __init__(self, build: Callable[[], "models.QuerySet[Any, Any]"], **values: Any) -> None:
        self._build, self._values = build, values
        self._sql: _PreparedSql | None = None

    def asks(self, **given: Any) -> Question[int]:
        """The statement as it is run with these values."""
        if self._sql is None:
            query: Any = self._build().query.chain(UpdateQuery)
            query.add_update_values(self._values)
            self._sql = _PreparedSql(*query.get_compiler(connection=connection).as_sql())
        return Question(self._sql, _bound(self._sql, given, _used()), lambda cursor: int(cursor.rowcount))

    def run(self, **given: Any) -> int:
        """Change the rows, in one statement."""
        return ask(self.asks(**given))


# -- writing ----------------------------------------------------------------------------------------------------------
def insert(rows: Sequence[models.Model], *, unless_there: bool = False) -> bool:
    """`inserts`, done."""
    return ask(inserts(rows, unless_there=unless_there))


def inserts(rows: Sequence[models.Model], *, unless_there: bool = False) -> Question[bool]:
    """Write new rows of one model with one statement, as `bulk_create` does, and give them their keys.

    With `unless_there` False says that a unique constraint has refused at least one of them, which takes no savepoint
    to survive; the others are written then, and none has a key. Whoever is told so rolls back, or had one row.
    """
    model = type(rows[0])
    statement = _insertion(model, len(rows), unless_there)
    used = _used()
    params = [field.get_db_prep_save(field.pre_save(row, True), used) for row in rows for field in statement.fields]

    def read(cursor: Any) -> bool:
        keys = cursor.fetchall()
        if len(keys) < len(rows):
            return False
        for row, (key,) in zip(rows, keys, strict=True):
            row.pk, row._state.adding, row._state.db = key, False, DEFAULT_DB_ALIAS
        return True

    return Question(statement.sql, params, read)


@dataclass(frozen=True)
class _Insertion:
    sql: _PreparedSql
    fields: tuple["models.Field[Any, Any]", ...]


@cache
def _insertion(model: type[models.Model], number: int, unless_there: bool) -> _Insertion:
    quoted: Callable[[Any], str] = connection.ops.quote_name
    key = model._meta.pk
    fields = tuple(field for field in model._meta.concrete_fields if field is not key)
    row = f"({', '.join(['%s'] * len(fields))})"
    parts = [
        f"INSERT INTO {quoted(model._meta.db_table)} ({', '.join(quoted(field.column) for field in fields)})",
        f"VALUES {', '.join([row] * number)}",
        "ON CONFLICT DO NOTHING" if unless_there else "",
        f"RETURNING {quoted(key.column)}",
    ]
    givens = [Given(field.name, field) for _row in range(number) for field in fields]
    return _Insertion(_PreparedSql(" ".join(filter(None, parts)), givens), fields)
