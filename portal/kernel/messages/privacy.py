from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.models import Message, Muted
from portal.kernel.users.holdings import BLANKED, Holding, holds
from portal.kernel.users.models import User


def _blank(user: User) -> None:
    """The row stays: that something was told, when and by which channel. What waits still is not sent any more."""
    for message in Message.objects.filter(recipient=user):
        message.text, message.values, message.address, message.link = BLANKED, "", "", ""
        if message.state == "queued":
            message.take()
            message.give_up()
        message.save()


def _blank_choice(user: User) -> None:
    Muted.objects.filter(user=user).delete()


holds(
    Holding(
        Muted,
        _("不愿接收的消息"),
        _("本人更改或注销账号时删除。"),
        lambda user: Muted.objects.filter(user=user),
        ("template", "channel"),
        _blank_choice,
    ),
    Holding(
        Message,
        _("消息：短信、邮件和站内消息"),
        _("内容随账号注销删除；发送时间和渠道保留6个月以上（网络安全法）。"),
        lambda user: Message.objects.filter(recipient=user),
        ("title", "text", "channel", "address", "created_at", "sent_at", "read_at"),
        _blank,
    ),
)
