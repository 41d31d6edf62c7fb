"""What staff are told about their own door."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_ALL = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)

register(
    Template(
        "second_factor_set_up",
        _("已设置动态口令"),
        _("您的管理后台账号已设置动态口令。如非本人操作，请立即联系系统管理员。"),
        _ALL,
    ),
    Template(
        "second_factor_wrong",
        _("动态口令多次错误"),
        _("有人用您的密码登录管理后台，但动态口令多次错误。如非本人操作，请立即修改密码。"),
        _ALL,
    ),
    Template(
        "recovery_code_used",
        _("恢复代码已使用"),
        _("您用恢复代码登录了管理后台，剩余{left}个。如非本人操作，请立即联系系统管理员。"),
        _ALL,
    ),
    Template(
        "second_factor_removed",
        _("已移除动态口令"),
        _("您的管理后台账号已移除动态口令，下次登录须重新设置。如非本人操作，请立即联系系统管理员。"),
        _ALL,
    ),
    Template(
        "second_factor_reset",
        _("动态口令已重置"),
        _("系统管理员已重置您的动态口令，下次登录须重新设置。如有疑问，请联系系统管理员。"),
        _ALL,
    ),
    Template(
        "staff_password_changed",
        _("密码已修改"),
        _("您的管理后台密码已修改。如非本人操作，请立即联系系统管理员。"),
        _ALL,
    ),
)
