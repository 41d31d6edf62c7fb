from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from portal.kernel.files.models import PrivateFile


class Pledge(models.Model):
    """诚信考试承诺书: signed once for each session, before the ticket prints. `version` tells which text it was."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="pledges", verbose_name=_("考生"))
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name=_("考期"))
    version = models.CharField(_("承诺书版本"), max_length=20)
    signed_at = models.DateTimeField(_("签署时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("诚信考试承诺书")
        ordering: ClassVar = ["-signed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "session"], name="pledge_once_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.session_id}"


class Ticket(models.Model):
    """准考证 of one candidate for one session, as it was last made.

    `code` stays for good and is what others check it by; `digest` is a keyed digest of all that is printed, so that
    the paper is made anew when a seat, a photo or a name changes. Without file and time it was never printed.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="tickets", verbose_name=_("考生"))
    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name=_("考期"))
    code = models.CharField(_("核验码"), max_length=16, unique=True)
    digest = models.CharField(max_length=90, blank=True, editable=False)
    file = models.ForeignKey(PrivateFile, models.PROTECT, null=True, related_name="+", verbose_name=_("文件"))
    issued_at = models.DateTimeField(_("生成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("准考证")
        ordering: ClassVar = ["-session__code", "candidate"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "session"], name="ticket_once_a_session"),
            models.CheckConstraint(
                condition=models.Q(file=None, issued_at=None, digest="")
                | (models.Q(file__isnull=False, issued_at__isnull=False) & ~models.Q(digest="")),
                name="ticket_issued_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.code
