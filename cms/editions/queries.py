from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cms.editions.models import Edition


@dataclass(frozen=True)
class Version:
    """What was published when: the same `key` means the same content; `changed_at` is None before the first change."""

    key: str
    changed_at: datetime | None


def version(areas: Collection[str]) -> Version:
    """The present version of these areas together, with one query."""
    rows = list(Edition.objects.filter(area__in=areas).order_by("area"))
    key = ",".join(f"{row.area}={row.number}" for row in rows)
    return Version(key, max((row.changed_at for row in rows), default=None))
