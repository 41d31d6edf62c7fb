from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Major
from candidate_api.graduations.states import GRADUATION
from review.applications.models import Application


class Graduation(models.Model):
    """Somebody has graduated in a major; once. `number` is the 毕业证书编号, given when the certificate is made."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="graduations", verbose_name=_("考生"))
    major = models.ForeignKey(Major, models.PROTECT, related_name="+", verbose_name=_("毕业专业"))
    application = models.OneToOneField(Application, models.PROTECT, related_name="+", verbose_name=_("毕业申请"))
    state = GRADUATION.field()
    number = models.CharField(_("毕业证书编号"), max_length=20, null=True, unique=True)  # noqa: DJ001 -- unique
    approved_at = models.DateTimeField(_("终审通过时间"))
    made_at = models.DateTimeField(_("制证时间"), null=True)
    collected_at = models.DateTimeField(_("领取时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("毕业生")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "major"], name="graduation_once_a_major"),
            models.CheckConstraint(
                condition=Q(state="approved", number=None) | (~Q(state="approved") & Q(number__isnull=False)),
                name="graduation_number_once_made",
            ),
            models.CheckConstraint(
                condition=Q(state="collected", collected_at__isnull=False)
                | (~Q(state="collected") & Q(collected_at=None)),
                name="graduation_collected_at",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"

    @GRADUATION.transition("make")
    def make(self) -> None: ...

    @GRADUATION.transition("make_ready")
    def make_ready(self) -> None: ...

    @GRADUATION.transition("collect")
    def collect(self) -> None: ...
