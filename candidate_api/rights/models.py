from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.rights.states import ERASURE, EXPORT
from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.files.models import PrivateFile


class Export(models.Model):
    """A person asked for all that is held about them. The file goes after some days, the fact stays."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = EXPORT.field()
    requested_at = models.DateTimeField(_("申请时间"))
    ready_at = models.DateTimeField(_("完成时间"), null=True)
    file = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("数据导出")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(state="requested"), name="export_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @EXPORT.transition("deliver")
    def deliver(self, file: PrivateFile) -> None:
        self.file = file


class ErasureRequest(models.Model):
    """A person asked that the account be closed and that be blanked which no law keeps. Staff decide."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    state = ERASURE.field()
    reason = EncryptedTextField(_("申请理由"))
    requested_at = models.DateTimeField(_("申请时间"))
    decision = models.CharField(_("处理意见"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("注销申请")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=["requested", "approved"]), name="erasure_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["approved", "reopened", "refused"], decided_by__isnull=False, decided_at__isnull=False
                )
                | Q(state__in=["requested", "withdrawn"], decided_by=None, decided_at=None),
                name="erasure_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @ERASURE.transition("approve")
    def approve(self) -> None:
        self.reason = ""

    @ERASURE.transition("refuse")
    def refuse(self) -> None:
        pass

    @ERASURE.transition("reopen")
    def reopen(self) -> None:
        pass

    @ERASURE.transition("withdraw")
    def withdraw(self) -> None:
        pass
