from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.registry.states import FREEZE, MERGER


def _staff(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


class Freeze(models.Model):
    """冻结: while one is active the person cannot sign in. The reason is the office's, without personal numbers."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="freezes", verbose_name=_("考生"))
    state = FREEZE.field()
    reason = models.CharField(_("冻结事由"), max_length=200)
    frozen_by = _staff(verbose_name=_("冻结人"))
    frozen_at = models.DateTimeField(_("冻结时间"))
    lift_reason = models.CharField(_("解冻事由"), max_length=200, blank=True)
    lifted_by = _staff(verbose_name=_("解冻人"), null=True)
    lifted_at = models.DateTimeField(_("解冻时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("冻结")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate"], condition=Q(state="active"), name="freeze_one_active"),
            models.CheckConstraint(
                condition=Q(state="active", lifted_by=None, lifted_at=None)
                | Q(state="lifted", lifted_by__isnull=False, lifted_at__isnull=False),
                name="freeze_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} {self.get_state_display()}"

    @FREEZE.transition("lift")
    def lift(self) -> None:
        pass


class Merger(models.Model):
    """合并准考证号: what the source has goes to the target, and the source is void (domain 2.8). Two persons decide."""

    source = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name=_("注销的准考证号"))
    target = models.ForeignKey(Candidate, models.PROTECT, related_name="+", verbose_name=_("保留的准考证号"))
    state = MERGER.field()
    reason = models.CharField(_("合并事由"), max_length=200)
    proposed_by = _staff(verbose_name=_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"))
    decision = models.CharField(_("审批意见"), max_length=200, blank=True)
    decided_by = _staff(verbose_name=_("审批人"), null=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("合并准考证号")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="merger_of_two_records"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state__in=["proposed", "approved"]), name="merger_one_of_a_source"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="merger_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")), name="merger_by_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @MERGER.transition("approve")
    def approve(self) -> None:
        pass

    @MERGER.transition("refuse")
    def refuse(self) -> None:
        pass
