from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

_BOTH = (Channel.IN_APP, Channel.SMS)

register(
    Template(
        "transfer_accepted",
        _("考籍已转出"),
        _("您的考籍已转至{province}，广西考籍随之注销。"),
        _BOTH,
    )
)
register(
    Template(
        "transfer_refused",
        _("转出未成功"),
        _("{province}未接收您的考籍，广西考籍不变。请核对姓名、证件号码与对方是否一致，可在下次办理时重新申请。"),
        _BOTH,
    )
)
