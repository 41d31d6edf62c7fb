"""What the checker says. Plain values, no database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from portal.kernel.errors import Words

# Roles (codes of review.offices.states.Role) that read the reports, and those that may have one made now.
MAY_READ = ("administrator", "auditor")
MAY_ASK = ("administrator",)
EVERY = timedelta(hours=6)
KEPT = timedelta(days=90)
FINDINGS_KEPT = 100  # of each invariant


@dataclass(frozen=True)
class Finding:
    """One place where a promise is broken: its code, what is wrong, and which rows (`label:key`), no personal data."""

    code: str
    sentence: Words
    objects: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code} {self.sentence} {' '.join(self.objects)}"


@dataclass(frozen=True)
class Invariant:
    """What holds at all times. `find` yields where it does not, `rows` counts what it looks at; neither repairs."""

    code: str
    promise: Words
    find: Callable[[], Iterator[Finding]]
    rows: Callable[[], int]


@dataclass(frozen=True)
class Checked:
    """One invariant after a look: how many rows were looked at, and what was found."""

    invariant: Invariant
    rows: int
    findings: list[Finding]
