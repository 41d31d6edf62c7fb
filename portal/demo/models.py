from typing import ClassVar

from django.db import models

from portal.kernel.crypto.fields import EncryptedTextField


class Delivered(models.Model):
    """What the demo's SMS and e-mail providers were handed: the demo's telephone network."""

    to = models.CharField(max_length=120, db_index=True)
    channel = models.CharField(max_length=10)
    text = EncryptedTextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "演示收件"
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"
