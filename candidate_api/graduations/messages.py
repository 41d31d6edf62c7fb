from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template(
        "graduation_ready",
        _("毕业证书可以领取"),
        _("您的{major}专业毕业证书已可领取，请本人持有效身份证件到{office}领取。"),
        (Channel.IN_APP, Channel.SMS),
    )
)
