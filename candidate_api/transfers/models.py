from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.catalogue.natural import Natural
from candidate_api.results.models import Score
from candidate_api.transfers.states import PROVINCES, TRANSFER_OUT
from review.applications.models import Application


class TransferOut(models.Model):
    """Scores of one record on their way to another province, whose word ends it. `number` is the 准考证号 there."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="transfers_out", verbose_name=_("考生"))
    application = models.OneToOneField(Application, models.PROTECT, related_name="+", verbose_name=_("转出申请"))
    province = models.CharField(_("转入省份"), max_length=2, choices=PROVINCES)
    number = models.CharField(_("转入省准考证号"), max_length=20)
    scores = models.ManyToManyField(Score, related_name="+", verbose_name=_("转出成绩"))
    state = TRANSFER_OUT.field()
    approved_at = models.DateTimeField(_("终审通过时间"))
    handed_over_at = models.DateTimeField(_("提交时间"), null=True)
    ended_at = models.DateTimeField(_("办结时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("转出考籍")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["candidate"], condition=Q(state__in=["approved", "handed_over"]), name="transfer_out_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.province}"

    @TRANSFER_OUT.transition("hand_over")
    def hand_over(self) -> None: ...

    @TRANSFER_OUT.transition("accept")
    def accept(self) -> None: ...

    @TRANSFER_OUT.transition("refuse")
    def refuse(self) -> None: ...


class CourseMatch(Natural):
    """转入课程对应: which of our courses another province's course counts as; without one it counts as none.

    Courses have the same code all over the country for the most part; this is for the others.
    """

    NATURAL_KEY = ("province", "code")
    STAMPED = False

    province = models.CharField(_("转出省份"), max_length=2, choices=PROVINCES)
    code = models.CharField(_("外省课程代码"), max_length=10)
    name = models.CharField(_("外省课程名称"), max_length=60)
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("对应课程"),
        help_text=_("没有可以对应的课程的，留空：这门课程不能转入。"),
    )
    note = models.CharField(_("依据"), max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("转入课程对应")
        ordering: ClassVar = ["province", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "code"], name="course_match_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_province_display()} {self.code} {self.name}"
