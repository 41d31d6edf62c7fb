from django.utils.translation import gettext_lazy as _

from candidate_api.payments.models import Order, PaymentEvent
from portal.kernel.users.holdings import Holding, holds

_KEPT = _("会计凭证，保存30年（会计档案管理办法）。")

holds(
    Holding(
        Order,
        _("订单与缴费"),
        _KEPT,
        lambda user: Order.objects.filter(payer=user),
        ("number", "title", "amount_fen", "state", "created_at", "paid_at"),
    ),
    Holding(
        PaymentEvent,
        _("支付渠道的通知"),
        _KEPT,
        lambda user: PaymentEvent.objects.filter(attempt__order__payer=user),
        ("attempt__out_trade_no", "channel", "kind", "outcome", "received_at"),
    ),
)
