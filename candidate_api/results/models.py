from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results.states import PASS_MARK, Source, Status
from candidate_api.sessions.models import ExamSession


class Score(models.Model):
    """成绩: what one course brought a candidate. Nobody sees it before the session's release instant.

    `score` is 0-100; exemptions have none, theses have a `grade` instead.
    """

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="scores")
    session = models.ForeignKey(ExamSession, models.PROTECT, null=True, related_name="+", verbose_name=_("考期"))
    course = models.ForeignKey(Course, models.PROTECT, related_name="+", verbose_name=_("课程"))
    score = models.PositiveSmallIntegerField(_("成绩"), null=True)
    grade = models.CharField(_("等级"), max_length=10, blank=True)
    status = models.CharField(_("状态"), max_length=12, choices=Status.choices)
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices, default=Source.WRITTEN)
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("成绩")
        verbose_name_plural = _("成绩")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "course", "session"], name="score_once_a_session"),
            models.CheckConstraint(condition=models.Q(score__lte=100) | models.Q(score=None), name="score_to_100"),
            models.CheckConstraint(
                condition=~models.Q(source="written", status="passed")
                | models.Q(score__isnull=False, score__gte=PASS_MARK),
                name="score_passed_from_60",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} {self.course_id} {self.score}"
