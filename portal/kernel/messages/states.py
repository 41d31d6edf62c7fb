from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who


class Channel(models.TextChoices):
    IN_APP = "in_app", _("站内")
    SMS = "sms", _("短信")
    EMAIL = "email", _("邮件")


MESSAGE = Machine(
    "message",
    [
        State("queued", _("待发送")),
        State("sending", _("发送中"), "info"),
        State("sent", _("已发送"), "success", final=True),
        State("failed", _("发送失败"), "danger"),
        State("expired", _("已过期"), "warning", final=True),
    ],
    [
        Move("take", ("queued",), "sending", frozenset({Who.SYSTEM}), _("发送")),
        Move("hand_over", ("sending",), "sent", frozenset({Who.SYSTEM}), _("送达")),
        Move("postpone", ("sending",), "queued", frozenset({Who.SYSTEM}), _("稍后再发")),
        Move("give_up", ("sending",), "failed", frozenset({Who.SYSTEM}), _("放弃")),
        Move("expire", ("queued",), "expired", frozenset({Who.SYSTEM}), _("过期作废")),
        Move("retry", ("failed",), "queued", frozenset({Who.STAFF}), _("重新发送")),
    ],
)

# When to try again after the first, second, … failure; after the last one a person must press the button.
RETRY_AFTER = [timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1)]
# How long a secret text (a code) is worth anything; later than that it is not sent.
SECRET_LIFE = timedelta(minutes=10)
# A message that has been "sending" for longer belonged to a worker that died.
STUCK_AFTER = timedelta(minutes=5)
