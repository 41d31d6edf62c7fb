from typing import Any

from django.db.models import Model, Q, QuerySet

from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.rules import READERS


def history(subject: Model) -> "QuerySet[Any]":
    """What was done to one thing, newest first; who may read of it is decided by who shows it."""
    rows: QuerySet[Any] = AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return rows.order_by("-pk")


def about(*subjects: Model, actor: Actor) -> "QuerySet[Any]":
    """What was done to these, newest first, as far as the actor reads the log."""
    named = Q()
    for subject in subjects:
        named |= Q(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
    return visible_to(actor).filter(named).order_by("-pk")


def visible_to(actor: Actor) -> "QuerySet[Any]":
    """The whole log for those who read it, nothing for others."""
    rows: QuerySet[Any] = AuditEntry.objects.all()
    return rows if actor.has_role(*READERS) else rows.none()
