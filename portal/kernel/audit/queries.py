from typing import Any

from django.db.models import QuerySet

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.rules import READERS


def visible_to(actor: Actor) -> "QuerySet[Any]":
    """The whole log for those who read it, nothing for others."""
    rows: QuerySet[Any] = AuditEntry.objects.all()
    return rows if actor.has_role(*READERS) else rows.none()
