"""报考: what one subject-entry (科次) can be."""

from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

# In these states an entry takes its slot, its course and its seat.
LIVE = ("pending", "confirmed")
# What was paid for, though the money of some went back.
PAID = ("confirmed", "refunded")

REGISTRATION = Machine(
    "registration",
    [
        State("pending", _("待缴费"), "warning"),
        State("confirmed", _("报考成功"), "success"),
        State("cancelled", _("已取消"), final=True),
        State("expired", _("超时关闭")),
        State("refunded", _("已退费"), final=True),
    ],
    [
        Move("cancel", ("pending",), "cancelled", frozenset({Who.CANDIDATE}), _("取消报考")),
        Move("expire", ("pending",), "expired", frozenset({Who.SYSTEM}), _("超时关闭")),
        Move("confirm", ("pending",), "confirmed", frozenset({Who.SYSTEM}), _("缴费成功")),
        # The money came late: while the window is open and nothing took its place, the entry comes back. What its
        # candidate cancelled does not.
        Move("restore", ("expired",), "confirmed", frozenset({Who.SYSTEM}), _("补认缴费")),
        # The office has granted it: the entry ends, its fee goes back.
        Move("refund", ("confirmed",), "refunded", frozenset({Who.STAFF, Who.SYSTEM}), _("退费")),
        # Course or district.
        Move("change", LIVE, None, frozenset({Who.CANDIDATE}), _("修改课程或者考区")),
    ],
)

# What `allowed_actions` of an entry is made of.
ACTIONS = REGISTRATION.askable(Who.CANDIDATE)
