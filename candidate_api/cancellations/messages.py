"""What is told to somebody whose examination is not held."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

EXAM_CANCELLED = "cancellations.exam_cancelled"

register(
    Template(
        EXAM_CANCELLED,
        _("考试取消"),
        _("{session}“{course}”取消考试（{reason}），您不需要参加。报考费 {amount} 元自动原路退回，不用申请。"),
        (Channel.IN_APP, Channel.SMS),
    )
)
