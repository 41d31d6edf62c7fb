"""Retry safety: the same key and body get the same answer, and the work is done once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import PositiveSmallIntegerField, UUIDField
from django.utils.translation import gettext_lazy as _

from portal.kernel import clock
from portal.kernel.crypto.sealing import blind_index, blind_indexes
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.idempotency.models import IdempotencyRecord
from portal.kernel.prepared import Given, PreparedUpdate, insert

LEASE = timedelta(seconds=60)
KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Answer:
    """What a client was answered: the HTTP status and the body as sent."""

    status: int
    body: str


class LeaseLost(Exception):
    """The work took longer than its lease and somebody else is doing it: roll back."""


@dataclass(frozen=True)
class Claim:
    """The right to do the work of one key now; `store` its answer in the work's own transaction."""

    holder: UUID

    def store(self, status: int, body: str) -> None:
        """Keep the answer. Inside the work's transaction: both are there afterwards, or neither."""
        if not _STORE.run(holder=self.holder, status=status, answer=body):
            raise LeaseLost

    def release(self) -> None:
        """The work was refused and changed nothing: the key is free again."""
        IdempotencyRecord.objects.filter(holder=self.holder, status=None).delete()


_STORE = PreparedUpdate(
    lambda: IdempotencyRecord.objects.filter(holder=Given("holder", UUIDField())),
    status=Given("status", PositiveSmallIntegerField()),
    answer=Given("answer", IdempotencyRecord._meta.get_field("answer")),
)


def claim(who: str, key: str, *, method: str, path: str, body: bytes) -> Claim | Answer:
    """Claim `key` for this request, or the answer that it got before.

    Commits at once (outside the work's transaction), so a rival sees it. Raises Problem: `idempotency_mismatch` for
    a key of another request, `idempotency_in_progress` while the first is still running.
    """
    if not 1 <= len(key) <= 80 or not key.isascii() or not key.isprintable():
        raise invalid("Idempotency-Key", "invalid", _("幂等键须为 1 至 80 个可见 ASCII 字符。"))
    # Keyed: a body may hold a password, and a bare digest of it could be guessed at without Argon2's cost.
    asked = hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()
    digests = [digest.rpartition(":")[2] for digest in blind_indexes(asked, "idempotency.request")]
    digest = blind_index(asked, "idempotency.request").rpartition(":")[2]
    now = clock.now()
    mine = uuid4()
    fresh = IdempotencyRecord(who=who, key=key, request_digest=digest, holder=mine, claimed_until=now + LEASE)
    # INSERT … ON CONFLICT DO NOTHING: of two rivals one inserts, the other reads what is there.
    if insert([fresh], unless_there=True):
        return Claim(mine)
    record = IdempotencyRecord.objects.filter(who=who, key=key).first()
    if record is None:  # the rival was refused in between, and has let go of the key
        raise _in_progress()
    if record.request_digest not in digests:
        raise Problem(Code.IDEMPOTENCY_MISMATCH, _("这个幂等键已用于内容不同的另一请求，请换一个新的键。"))
    if record.status is not None:
        return Answer(record.status, record.answer)
    if _relieve(record, mine, now):
        return Claim(mine)
    raise _in_progress()


def _in_progress() -> Problem:
    return Problem(Code.IDEMPOTENCY_IN_PROGRESS, _("同一请求正在处理，请稍候再试。"), retry_after=1)


def _relieve(record: IdempotencyRecord, by: UUID, now: datetime) -> bool:
    """Take over a claim whose holder died. Compare and set: of rivals that read the same row, one gets it."""
    if record.claimed_until > now:
        return False
    unchanged = IdempotencyRecord.objects.filter(pk=record.pk, holder=record.holder, status=None)
    return bool(unchanged.update(holder=by, claimed_until=now + LEASE))


def forget(limit: int = 10_000) -> int:
    """Delete records older than 24 hours, in batches; how many went."""
    with transaction.atomic():
        old = IdempotencyRecord.objects.filter(created_at__lt=clock.now() - KEPT).values_list("pk", flat=True)
        gone, _rows = IdempotencyRecord.objects.filter(pk__in=list(old[:limit])).delete()
    return gone
