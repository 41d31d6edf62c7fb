from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class InvariantReport(models.Model):
    """What one look at the whole database found. Without `finished_at` it waits for a worker.

    `results` is a list of `{code, promise, rows, broken, findings}`; findings are sentences that name rows, the first
    hundred of each invariant, without personal data.
    """

    asked_at = models.DateTimeField(_("发起时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)
    results = models.JSONField(_("结果"), default=list)
    broken = models.PositiveIntegerField(_("不符处数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("数据核查")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            # One at a time waits (with nothing found yet): however often it is asked for, it is looked once.
            models.UniqueConstraint(
                fields=["broken"], condition=Q(finished_at=None), name="invariant_report_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
