"""What a kind of import is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import Field
from django.utils.translation import gettext_lazy as _

from candidate_api.imports import rules
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import MOST_ROWS, Column
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem, Words

NUMBER = Column("number", _("准考证号"), ("考号", "ZKZH", "ZKZ"), rules.candidate_number)
NAME = Column("name", _("姓名"), ("考生姓名", "XM"), rules.name)
COURSE = Column("course", _("课程代码"), ("课程", "课程代号", "KCDM"), rules.course_code)


@dataclass(slots=True)
class Reading:
    """A row that is being checked: what its cells say, whose it is, what it would write (`after`, by column), that the
    record says the same already (`same`), or what is wrong with it."""

    number: int
    given: dict[str, Any]
    wrong: str = ""
    candidate: int | None = None
    after: dict[str, Any] = field(default_factory=dict)
    same: bool = False


Judge = Callable[[list[Reading]], None]


class Tell(Protocol):
    def __call__(self, batch: ImportBatch, *, undone: bool) -> None: ...


class Writer(Protocol):
    """What writes a checked batch, and takes it back; each says of how many lines. In the caller's transaction."""

    def insert(self) -> int: ...

    def update(self, *, to: str, was: str) -> int: ...

    def delete(self) -> int: ...


@dataclass(frozen=True)
class Kind(ABC):
    """A kind of file: its columns, and the rule that makes of a row of cells what would be written.

    `prepare` reads once what the rule needs, and answers the rule: it gives every sound reading its `after` or its
    `wrong`. A line is found by its candidate and the columns `key`; the file decides `values`, but those in `lasting`
    only when a line is new. `of_session` is about a session; `of_exams` is what was sat on its days, and so not before
    the last. `one_of` are columns of which the file has one at least. `settle` holds the lines of a whole checked file
    against each other, `contradicts` says that the record does not hold together once they are written or taken back.
    `dependents` says why a written batch cannot be taken back. `tell` has those know whose record is another now.
    """

    code: str
    label: Words
    explains: Words
    columns: tuple[Column, ...]
    values: tuple[str, ...]
    prepare: Callable[[ImportBatch], Judge]
    key: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    of_session: bool = False
    of_exams: bool = False
    adds: bool = True
    most_rows: int = MOST_ROWS
    one_of: tuple[Column, ...] = ()
    settle: Callable[[ImportBatch], None] = lambda batch: None
    contradicts: Callable[[ImportBatch], bool] = lambda batch: False
    tell: Tell = lambda batch, *, undone: None
    dependents: Callable[[ImportBatch], Iterator[str]] = lambda batch: iter(())

    @abstractmethod
    def fields(self) -> "dict[str, Field[Any, Any]]":
        """What the preview shows of a line, by column: each with its label, its choices, or the table it points at."""

    @abstractmethod
    def existing(self, batch: ImportBatch, candidates: set[int]) -> dict[str, dict[str, Any]]:
        """What stands in the record of these candidates now: values as plain ones, by the line's key."""

    @abstractmethod
    def writer(self, batch: ImportBatch, *, by: Actor) -> Writer:
        """What writes this batch and takes it back."""

    def name(self, values: tuple[Any, ...]) -> str:
        """A key as text."""
        return ":".join(map(str, values))

    def key_of(self, reading: Reading) -> str:
        return self.name((reading.candidate, *(reading.after[column] for column in self.key)))


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Offer a kind at the desk, from now on."""
    KINDS[kind.code] = kind


def kind_of(code: str) -> Kind:
    """The kind of that code; `not_found` where there is none."""
    if code not in KINDS:
        raise Problem(Code.NOT_FOUND)
    return KINDS[code]
