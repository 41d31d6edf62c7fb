"""What a person is told when the office does something to their record."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_ALL = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)
_SMS = (Channel.SMS,)

register(
    Template(
        "account_frozen",
        _("账号已冻结"),
        _("您的账号已由招生考试机构冻结，暂时不能登录。如有疑问，请联系所属市招生考试院。"),
        _ALL,
    ),
    Template("account_unfrozen", _("账号已解冻"), _("您的账号已解冻，可以正常登录。"), _ALL),
    Template(
        "code_on_site",
        _("现场办理验证码"),
        _("现场办理验证码：{code}，10分钟内有效。请告知现场工作人员。"),
        _SMS,
        secret=True,
    ),
    Template(
        "mobile_changed_on_site",
        _("手机号码已更换"),
        _("您的账号已在{office}现场更换手机号码为{mobile}。如非本人办理，请立即联系该机构。"),
        _ALL,
    ),
    Template(
        "numbers_merged",
        _("准考证号已合并"),
        _("您的准考证号{source}已合并到{target}，成绩和报考记录已转入。今后请使用{target}。"),
        _ALL,
    ),
)
