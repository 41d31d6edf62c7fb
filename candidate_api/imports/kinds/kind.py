"""What a kind of import is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from candidate_api.imports import rules
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import Column
from portal.kernel.errors import Code, Problem, Words

NUMBER = Column("number", _("准考证号"), ("考号", "ZKZH", "ZKZ"), rules.candidate_number)
NAME = Column("name", _("姓名"), ("考生姓名", "XM"), rules.name)
COURSE = Column("course", _("课程代码"), ("课程", "课程代号", "KCDM"), rules.course_code)


@dataclass(slots=True)
class Reading:
    """A row that is being checked: what its cells say, whose it is, what it would write (`after`, by column) or what
    is wrong with it."""

    number: int
    given: dict[str, Any]
    wrong: str = ""
    candidate: int | None = None
    after: dict[str, Any] = field(default_factory=dict)


Judge = Callable[[list[Reading]], None]


@dataclass(frozen=True)
class Kind:
    """A kind of file: its columns, the table that it writes to, and the rule that makes rows of cells.

    A row of the table is found by `owner` (where the candidate's key stands), the columns `key`, and `fixed`, which is
    the same for the whole batch. The file decides `values`, but those in `lasting` only when a row is new. `prepare`
    reads once what the rule needs, and answers the rule: it gives every sound reading its `after` or its `wrong`.
    `stamp` is set whenever a row is written. `dependents` says why a written batch cannot be taken back.
    """

    code: str
    label: Words
    explains: Words
    model: type[Model]
    columns: tuple[Column, ...]
    values: tuple[str, ...]
    prepare: Callable[[ImportBatch], Judge]
    key: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    owner: str = "candidate_id"
    stamp: str = "recorded_at"
    of_session: bool = False
    adds: bool = True
    fixed: Callable[[ImportBatch], dict[str, Any]] = lambda batch: {}
    dependents: Callable[[ImportBatch], Iterator[str]] = lambda batch: iter(())

    def existing(self, batch: ImportBatch, candidates: set[int]) -> dict[str, dict[str, Any]]:
        """What the table holds of these candidates now: values as plain ones, by the row's key."""
        rows = self.model._default_manager.filter(**{f"{self.owner}__in": candidates})
        for name, value in self.fixed(batch).items():
            rows = rows.filter(**({name: value} if value is not None else {f"{name}__isnull": True}))
        width = 1 + len(self.key)
        found = {}
        for row in rows.values_list(self.owner, *self.key, *self.values):
            found[self.name(row[:width])] = dict(zip(self.values, map(plain, row[width:]), strict=True))
        return found

    def name(self, values: tuple[Any, ...]) -> str:
        """A key as text."""
        return ":".join(map(str, values))

    def key_of(self, reading: Reading) -> str:
        return self.name((reading.candidate, *(reading.after[column] for column in self.key)))


def plain(value: Any) -> Any:
    """The value as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Offer a kind at the desk, from now on."""
    KINDS[kind.code] = kind


def kind_of(code: str) -> Kind:
    """The kind of that code; `not_found` where there is none."""
    if code not in KINDS:
        raise Problem(Code.NOT_FOUND)
    return KINDS[code]
