from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.states import PASS_MARK, Penalty, Source, Status
from candidate_api.sessions.models import ExamSession


class Score(models.Model):
    """成绩: what one course brought a candidate. Nobody sees it before the session's release instant.

    `score` is 0-100; exemptions have none, theses have a `grade` instead. What was transferred in has no session:
    `origin` and `origin_session` say in which province and half-year it was passed.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="scores")
    session = models.ForeignKey(ExamSession, models.PROTECT, null=True, related_name="+", verbose_name=_("考期"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", verbose_name=_("课程"))
    score = models.PositiveSmallIntegerField(_("成绩"), null=True)
    grade = models.CharField(_("等级"), max_length=10, blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=Status.choices)
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices, default=Source.WRITTEN)
    origin = models.CharField(_("转出省份"), max_length=20, blank=True)
    origin_session = models.CharField(_("原合格考期"), max_length=7, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("成绩")
        verbose_name_plural = _("成绩")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "course", "session"], name="score_once_a_session"),
            models.UniqueConstraint(
                fields=["candidate", "course"], condition=models.Q(source="transfer"), name="score_transferred_once"
            ),
            models.UniqueConstraint(
                fields=["candidate", "course"], condition=models.Q(source="exemption"), name="score_exempted_once"
            ),
            models.CheckConstraint(
                condition=models.Q(source="transfer", session=None) | ~models.Q(source="transfer"),
                name="score_transferred_without_session",
            ),
            models.CheckConstraint(condition=models.Q(score__lte=100) | models.Q(score=None), name="score_to_100"),
            models.CheckConstraint(
                condition=~models.Q(source="written", status="passed")
                | models.Q(score__isnull=False, score__gte=PASS_MARK),
                name="score_passed_from_60",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.course_id} {self.score}"


class Discipline(models.Model):
    """处理决定: somebody may not register (停考) or not graduate (延迟毕业) from `starts` up to and with `until`.

    `number` is the decision's own: the same decision is entered once.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="disciplines", verbose_name=_("考生"))
    penalty = models.CharField(_("处理"), max_length=20, choices=Penalty.choices)
    starts = models.DateField(_("起始日期"))
    until = models.DateField(_("截止日期"))
    number = models.CharField(_("处理决定文号"), max_length=40)
    reason = models.CharField(_("事由"), max_length=100, blank=True)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("停考、延迟毕业")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "number", "penalty"], name="discipline_once_a_decision"),
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("starts")), name="discipline_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.penalty} {self.until}"

    def is_in_force(self, day: date) -> bool:
        return self.starts <= day <= self.until
