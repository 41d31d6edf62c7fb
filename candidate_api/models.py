"""Table of contents: the candidates' business by noun."""

from candidate_api.accounts.models import DeviceToken
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund

__all__ = ["DeviceToken", "Order", "PaymentAttempt", "PaymentEvent", "Refund"]
