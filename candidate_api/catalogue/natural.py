"""Natural keys, so that reference data is written in words and loading it again changes nothing."""

from typing import Any, ClassVar

from django.db import models


class NaturalManager(models.Manager[Any]):
    def get_by_natural_key(self, *key: Any) -> Any:
        """The row of that key; raises `DoesNotExist`."""
        return self.get(**dict(zip(self.model.NATURAL_KEY, key, strict=True)))


class Natural(models.Model):
    """Base of reference data. `NATURAL_KEY` are lookups (`plan__major__code`) that together name one row.

    `STAMPED`: public answers show it, so that a change must make cached ones stale (see `stamps`).
    """

    NATURAL_KEY: ClassVar[tuple[str, ...]] = ("code",)
    STAMPED: ClassVar[bool] = True

    objects: ClassVar[NaturalManager] = NaturalManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple[Any, ...]:
        return tuple(_follow(self, lookup) for lookup in self.NATURAL_KEY)


def _follow(row: Any, lookup: str) -> Any:
    for name in lookup.split("__"):
        row = getattr(row, name)
    return row
