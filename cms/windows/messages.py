"""What somebody is told whose time was extended."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

register(
    Template(
        "window_extended",
        _("办理时间已延长"),
        _("经核准，您的“{what}”办理时间延长至{until}。请登录后在此之前办理，逾期不再受理。"),
        (Channel.IN_APP, Channel.SMS),
    ),
    Template(
        "window_extension_ended",
        _("个别延期已结束"),
        _("您的“{what}”个别延期已结束，不能再办理。如有疑问，请联系所属市招生考试院。"),
        (Channel.IN_APP, Channel.SMS),
    ),
)
