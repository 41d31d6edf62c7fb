from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamp(models.Model):
    """When a part of the reference data last changed: one row that a conditional GET asks instead of ten tables."""

    name = models.CharField(max_length=20, primary_key=True)
    version = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("数据版本")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(version__gt=0), name="stamp_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
