from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from candidate_api.cancellations.states import CANCELLATION
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession, Offering


class Cancellation(models.Model):
    """One offering of a session that is not held, or (`offering` None) all of them. `reason` is told to candidates."""

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name=_("考期"))
    offering = models.ForeignKey(Offering, models.PROTECT, null=True, related_name="+", verbose_name=_("课程"))
    reason = models.CharField(_("原因"), max_length=120)
    state = CANCELLATION.field()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    created_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("批准时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("考试取消")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="cancellation_by_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None)
                | (~Q(state="proposed") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="cancellation_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["session", "offering"], condition=~Q(state="declined"), name="cancellation_once"
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=Q(offering=None) & ~Q(state="declined"),
                name="cancellation_of_a_session_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.offering_id or '*'}"

    @CANCELLATION.transition("approve")
    def approve(self) -> None:
        pass

    @CANCELLATION.transition("decline")
    def decline(self) -> None:
        pass


class CancelledEntry(models.Model):
    """One paid entry whose fee goes back. Without `done_at` it waits; `code` says why it could not be done."""

    cancellation = models.ForeignKey(Cancellation, models.PROTECT, related_name="entries")
    registration = models.OneToOneField(
        Registration, models.PROTECT, related_name="cancelled_by_office", verbose_name=_("报考")
    )
    done_at = models.DateTimeField(_("办理时间"), null=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(_("未办理的原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("考试取消退费明细")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code="") | Q(done_at__isnull=False), name="cancelled_entry_failed_is_done"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["cancellation", "id"], condition=Q(done_at=None), name="cancelled_entry_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.cancellation_id} {self.registration_id}"
