"""What the house holds about a person, told by each noun on its page `privacy.py`: what, how long, how to hand it out
and how to blank it. Export and erasure walk through all of it; a test misses whoever does not tell.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from portal.kernel.errors import Words
from portal.kernel.users.models import User

BLANKED = "******"


@dataclass(frozen=True)
class Holding:
    """`rows` are a person's rows of `model`, `columns` what an export tells of them (names as in `values()`).

    `kept` says how long it stays and why. `blank` takes away what an erasure takes, in the caller's transaction; None
    where the law keeps all of it. `in_words` gives the same rows as people read them, where the names and choices of a
    model's fields cannot say it.
    """

    model: type[models.Model]
    what: Words
    kept: Words
    rows: Callable[[User], "models.QuerySet[Any]"]
    columns: tuple[str, ...]
    blank: Callable[[User], None] | None = None
    in_words: Callable[[User], list[dict[str, Any]]] | None = None

    def rows_of(self, user: User) -> list[dict[str, Any]]:
        """What an export tells of the person's rows, in order."""
        return list(self.rows(user).order_by("pk").values(*self.columns))


def plain(value: Any) -> Any:
    """A value of a row, for JSON."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


REGISTRY: dict[str, Holding] = {}


def holds(*holdings: Holding) -> None:
    """Tell at start what is held; each model once."""
    for holding in holdings:
        name = holding.model._meta.label_lower
        if name in REGISTRY:
            raise ValueError(f"{name} is told twice")
        REGISTRY[name] = holding
