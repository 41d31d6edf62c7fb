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
    ),
)
