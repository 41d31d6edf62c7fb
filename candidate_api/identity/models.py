from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.identity.states import IDENTITY, Kind


class IdentityCheck(models.Model):
    """身份认证: one question to the police's records about one candidate, and what was answered.

    Only the result, the time and the provider's own number are kept (domain 15.2): no image, no likeness, no number.
    `asked_at` is the last time of asking: an answer is about the name, number and photo as they were then.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="identity_checks")
    kind = models.CharField(_("核验内容"), max_length=20, choices=Kind.choices)
    state = IDENTITY.field()
    consent_version = models.CharField(_("同意书版本"), max_length=20, blank=True)
    requested_at = models.DateTimeField(_("提出时间"))
    asked_at = models.DateTimeField(_("核验时间"))
    checked_at = models.DateTimeField(_("结果时间"), null=True)
    transaction_id = models.CharField(_("核验流水号"), max_length=64, blank=True)
    note = models.CharField(_("核验机构的代码"), max_length=60, blank=True)
    tries = models.PositiveSmallIntegerField(_("次数"), default=1)
    next_at = models.DateTimeField(_("下次核验"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("身份认证")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["candidate", "kind"], condition=Q(state="pending"), name="identity_one_pending"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", checked_at=None) | (~Q(state="pending") & Q(checked_at__isnull=False)),
                name="identity_checked_when_done",
            ),
            models.CheckConstraint(condition=~Q(kind="face") | ~Q(consent_version=""), name="identity_face_by_consent"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.kind} {self.state}"

    @IDENTITY.transition("succeed")
    def succeed(self) -> None: ...

    @IDENTITY.transition("fail")
    def fail(self) -> None: ...

    @IDENTITY.transition("abandon")
    def abandon(self) -> None: ...
