"""考试取消: the office takes a course out of a session, or a whole session; two persons decide, all money goes back."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

STAFF = frozenset({Who.STAFF})

CANCELLATION = Machine(
    "cancellation",
    [
        State("proposed", _("待第二人批准"), "warning"),
        State("approved", _("已取消，退费办理中或已完成"), "info", final=True),
        State("declined", _("未批准"), final=True),
    ],
    [
        Move("approve", ("proposed",), "approved", STAFF, _("批准并全部退费")),
        Move("decline", ("proposed",), "declined", STAFF, _("不批准")),
    ],
)
# Roles of the province: who proposes or approves, never both of one; who looks.
MAY_DECIDE = ("administrator", "finance")
MAY_READ = ("administrator", "finance", "auditor", "archive")
