"""What the house says to prove that a number or an address is somebody's."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_SMS = (Channel.SMS,)
_SMS_OR_EMAIL = (Channel.SMS, Channel.EMAIL)  # whichever address the code is for
_EVERYWHERE = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)

register(
    Template("code_register", _("注册验证码"), _("注册验证码：{code}，10分钟内有效。请勿告诉他人。"), _SMS, True),
    Template("code_login", _("登录验证码"), _("登录验证码：{code}，10分钟内有效。请勿告诉他人。"), _SMS, True),
    Template(
        "code_reset",
        _("找回密码验证码"),
        _("找回密码验证码：{code}，10分钟内有效。请勿告诉他人。"),
        _SMS_OR_EMAIL,
        True,
    ),
    Template(
        "code_bind",
        _("绑定验证码"),
        _("绑定手机或邮箱的验证码：{code}，10分钟内有效。请勿告诉他人。"),
        _SMS_OR_EMAIL,
        True,
    ),
    Template(
        "code_prove",
        _("本人验证码"),
        _("验证本人的验证码：{code}，10分钟内有效。请勿告诉他人。"),
        _SMS_OR_EMAIL,
        True,
    ),
    Template(
        "registered_again",
        _("有人用您的证件再次注册"),
        _(
            "有人用您的证件号码再次注册账号，没有成功。如是您本人，请用本手机号码登录或找回密码；"
            "如不是，您的账号未受影响，可提交投诉。"
        ),
        (Channel.IN_APP, Channel.SMS),
    ),
    Template(
        "code_budget_reached",
        _("验证码发送已达上限"),
        _("最近一小时发送的验证码已达{most}条，新的请求被拒绝。请检查是否有人恶意请求；考生仍可用密码登录。"),
        (Channel.IN_APP, Channel.EMAIL),
    ),
    Template(
        "already_registered",
        _("手机号码已注册"),
        _("此手机号码已注册过账号，请直接登录；忘记密码可在登录页找回。"),
        _SMS,
    ),
    Template(
        "password_changed",
        _("密码已修改"),
        _(
            "您的账号密码已于{at}修改，其他设备已退出登录。如果不是您本人操作，"
            "请立即用“忘记密码”找回，并联系就近的市自考办。"
        ),
        _EVERYWHERE,
    ),
    Template(
        "mobile_changed",
        _("绑定手机已更换"),
        _(
            "您的账号已于{at}更换绑定手机，原号码不能再用于登录。如果不是您本人操作，"
            "请立即修改密码，并联系就近的市自考办。"
        ),
        _EVERYWHERE,
    ),
    Template(
        "email_bound",
        _("邮箱已绑定"),
        _("您的账号已于{at}绑定邮箱。如果不是您本人操作，请立即修改密码，并联系就近的市自考办。"),
        _EVERYWHERE,
    ),
    Template(
        "email_changed",
        _("绑定邮箱已更换"),
        _("您的账号已于{at}更换绑定邮箱。如果不是您本人操作，请立即修改密码，并联系就近的市自考办。"),
        _EVERYWHERE,
    ),
    Template(
        "new_device",
        _("新设备登录"),
        _("您的账号于{at}在“{device}”上登录。如果不是您本人操作，请立即修改密码，并退出其他设备。"),
        (Channel.IN_APP,),
    ),
)
