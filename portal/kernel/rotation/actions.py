"""Move what is stored to the key that stands first: batch by batch, while the house is open.

Which rows are left is read from the rows themselves, so a run that was interrupted is taken up by the next, and two
runs at once share the work. A row that somebody else holds is passed over and found again in the next round: nobody
waits for us with another lock in hand, and what they write is never overwritten with what stood there before.

Append-only rows keep their key (docs/decisions/append-only-rows-keep-their-key.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, models, transaction

from portal.kernel.crypto.keys import field_keys, index_keys
from portal.kernel.crypto.sealing import Undecipherable, blind_index, open_sealed
from portal.kernel.rotation.queries import Table, stale, tables


@dataclass(frozen=True)
class Step:
    """One batch of a table, committed: `rewritten` rows, and of the others, by primary key, why they stayed."""

    table: Table
    rewritten: int
    faults: dict[Any, str] = field(default_factory=dict)


def rotate(batch: int = 500) -> Iterator[Step]:
    """Rewrite every column that is not under the current keys; a step after each commit.

    Goes round until a round finds nothing more to do; rows that do not open, and rows that others hold all along,
    are left as they are.
    """
    for table in tables():
        if table.append_only:
            continue
        moved = True
        while moved:
            moved = False
            step, last = rewrite(table, batch)
            while last is not None:
                moved = moved or step.rewritten > 0
                yield step
                step, last = rewrite(table, batch, after=last)


@transaction.atomic
def rewrite(table: Table, batch: int, after: Any = None) -> tuple[Step, Any]:
    """Rewrite the next `batch` rows behind the primary key `after`; with it the last one seen, None at the end."""
    rows = stale(table).order_by("pk").select_for_update(skip_locked=True)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    columns = [column.name for column in (*table.sealed, *table.indexes)]
    done, faults, last = 0, {}, None
    for last, *stored in rows.values_list("pk", *(f"stored_{name}" for name in columns))[:batch]:
        try:
            _write(table.model, last, _renewed(table, dict(zip(columns, stored, strict=True))))
            done += 1
        except (Undecipherable, IntegrityError) as error:
            faults[last] = str(error).partition("\n")[0]
    return Step(table, done, faults), last


def _write(model: type[models.Model], pk: Any, values: dict[str, Any]) -> None:
    with transaction.atomic():  # a row that breaks a constraint must not take its batch with it
        model._base_manager.filter(pk=pk).update(**values)


def _renewed(table: Table, stored: dict[str, Any]) -> dict[str, Any]:
    """The columns to write: texts, which the field seals under the current key, and digests under the current key."""
    seals, digests = f"{field_keys().current[0]}:", f"{index_keys().current[0]}:"
    texts = {
        column.name: open_sealed(stored[column.name], column.bound_to) for column in table.sealed if stored[column.name]
    }
    values: dict[str, Any] = {name: text for name, text in texts.items() if not stored[name].startswith(seals)}
    for index in table.indexes:
        if stored[index.name] and not stored[index.name].startswith(digests):
            text = texts.get(index.source)
            values[index.name] = blind_index(text, index.bound_to) if text else None
    return values
