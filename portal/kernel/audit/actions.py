"""Write an entry; chain the entries; verify the chain."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import models, transaction
from django.db.models import Exists, OuterRef

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry, AuditLink
from portal.kernel.prepared import insert

logger = structlog.get_logger("portal.audit")
GENESIS = "0" * 64
UNLINKED_AFTER = timedelta(minutes=10)


def entry(verb: str, subject: models.Model, *, by: Actor, **facts: Any) -> AuditEntry:
    """An unsaved entry, for verbs that write many at once with `insert`. `facts` as for `columns`."""
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
    insert([made])
    return made


def seal(limit: int = 5000) -> int:
    """Chain up to `limit` entries that have no link yet, oldest first; how many were chained.

    Runs alone: the last link is locked, and the unique position refuses a rival that got past it. The new end is also
    said in the log lines, which lie elsewhere: `verify` of that end finds a chain that was cut short.
    """
    with transaction.atomic():
        last = AuditLink.objects.select_for_update().order_by("position").last()
        position, digest = (last.position, last.hash) if last else (0, GENESIS)
        links = []
        for made in AuditEntry.objects.filter(link=None).order_by("pk")[:limit]:
            position, digest = position + 1, _hash(digest, made)
            links.append(AuditLink(position=position, entry=made, hash=digest))
        AuditLink.objects.bulk_create(links)
    if links:
        logger.info("audit_sealed", end=f"{position}:{digest}")
    return len(links)


def end() -> str:
    """Where the chain ends now, as `position:hash`."""
    last = AuditLink.objects.order_by("position").last()
    return f"{last.position}:{last.hash}" if last else f"0:{GENESIS}"


def verify(known_end: str = "") -> Iterator[str]:
    """What is wrong with the log, in words; nothing when all is well. Reads the whole log in order.

    The database alone cannot know that its last entries and their links are gone together: `known_end`, an earlier
    `end` that was kept elsewhere, tells.
    """
    if known_end and not _contains(known_end):
        yield f"the chain no longer holds {known_end}"
    entries = AuditEntry.objects.filter(pk=OuterRef("entry_id"))
    for link in AuditLink.objects.filter(~Exists(entries)).order_by("position").iterator(chunk_size=2000):
        yield f"entry {link.entry_id} at position {link.position} was removed"
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


def _contains(known_end: str) -> bool:
    position, _colon, digest = known_end.partition(":")
    if not position.isdecimal():
        return False
    return position == "0" or AuditLink.objects.filter(position=int(position), hash=digest).exists()


def _hash(previous: str, made: AuditEntry) -> str:
    return hashlib.sha256(f"{previous}:{made.pk}:{made.digest}".encode()).hexdigest()
