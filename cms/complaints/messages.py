"""What a candidate is told about a complaint: its number and that something has happened, never what it is about."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template(
        "complaint_accepted", _("咨询投诉已受理"), _("您的咨询投诉{number}已受理，我们会尽快答复。"), (Channel.IN_APP,)
    ),
    Template(
        "complaint_answered",
        _("咨询投诉已答复"),
        _("您的咨询投诉{number}已答复，请登录查看。7天内可以追问。"),
        (Channel.IN_APP, Channel.SMS),
    ),
)
