"""What the payer is told."""

from django.utils.translation import gettext_lazy as _

from candidate_api.payments.models import Order
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import Template, register
from portal.kernel.money import yuan

BOTH = (Channel.IN_APP, Channel.SMS)

PAID = "payments.paid"
PAID_LATE = "payments.paid_late"
REFUNDING_DUPLICATE = "payments.refunding_duplicate"
REFUNDING_LATE = "payments.refunding_late"
REFUNDING_UNFULFILLABLE = "payments.refunding_unfulfillable"
REFUNDING_AMENDED = "payments.refunding_amended"
REFUNDING_GRANTED = "payments.refunding_granted"
REFUNDING_CANCELLED = "payments.refunding_cancelled"
REFUNDED = "payments.refunded"

register(
    Template(
        PAID,
        _("缴费成功"),
        _("您的订单 {number}（{title}）已缴费 {amount} 元。"),
        (Channel.IN_APP,),
    ),
    Template(
        PAID_LATE,
        _("缴费成功"),
        _("您的订单 {number}（{title}）在关闭后收到缴费 {amount} 元，经核对仍可办理，已为您办理成功。"),
        BOTH,
    ),
    Template(
        REFUNDING_DUPLICATE,
        _("重复缴费自动退款"),
        _("您的订单 {number}（{title}）重复缴费 {amount} 元，款项将自动原路退回，无需您操作。"),
        BOTH,
    ),
    Template(
        REFUNDING_LATE,
        _("订单已关闭，自动退款"),
        _("您的订单 {number}（{title}）已关闭，之后收到的 {amount} 元将自动原路退回，无需您操作。"),
        BOTH,
    ),
    Template(
        REFUNDING_UNFULFILLABLE,
        _("无法办理，自动退款"),
        _("您的订单 {number}（{title}）无法办理，已收到的 {amount} 元将自动原路退回，无需您操作。"),
        BOTH,
    ),
    Template(
        REFUNDING_AMENDED,
        _("金额已变更，自动退款"),
        _("您的订单 {number}（{title}）金额已变更，按原金额支付的 {amount} 元将自动原路退回，请按新金额缴费。"),
        BOTH,
    ),
    Template(
        REFUNDING_GRANTED,
        _("退费已受理"),
        _("您的订单 {number}（{title}）的退费 {amount} 元已受理，款项将原路退回。"),
        BOTH,
    ),
    # By SMS they are told that the examination is cancelled, and when the money has arrived.
    Template(
        REFUNDING_CANCELLED,
        _("考试取消，自动退费"),
        _("您的订单 {number}（{title}）因考试取消退费 {amount} 元，款项将自动原路退回，不用申请。"),
        (Channel.IN_APP,),
    ),
    Template(
        REFUNDED,
        _("退款成功"),
        _("您的订单 {number}（{title}）的退款 {amount} 元已原路退回，到账时间以支付渠道为准。"),
        BOTH,
    ),
)


def link(order: Order) -> str:
    """The page that tells more."""
    return f"/business/orders/{order.number}/"


def values(order: Order, amount_fen: int) -> dict[str, str]:
    """What the texts of this page need."""
    return {"number": order.number, "title": order.title, "amount": yuan(amount_fen)}
