"""What a person is told about their own data."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template(
        "export_ready",
        _("个人数据已备好"),
        _("您申请的个人数据副本已备好，请在7天内登录后下载。如非本人申请，请立即修改密码。"),
        (Channel.IN_APP, Channel.EMAIL),
    ),
    Template(
        "erasure_requested",
        _("已收到注销申请"),
        _("已收到您的账号注销申请，处理前可登录撤回。如非本人申请，请立即修改密码。"),
        (Channel.IN_APP, Channel.SMS, Channel.EMAIL),
    ),
    Template(
        "erasure_refused",
        _("注销申请未通过"),
        _("您的账号注销申请未通过：{why}"),
        (Channel.IN_APP, Channel.SMS, Channel.EMAIL),
    ),
    Template(
        "erasure_done",
        _("账号已注销"),
        _("您的账号已注销，联系方式等信息已删除。考籍、缴费和审计记录依法保留。"),
        (Channel.SMS, Channel.EMAIL),
        secret=True,
    ),
    Template(
        "account_reopened",
        _("账号已恢复"),
        _("您的账号已恢复。请用本手机号码找回密码后登录，并重新填写个人信息。"),
        (Channel.IN_APP, Channel.SMS),
    ),
)
