from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """How often what one area publishes has changed, and when last: the version behind the ETags of public reads."""

    area = models.CharField(_("栏目"), max_length=20, primary_key=True)
    number = models.PositiveBigIntegerField(_("版本"), default=0)
    changed_at = models.DateTimeField(_("更新时间"))

    class Meta:
        verbose_name = _("内容版本")
        verbose_name_plural = _("内容版本")
        ordering: ClassVar = ["area"]

    def __str__(self) -> str:
        return f"{self.area} {self.number}"
