"""What somebody is told whose seat has changed. Not where they sit now: that stands on their own page and ticket."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

MOVED = "seat_moved"

register(
    Template(
        MOVED,
        _("座位调整"),
        _("您{session}“{course}”的考场座位有调整，请登录查看考场安排，并重新打印准考证。"),
        (Channel.IN_APP, Channel.SMS),
    )
)
