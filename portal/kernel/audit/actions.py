"""Write an entry; chain the entries; verify the chain."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry, AuditLink
from portal.kernel.prepared import insert

logger = structlog.get_logger("portal.audit")
GENESIS = "0" * 64
UNLINKED_AFTER = timedelta(minutes=10)
# The columns under the digest, in its order: all but the key and the digest itself.
COLUMNS = tuple(field.attname for field in AuditEntry._meta.concrete_fields)[1:-1]


def entry(verb: str, subject: models.Model, *, by: Actor, **facts: Any) -> AuditEntry:
    """An unsaved entry, for verbs that write many at once with `insert`. `facts` as for `columns`."""
    made = AuditEntry(**dict(zip(COLUMNS, columns(verb, subject, by=by, **facts), strict=True)))
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
) -> tuple[Any, ...]:
    """What an entry holds, as `COLUMNS` names it; `at` where it tells of another instant than now (histories that are
    brought in)."""
    return (
        at or clock.now(),
        by.user_id,
        by.name,
        by.channel,
        by.address,
        by.request_id,
        verb,
        subject._meta.label_lower,
        str(subject.pk),
        from_state,
        to_state,
        note,
        data,
    )


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
        last = _last_for_update()
        waiting = AuditEntry.objects.filter(link=None).order_by("pk").values_list("pk", "digest")
        position, digest = _link(last, waiting[:limit])
    if position > last[0]:
        logger.info("audit_sealed", end=f"{position}:{digest}")
    return position - last[0]


def chain(entries: Iterable[tuple[int, str]]) -> None:
    """Chain entries, as (id, digest), that the caller's transaction has written and nobody else can see yet.

    For histories that are brought in by the ten thousand: reading each back would take as long as writing it. The last
    link stays locked until the commit, so it is the last thing that the transaction does.
    """
    with transaction.atomic():
        last = _last_for_update()
        position, digest = _link(last, entries)
    if position > last[0]:
        transaction.on_commit(lambda: logger.info("audit_sealed", end=f"{position}:{digest}"))


def _last_for_update() -> tuple[int, str]:
    """Position and hash of the last link, locked; whoever had to wait for another sealer looks again."""
    while last := AuditLink.objects.select_for_update().order_by("position").last():
        if not AuditLink.objects.filter(position__gt=last.position).exists():
            return last.position, last.hash
    return 0, GENESIS


def _link(last: tuple[int, str], entries: Iterable[tuple[int, str]]) -> tuple[int, str]:
    """Write the links of `entries` behind `last`, all in one statement; the new end."""
    position, previous = last
    links = []
    for key, digest in entries:
        position, previous = position + 1, _hash(previous, key, digest)
        links.append((position, key, previous))
    table = f"{AuditLink._meta.db_table} (position, entry_id, hash)"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:  # numbers and hexadecimal digits: nothing to escape
                copy.write("".join([f"{place}\t{key}\t{digest}\n" for place, key, digest in links]))
        else:
            cursor.executemany(f"INSERT INTO {table} VALUES (%s, %s, %s)", links)  # noqa: S608 -- our own names
    return position, previous


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
        yield f"链中已没有 {known_end}"
    entries = AuditEntry.objects.filter(pk=OuterRef("entry_id"))
    for link in AuditLink.objects.filter(~Exists(entries)).order_by("position").iterator(chunk_size=2000):
        yield f"第 {link.position} 位的条目 {link.entry_id} 已被删除"
    position, digest = 0, GENESIS
    for link in AuditLink.objects.select_related("entry").order_by("position").iterator(chunk_size=2000):
        position += 1
        if link.position != position:
            yield f"链中缺少第 {position} 位"
            position = link.position
        if link.entry.digest != link.entry.expected_digest():
            yield f"条目 {link.entry_id} 被改动"
        if link.hash != _hash(digest, link.entry_id, link.entry.digest):
            yield f"链在第 {link.position} 位断开（条目 {link.entry_id}）"
        digest = link.hash
    late = AuditEntry.objects.filter(link=None)
    for made in late.order_by("pk").iterator(chunk_size=2000):
        if made.digest != made.expected_digest():
            yield f"条目 {made.pk} 被改动"
        if made.at < clock.now() - UNLINKED_AFTER:
            yield f"条目 {made.pk}（{clock.local(made.at):%Y-%m-%d %H:%M}）没有入链"


def _contains(known_end: str) -> bool:
    position, _colon, digest = known_end.partition(":")
    if not position.isdecimal():
        return False
    return position == "0" or AuditLink.objects.filter(position=int(position), hash=digest).exists()


def _hash(previous: str, key: int, digest: str) -> str:
    return hashlib.sha256(f"{previous}:{key}:{digest}".encode()).hexdigest()
