"""What the office says to many: the whole in the app, and outside it only that there is something to read."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

NOTICE, REMINDER = "office_notice", "office_reminder"

register(
    Template(NOTICE, _("考试机构通知"), _("{title}：{text}"), (Channel.IN_APP,)),
    Template(
        REMINDER,
        _("考试机构通知的提醒"),
        _("您有一条新通知“{title}”，请登录后在“消息”中查看。"),
        (Channel.SMS, Channel.EMAIL),
        optional=True,
    ),
)
