"""What the house says about passkeys. Not their names: whoever got into an account could write to its owner by them."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_ALL = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)

ADDED = "passkey_added"
REMOVED = "passkey_removed"
ENDED = "passkeys_ended"
WENT_BACK = "passkey_went_back"

register(
    Template(
        ADDED,
        _("已添加通行密钥"),
        _("您的账号添加了一个通行密钥（指纹登录）。如非本人操作，请立即登录删除它并修改密码。"),
        _ALL,
    ),
    Template(
        REMOVED,
        _("已删除通行密钥"),
        _("您的账号删除了一个通行密钥（指纹登录）。如非本人操作，请立即修改密码。"),
        _ALL,
    ),
    Template(
        ENDED,
        _("找回密码后通行密钥已删除"),
        _("您已找回密码，为了账号安全，原有的{n}个通行密钥（指纹登录）已全部删除，请登录后重新添加。"),
        _ALL,
    ),
    Template(
        WENT_BACK,
        _("通行密钥可能被复制"),
        _("有人使用您的通行密钥登录，但它可能被复制，我们已拒绝。请用其他方式登录后删除它。"),
        _ALL,
    ),
)
