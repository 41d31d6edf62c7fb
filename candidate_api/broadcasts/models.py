from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.broadcasts.states import BROADCAST
from candidate_api.catalogue.models import District, Major
from candidate_api.sessions.models import ExamSession


class Broadcast(models.Model):
    """One notice to many candidates: in the app to each, and a short word of it by SMS or e-mail where that is wanted.

    `session`, `district`, `major` narrow whom it is for. `last_user` is the key of the last person who has been told:
    whoever goes on sending begins after it.
    """

    state = BROADCAST.field()
    title = models.CharField(_("标题"), max_length=40)
    text = models.TextField(_("正文"))
    session = models.ForeignKey(
        ExamSession, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报考考期")
    )
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所属市自考办")
    )
    major = models.ForeignKey(
        Major, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报考专业")
    )
    remind = models.BooleanField(_("另发短信和邮件提醒"), default=False)
    drafted_by = models.CharField(_("起草人"), max_length=60)
    drafted_at = models.DateTimeField(_("起草时间"))
    confirmed_by = models.CharField(_("确认人"), max_length=60, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    counted = models.PositiveIntegerField(_("确认时人数"), default=0)
    reached = models.PositiveIntegerField(_("已发人数"), default=0)
    last_user = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(_("完成时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("群发消息")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discarded"], confirmed_at=None)
                | Q(state__in=["sending", "sent"], confirmed_at__isnull=False, counted__gt=0),
                name="broadcast_sent_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["draft", "discarded"]) | Q(reached=0), name="broadcast_draft_reaches_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def event(self) -> str:
        """The fact's name in the outbox: nobody is told twice."""
        return f"broadcast:{self.pk}"

    @BROADCAST.transition("confirm")
    def confirm(self) -> None:
        pass

    @BROADCAST.transition("discard")
    def discard(self) -> None:
        pass

    @BROADCAST.transition("finish")
    def finish(self) -> None:
        pass
