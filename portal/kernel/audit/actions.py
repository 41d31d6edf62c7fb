"""Write an entry; chain the entries; verify the chain."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry, AuditLink

GENESIS = "0" * 64
UNLINKED_AFTER = timedelta(minutes=10)


def entry(verb: str, subject: models.Model, *, by: Actor, **facts: Any) -> AuditEntry:
    """An unsaved entry, for verbs that write many at once with `bulk_create`. `facts` as for `columns`."""
    made = AuditEntry(**columns(verb, subject, by=by, **facts))
    made.digest = made.expected_digest()
    return made


def columns(
    verb: str,
    subject: models.Model,
    *,
    by: Actor,
    from_state: str = "",
    to_state: str = "",
    note: str = "",
    at: datetime | None = None,
    **data: Any,
) -> dict[str, Any]:
    """What an entry holds, but for its digest; `at` where it tells of another instant than now (histories that are
    brought in)."""
    return {
        "at": at or clock.now(),
        "actor_id": by.user_id,
        "actor_name": by.name,
        "channel": by.channel,
        "address": by.address,
        "request_id": by.request_id,
        "verb": verb,
        "subject_type": subject._meta.label_lower,
        "subject_id": str(subject.pk),
        "from_state": from_state,
        "to_state": to_state,
        "note": note,
        "data": data,
    }


def record(verb: str, subject: models.Model, *, by: Actor, **facts: Any) -> AuditEntry:
    """Write one entry in the caller's transaction. `verb` is `noun.verb`; `data` must hold no personal values."""
    made = entry(verb, subject, by=by, **facts)
    made.save(force_insert=True)
    return made


def seal(limit: int = 5000) -> int:
    """Chain up to `limit` entries that have no link yet, oldest first; how many were chained.

    Runs alone: the last link is locked, and the unique position refuses a rival that got past it.
    """
    with transaction.atomic():
        last = AuditLink.objects.select_for_update().order_by("position").last()
        position, digest = (last.position, last.hash) if last else (0, GENESIS)
        links = []
        for made in AuditEntry.objects.filter(link=None).order_by("pk")[:limit]:
            position, digest = position + 1, _hash(digest, made)
            links.append(AuditLink(position=position, entry=made, hash=digest))
        AuditLink.objects.bulk_create(links)
    return len(links)


def verify() -> Iterator[str]:
    """What is wrong with the log, in words; nothing when all is well. Reads the whole log in order."""
    position, digest = 0, GENESIS
    for link in AuditLink.objects.select_related("entry").order_by("position").iterator(chunk_size=2000):
        position += 1
        if link.position != position:
            yield f"position {position} is missing from the chain"
            position = link.position
        if link.entry.digest != link.entry.expected_digest():
            yield f"entry {link.entry_id} was altered"
        if link.hash != _hash(digest, link.entry):
            yield f"the chain breaks at position {link.position} (entry {link.entry_id})"
        digest = link.hash
    late = AuditEntry.objects.filter(link=None)
    for made in late.order_by("pk").iterator(chunk_size=2000):
        if made.digest != made.expected_digest():
            yield f"entry {made.pk} was altered"
        if made.at < clock.now() - UNLINKED_AFTER:
            yield f"entry {made.pk} of {made.at:%Y-%m-%d %H:%M} is not chained"


def _hash(previous: str, made: AuditEntry) -> str:
    return hashlib.sha256(f"{previous}:{made.pk}:{made.digest}".encode()).hexdigest()
