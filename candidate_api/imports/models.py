from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.imports.states import IMPORT, Format, Verdict
from candidate_api.sessions.models import ExamSession
from portal.kernel.files.models import PrivateFile
from review.applications.models import Application

WRITTEN = Q(state__in=["applied", "undo_asked", "undone"])
DECIDED = WRITTEN | Q(state="refused")


def _staff(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class ImportBatch(models.Model):
    """导入批次: one file, checked in the background, written in one transaction on a second person's word.

    `expected` is the number of rows that whoever handed the file over has stated: half a file shows itself by it.
    While it is checked, `checked` rows are done, and the worker that holds `token` has it until `leased_until`.
    The four numbers are of lines by verdict. The file goes after some days unless it is written; the lines of what
    was written stay, since an undo needs them and an audit asks for them.
    """

    kind = models.CharField(_("类别"), max_length=20)
    session = models.ForeignKey(ExamSession, models.PROTECT, null=True, related_name="+", verbose_name=_("考期"))
    state = IMPORT.field()
    name = models.CharField(_("文件名"), max_length=120)
    format = models.CharField(_("格式"), max_length=4, choices=Format.choices)
    file = models.ForeignKey(PrivateFile, models.SET_NULL, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    expected = models.PositiveIntegerField(_("数据行数"))
    note = models.CharField(_("来源说明"), max_length=200)
    uploaded_by = _staff(verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))

    token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    checked = models.PositiveIntegerField(_("已核对"), default=0)
    checked_at = models.DateTimeField(_("核对完成时间"), null=True)
    fault = models.CharField(_("文件问题"), max_length=300, blank=True)
    new = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("更改"), default=0)
    unchanged = models.PositiveIntegerField(_("不变"), default=0)
    refused = models.PositiveIntegerField(_("不能导入"), default=0)

    decision = models.CharField(_("审批意见"), max_length=200, blank=True)
    decided_by = _staff(verbose_name=_("审批人"), null=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)
    undo_reason = models.CharField(_("撤销事由"), max_length=200, blank=True)
    undo_asked_by = _staff(verbose_name=_("撤销申请人"), null=True)
    undo_asked_at = models.DateTimeField(_("申请撤销时间"), null=True)
    undone_by = _staff(verbose_name=_("撤销人"), null=True)
    undone_at = models.DateTimeField(_("撤销时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("导入批次")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sha256", "kind"], condition=Q(state__in=["checking", "checked"]), name="import_file_waits_once"
            ),
            models.CheckConstraint(
                condition=(DECIDED & Q(decided_by__isnull=False, decided_at__isnull=False))
                | (~DECIDED & Q(decided_by=None, decided_at=None)),
                name="import_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~WRITTEN | ~Q(decided_by=F("uploaded_by")), name="import_written_by_two_persons"
            ),
            models.CheckConstraint(condition=~WRITTEN | Q(refused=0), name="import_written_whole"),
            models.CheckConstraint(
                condition=(Q(state="undone", undone_by__isnull=False, undone_at__isnull=False))
                | (~Q(state="undone") & Q(undone_by=None, undone_at=None)),
                name="import_undone_by_somebody",
            ),
            models.CheckConstraint(
                # Batches that were taken back before two persons were asked for it name nobody.
                condition=Q(state="undo_asked", undo_asked_by__isnull=False, undo_asked_at__isnull=False)
                | Q(state="undone")
                | (~Q(state__in=["undo_asked", "undone"]) & Q(undo_asked_by=None, undo_asked_at=None)),
                name="import_undo_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | ~Q(undone_by=F("undo_asked_by")), name="import_undone_by_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"

    @IMPORT.transition("finish")
    def finish(self) -> None:
        pass

    @IMPORT.transition("give_up")
    def give_up(self) -> None:
        pass

    @IMPORT.transition("recheck")
    def recheck(self) -> None:
        pass

    @IMPORT.transition("approve")
    def approve(self) -> None:
        pass

    @IMPORT.transition("refuse")
    def refuse(self) -> None:
        pass

    @IMPORT.transition("ask_undo")
    def ask_undo(self) -> None:
        pass

    @IMPORT.transition("undo")
    def undo(self) -> None:
        pass

    @IMPORT.transition("keep")
    def keep(self) -> None:
        pass


class ImportLine(models.Model):
    """One row of the file, by its `number` there: what it would do, or why it cannot.

    `key` says which row of the record it means. `after` holds what will be written, by column, `before` what stands
    there now; neither holds a name or a document, which stay in the file.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField(_("行号"))
    candidate = models.ForeignKey(Candidate, models.PROTECT, null=True, related_name="+", verbose_name=_("考生"))
    verdict = models.CharField(_("结果"), max_length=10, choices=Verdict.choices)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    key = models.CharField(max_length=80, blank=True)
    after = models.JSONField(null=True)
    before = models.JSONField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("导入数据行")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_line_once"),
            models.CheckConstraint(
                condition=Q(verdict="refused") | Q(candidate__isnull=False, after__isnull=False),
                name="import_line_of_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"


class ImportedApplication(models.Model):
    """An application that a batch has made, to be taken back with it."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="applications")
    application = models.OneToOneField(Application, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("导入的申请")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.application_id}"
