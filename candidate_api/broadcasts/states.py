"""群发消息: what one can be, and who may send one."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

BROADCAST = Machine(
    "broadcast",
    [
        State("draft", _("待确认")),
        State("sending", _("发送中"), "info"),
        State("sent", _("已发出"), "success", final=True),
        State("discarded", _("已放弃"), final=True),
    ],
    [
        Move("confirm", ("draft",), "sending", frozenset({Who.STAFF}), _("确认发送")),
        Move("discard", ("draft",), "discarded", frozenset({Who.STAFF}), _("放弃")),
        Move("finish", ("sending",), "sent", frozenset({Who.SYSTEM}), _("全部发出")),
    ],
)

MAY_BROADCAST = ("administrator",)  # a code of review.offices.states.Role
MOST_TITLE, MOST_WORDS = 40, 1000
BATCH = 1000  # people in one transaction
MOST_RETRIED = 500  # by one press of the button
