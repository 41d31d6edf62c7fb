"""When the reference data last changed: read by every conditional GET, moved on by every change.

Catalogue and sessions share one stamp: they change together, a few times a year.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from candidate_api.catalogue.models import Stamp
from candidate_api.catalogue.natural import Natural
from portal.kernel import clock

NAME = "reference"
_held: ContextVar[bool] = ContextVar("stamp_held", default=False)


@dataclass(frozen=True)
class Version:
    """`tag` is another after every change; `changed_at` is None while there is no data yet."""

    tag: str
    changed_at: datetime | None


def current() -> Version:
    """The version of the reference data. One query."""
    row = Stamp.objects.filter(pk=NAME).values_list("version", "changed_at").first()
    return Version(str(row[0]), row[1]) if row else Version("0", None)


def touch() -> None:
    """Say, in the transaction of a change, that there was one. `QuerySet.update()` must be followed by it."""
    now = clock.now()
    if not Stamp.objects.filter(pk=NAME).update(version=F("version") + 1, changed_at=now):
        _, made = Stamp.objects.get_or_create(pk=NAME, defaults={"changed_at": now})
        if not made:
            touch()


def lock() -> None:
    """One change at a time until the caller's transaction ends, for changes that are checked against other rows."""
    Stamp.objects.get_or_create(pk=NAME, defaults={"changed_at": clock.now()})
    Stamp.objects.select_for_update(of=("self",), no_key=True).get(pk=NAME)


@contextmanager
def held() -> Iterator[None]:
    """Leave the stamp alone while many rows change; whoever holds it calls `touch()` once."""
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)


@receiver([post_save, post_delete])
def _changed(sender: type[Any], **_: Any) -> None:
    if issubclass(sender, Natural) and sender.STAMPED and not _held.get():
        touch()


@receiver(m2m_changed)
def _links_changed(instance: Any, action: str, **_: Any) -> None:
    if action.startswith("post_"):
        _changed(type(instance))
