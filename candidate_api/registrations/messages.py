"""What is told of entries."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register

CHANGED = "registrations.changed"
CHANGED_AFTER_RELEASE = "registrations.changed_after_release"

register(
    Template(
        CHANGED,
        _("报考变更"),
        _("您{session}已缴费的报考已变更：原为{before}，现为{after}。"),
        (Channel.IN_APP,),
    ),
    Template(
        CHANGED_AFTER_RELEASE,
        _("报考变更"),
        _(
            "您{session}已缴费的报考已变更：原为{before}，现为{after}。"
            "此前打印的准考证已作废，请在考场安排好以后重新打印。"
        ),
        (Channel.IN_APP,),
    ),
)
