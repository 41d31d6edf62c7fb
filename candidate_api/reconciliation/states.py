"""What a bill and a difference can be, which differences there are, and who looks after them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kernel.states import Machine, Move, State, Who

STATEMENT = Machine(
    "statement",
    [
        State("due", _("待核对"), "warning"),
        State("matched", _("已核对"), "success", final=True),
    ],
    [Move("match", ("due",), "matched", frozenset({Who.SYSTEM}), _("核对"))],
)

DIFFERENCE = Machine(
    "difference",
    [
        State("open", _("待处理"), "danger"),
        State("handled", _("已处理"), "success", final=True),
    ],
    [Move("handle", ("open",), "handled", frozenset({Who.STAFF}), _("处理"))],
)


class Kind(models.TextChoices):
    """What a channel's bill and the house's books disagree about."""

    UNKNOWN_PAYMENT = "unknown_payment", _("长款：账单有收款，本系统无此支付")
    UNRECORDED_PAYMENT = "unrecorded_payment", _("长款：账单有收款，本系统未到账")
    MISSING_PAYMENT = "missing_payment", _("短款：本系统已到账，账单无收款")
    PAYMENT_AMOUNT = "payment_amount", _("收款金额不符")
    OTHER_TRANSACTION = "other_transaction", _("渠道交易号不符")
    UNKNOWN_REFUND = "unknown_refund", _("账单有退款，本系统无此退款")
    UNRECORDED_REFUND = "unrecorded_refund", _("账单有退款，本系统退款失败")
    MISSING_REFUND = "missing_refund", _("本系统已退款，账单无退款")
    REFUND_AMOUNT = "refund_amount", _("退款金额不符")
    REPEATED = "repeated", _("账单重复记账")


class Resolution(models.TextChoices):
    """How somebody has settled a difference; the money itself moves by other verbs."""

    RECORDED = "recorded", _("已补记入账")
    REFUNDED = "refunded", _("已退款")
    CORRECTED = "corrected", _("渠道已更正")
    NEXT_BILL = "next_bill", _("次日账单已平")
    BY_HAND = "by_hand", _("线下调账")


# Roles (codes of review.offices.states.Role), held at the province.
MAY_READ = ("finance", "auditor", "administrator")
MAY_HANDLE = ("finance",)
