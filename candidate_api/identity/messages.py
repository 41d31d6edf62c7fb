"""What the house says about an 身份认证 that took longer than its page was open."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template("identity_passed", _("身份认证已通过"), _("您的{kind}核验已通过。"), (Channel.IN_APP,)),
    Template(
        "identity_failed",
        _("身份认证未通过"),
        _("您的{kind}与公安身份信息不一致。请核对填写的内容后重新认证，或持身份证件到市招生考试院现场核验。"),
        (Channel.IN_APP,),
    ),
    Template(
        "identity_abandoned",
        _("身份认证未能完成"),
        _("核验服务多日没有答复，您的{kind}核验未能完成。请重新认证，或持身份证件到市招生考试院现场核验。"),
        (Channel.IN_APP,),
    ),
)
