"""The second factor of staff. Anything else that django-otp calls a device of the user opens the door as well."""

import base64
import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.oath import TOTP

from portal.kernel.crypto.fields import EncryptedTextField


def new_key() -> str:
    """A secret of 160 bits as authenticator apps take it (base32)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


class Authenticator(Device):
    """动态口令: the app on a staff member's telephone. Unconfirmed until it has shown a right code once.

    django-otp's own device keeps the secret in clear; this one keeps it encrypted (docs/decisions). `last_step` is
    the time step of the last accepted code: none is accepted twice.
    """

    key = EncryptedTextField(default=new_key)
    last_step = models.BigIntegerField(default=-1)
    wrong_codes = models.PositiveIntegerField(default=0)
    wait_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("动态口令")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="authenticator_one_of_each_per_user"),
        ]

    def accepts(self, code: str, seconds: float) -> bool:
        """Whether this six-digit code is right at that instant, one step of thirty seconds early or late; notes it."""
        if not (code.isascii() and code.isdecimal() and len(code) == 6):
            return False
        clock: Any = TOTP(base64.b32decode(self.key))
        clock.time = seconds
        if not clock.verify(int(code), tolerance=1, min_t=self.last_step + 1):
            return False
        # `verify` has moved the drift to the step that matched.
        self.last_step = clock.t()
        return True


class RecoveryCode(models.Model):
    """恢复代码: opens the door once where the telephone is away. Only a keyed digest is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=90, unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("恢复代码")

    def __str__(self) -> str:
        return f"#{self.pk}"
