from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.sessions.models import ExamSession
from portal.kernel.crypto.fields import EncryptedTextField


class Accommodation(models.Model):
    """合理便利: what a candidate with a disability has been granted for one session; they sit in accessible rooms.

    `arranged` says what the site has to prepare. It is about somebody's health, and therefore encrypted.
    """

    session = models.ForeignKey(ExamSession, models.PROTECT, related_name="+", verbose_name=_("考期"))
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="accommodations", verbose_name=_("考生"))
    arranged = EncryptedTextField(_("安排内容"))
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    granted_at = models.DateTimeField(_("办理时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("合理便利")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "candidate"], name="accommodation_once_a_session"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.session_id}"
