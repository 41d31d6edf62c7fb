"""What the house says to a candidate about their record."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template(
        "candidate_enrolled",
        _("准考证号已生成"),
        _("您的准考证号是 {number}。现在可以报考课程了。"),
        (Channel.IN_APP,),
        optional=True,
    ),
    Template(
        "identity_changed",
        _("姓名或证件已修改"),
        _("您的账号在个人信息中修改了姓名或证件。如非本人操作，请立即修改密码，并联系所属市招生考试院。"),
        (Channel.IN_APP, Channel.SMS, Channel.EMAIL),
    ),
    Template(
        "document_tried",
        _("有人填写了您的证件号码"),
        _(
            "有人在另一个账号中填写您的证件号码，没有成功。如是您本人，请登录原来的账号；"
            "如不是，您的账号未受影响，可提交投诉。"
        ),
        (Channel.IN_APP, Channel.SMS),
    ),
)
