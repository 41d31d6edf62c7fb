from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Ceremony(models.Model):
    """What we asked an authenticator to sign, until it answers. Whoever uses it, rightly or not, deletes it.

    `user` is who adds a passkey; None where somebody signs in, whose name the passkey itself will tell. The passkeys
    themselves are `WebAuthnCredential` of django-otp-webauthn: a credential belongs to one person (unique
    `credential_id_sha256`).
    """

    class Purpose(models.TextChoices):
        ADD = "add", _("添加")
        SIGN_IN = "sign_in", _("登录")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True)
    challenge = models.BinaryField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("通行密钥验证")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(purpose="add", user__isnull=False) | Q(purpose="sign_in", user__isnull=True),
                name="ceremony_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
