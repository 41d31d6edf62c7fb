from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.crypto.fields import EncryptedTextField


class IdempotencyRecord(models.Model):
    """A key that a client sent with a request, and, once the work is done, the answer it got.

    Bound to who sent it, method, path and body; the answer may hold a token and is therefore encrypted. A record
    without an answer is a claim of its `holder`, who may be relieved of it after `claimed_until`.
    """

    who = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    request_digest = models.CharField(max_length=64)
    holder = models.UUIDField(default=uuid4, unique=True)
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedTextField(default="")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("幂等记录")
        verbose_name_plural = _("幂等记录")
        constraints: ClassVar = [models.UniqueConstraint(fields=["who", "key"], name="idempotency_one_use")]

    def __str__(self) -> str:
        return self.key
