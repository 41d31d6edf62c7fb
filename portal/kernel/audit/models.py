"""The append-only log of who did what. Entries are written by verbs; links chain them; neither is ever changed."""

import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def stamp(at: datetime) -> str:
    """How an instant is spelt under the digest."""
    return at.isoformat(timespec="microseconds")


def digest_of(facts: Sequence[Any]) -> str:
    """The keyed digest over the columns of an entry in the model's order: `at` as `stamp` spells it first, `data` in
    `canonical` spelling last."""
    at, actor_id, *texts, data = facts
    spelt = '","'.join(texts)
    if spelt.isprintable() and "\\" not in spelt and spelt.count('"') == 2 * len(texts) - 2:
        head = f'"{at}",{"null" if actor_id is None else actor_id},"{spelt}"'  # nothing that JSON would escape
    else:
        head = canonical([at, actor_id, *texts])[1:-1]
    seal = _keyed(settings.SIGNING_KEY).copy()
    seal.update(f"[{head},{data}]".encode())
    return seal.hexdigest()


@cache
def _keyed(key: str) -> hmac.HMAC:
    """The key's part of every digest, worked out once."""
    return hmac.new(key.encode(), digestmod="sha256")


class AppendOnly(models.Model):
    """A row that is written once. On PostgreSQL a trigger refuses update and delete to everyone else too."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{self._meta.object_name} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{self._meta.object_name} rows are never deleted")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model._meta.object_name} rows are never changed")

    def delete(self) -> Any:
        raise TypeError(f"{self.model._meta.object_name} rows are never deleted")


class AuditEntry(AppendOnly):
    """One fact: who (by id and name as it was), by which channel, did which verb to what, from where to where.

    `data` holds named, non-personal values; `digest` is a keyed digest over all of it, so that a row made or
    altered outside the house does not verify.
    """

    at = models.DateTimeField(_("时间"), db_index=True)
    actor_id = models.BigIntegerField(_("操作人编号"), null=True, db_index=True)
    actor_name = models.CharField(_("操作人"), max_length=60)
    channel = models.CharField(_("渠道"), max_length=10)
    address = models.CharField(_("地址"), max_length=45, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=36, blank=True)
    verb = models.CharField(_("操作"), max_length=60, db_index=True)
    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.CharField(_("对象编号"), max_length=60)
    from_state = models.CharField(_("原状态"), max_length=20, blank=True)
    to_state = models.CharField(_("新状态"), max_length=20, blank=True)
    note = models.TextField(_("说明"), blank=True)
    data = models.JSONField(_("内容"), default=dict)
    digest = models.CharField(max_length=64, editable=False)

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"  # no way around it by Django's own
        verbose_name = _("审计记录")
        verbose_name_plural = _("审计记录")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}:{self.subject_id}"

    def expected_digest(self) -> str:
        """The digest that this row must carry, from its own values."""
        facts = [
            stamp(self.at),
            self.actor_id,
            self.actor_name,
            self.channel,
            self.address,
            self.request_id,
            self.verb,
            self.subject_type,
            self.subject_id,
            self.from_state,
            self.to_state,
            self.note,
            canonical(self.data),
        ]
        return digest_of(facts)


class AuditLink(AppendOnly):
    """The place of an entry in the chain: `hash` covers the previous link's hash and the entry's id and digest.

    Links are added by the sealing job a few seconds after the entries, so that no verb waits for another's commit.
    """

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="link")
    hash = models.CharField(max_length=64)

    objects: ClassVar[Any] = AppendOnlyQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"  # no way around it by Django's own
        verbose_name = _("审计链")
        verbose_name_plural = _("审计链")

    def __str__(self) -> str:
        return f"{self.position}"
