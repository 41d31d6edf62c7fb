"""Count up an area's edition when one of its rows is saved or deleted, in the transaction of that change."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Model
from django.db.models.signals import post_delete, post_save

from cms.editions.models import Edition
from portal.kernel import clock

# Who keeps something that has to go when anything is published.
listeners: list[Callable[[], None]] = []


def bump(area: str) -> None:
    """The area has changed."""
    _count(area)
    for told in listeners:
        told()


def _count(area: str) -> None:
    now = clock.now()
    if not Edition.objects.filter(area=area).update(number=F("number") + 1, changed_at=now):
        _, created = Edition.objects.get_or_create(area=area, defaults={"number": 1, "changed_at": now})
        if not created:
            Edition.objects.filter(area=area).update(number=F("number") + 1, changed_at=now)


def watch(area: str, *models: type[Model]) -> None:
    """At start: rows of these models belong to what `area` publishes."""

    def changed(sender: type[Model], **_: Any) -> None:
        bump(area)

    for model in models:
        uid = f"edition:{area}:{model._meta.label_lower}"
        post_save.connect(changed, sender=model, weak=False, dispatch_uid=f"{uid}:save")
        post_delete.connect(changed, sender=model, weak=False, dispatch_uid=f"{uid}:delete")
