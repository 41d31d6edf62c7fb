from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from review.applications.models import Application
from review.bulk.rules import VERBS


class BulkRun(models.Model):
    """One decision about many applications: what a member of staff has chosen by a filter and confirmed by its count.

    `filter` is the query string of the desk's list; `finished_at` is empty while a worker is still at it.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    verb = models.CharField(_("操作"), max_length=10, choices=VERBS)
    filter = models.CharField(_("筛选条件"), max_length=500, blank=True)
    note = models.CharField(_("意见"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("开始时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("批量办理")
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=models.Q(finished_at=None), name="bulk_run_unfinished")
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class BulkItem(models.Model):
    """One of its applications, in the revision that was confirmed. Without `done_at` it waits; `code` says why not."""

    run = models.ForeignKey(BulkRun, models.CASCADE, related_name="items")
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name=_("申请"))
    revision = models.PositiveIntegerField()
    done_at = models.DateTimeField(_("办理时间"), null=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(_("未办理的原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("批量办理明细")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "application"], name="bulk_item_once_a_run"),
            models.CheckConstraint(
                condition=models.Q(code="") | models.Q(done_at__isnull=False), name="bulk_item_failed_is_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.application_id}"
