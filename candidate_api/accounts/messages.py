"""What the house says to prove that a number or an address is somebody's."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_SMS = (Channel.SMS,)

register(
    Template(
        "code_register", _("注册验证码"), _("【广西自考】注册验证码：{code}，10分钟内有效。请勿告诉他人。"), _SMS, True
    ),
    Template(
        "code_login", _("登录验证码"), _("【广西自考】登录验证码：{code}，10分钟内有效。请勿告诉他人。"), _SMS, True
    ),
    Template(
        "already_registered",
        _("手机号码已注册"),
        _("【广西自考】此手机号码已注册过账号，请直接登录；忘记密码可在登录页找回。"),
        _SMS,
    ),
)
