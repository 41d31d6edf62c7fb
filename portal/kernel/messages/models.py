from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.crypto.fields import EncryptedTextField
from portal.kernel.messages.rules import is_too_late
from portal.kernel.messages.states import MESSAGE, Channel

WIPED = "******"  # what is left of a secret text


class Message(models.Model):
    """The outbox: one text to one recipient by one channel, written in the transaction of what it tells about.

    `event` names the fact (`payment.succeeded:GX26…`); the same fact is told once per recipient, channel and
    template. Address and text are encrypted; a secret text (a code) is wiped when it has been handed over or has
    become too old to be.
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
    values = EncryptedTextField(blank=True, default="", db_default="")  # JSON: what an SMS provider fills its text with
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

    def is_too_late(self, at: datetime) -> bool:
        return is_too_late(secret=self.secret, created_at=self.created_at, at=at)

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

    @MESSAGE.transition("expire")
    def expire(self) -> None:
        self.text, self.values = WIPED, ""

    @MESSAGE.transition("retry")
    def retry(self) -> None:
        self.attempts = 0


class Wording(models.Model):
    """Words that staff have given a template, by version; the highest is in force. Empty: the house's own again."""

    template = models.CharField(_("模板"), max_length=60)
    version = models.PositiveIntegerField(_("版本"))
    title = models.CharField(_("标题"), max_length=120, blank=True)
    text = models.TextField(_("正文"), blank=True)
    reason = models.CharField(_("变更原因"), max_length=200)
    changed_by = models.CharField(_("变更人"), max_length=60)
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("消息文案")
        ordering: ClassVar = ["template", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "version"], name="wording_version_once"),
            models.CheckConstraint(
                condition=models.Q(title="", text="") | (~models.Q(title="") & ~models.Q(text="")),
                name="wording_whole_or_the_house_s",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.version}"


class Muted(models.Model):
    """Somebody does not want this optional message by this channel."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    template = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("不接收的消息")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "template", "channel"], name="message_muted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.channel}"
