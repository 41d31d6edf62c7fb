from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken

from candidate_api.accounts.rules import Purpose


class DeviceToken(AbstractAuthToken):
    """What an app on one device signs its calls with; only a digest is stored."""

    device = models.CharField(_("设备"), max_length=80, blank=True)
    address = models.CharField(_("登录地址"), max_length=45, blank=True)

    class Meta:
        verbose_name = _("登录设备")
        verbose_name_plural = _("登录设备")


class Captcha(models.Model):
    """One challenge: a picture to read or work to be solved. Whoever uses it, rightly or not, deletes it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    picture_key = models.CharField(max_length=40)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("校验码")

    def __str__(self) -> str:
        return str(self.pk)


class VerificationCode(models.Model):
    """A six-digit code sent to an address for one purpose. Address and code are stored as keyed digests only.

    A newer code leaves an older one valid; the first that is used ends all of that purpose and address.
    """

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    address_index = models.CharField(max_length=90)
    code_digest = models.CharField(max_length=90)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("验证码")
        indexes: ClassVar = [models.Index(fields=["address_index", "purpose", "-created_at"], name="code_by_address")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
