from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.messages.states import MESSAGE, Channel


class Message(models.Model):
    """The outbox: one text to one recipient by one channel, written in the transaction of what it tells about.

    `event` names the fact (`payment.succeeded:GX26…`); the same fact is told once per recipient, channel and
    template. Address and text are encrypted; a secret text (a code) is wiped when it has been handed over.
    """

    event = models.CharField(_("事件"), max_length=120)
    template = models.CharField(_("模板"), max_length=60)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("收件人")
    )
    recipient_key = models.CharField(max_length=90)
    address = EncryptedTextField(_("地址"), blank=True, default="")
    title = models.CharField(_("标题"), max_length=120)
    text = EncryptedTextField(_("内容"))
    link = models.CharField(max_length=200, blank=True)
    secret = models.BooleanField(default=False)
    state = MESSAGE.field()
    attempts = models.PositiveSmallIntegerField(_("次数"), default=0)
    due_at = models.DateTimeField(_("下次发送"))
    last_error = models.CharField(_("最近错误"), max_length=200, blank=True)
    provider = models.CharField(_("通道"), max_length=60, blank=True)
    created_at = models.DateTimeField(_("创建时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True)

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "recipient_key", "channel", "template"], name="message_once_per_event"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "channel", "-id"], name="message_inbox"),
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="message_due"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.recipient_key}"

    @MESSAGE.transition("take")
    def take(self) -> None:
        self.attempts += 1

    @MESSAGE.transition("hand_over")
    def hand_over(self) -> None:
        pass

    @MESSAGE.transition("postpone")
    def postpone(self) -> None:
        pass

    @MESSAGE.transition("give_up")
    def give_up(self) -> None:
        pass

    @MESSAGE.transition("retry")
    def retry(self) -> None:
        self.attempts = 0
