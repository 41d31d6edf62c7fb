"""I1, I3, I4, I7, I8: no fen appears, vanishes or is believed without proof."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from candidate_api.invariants.queries.finding import each, reference
from candidate_api.invariants.rules import Finding
from candidate_api.payments.models import Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.states import AUTOMATIC, BY_STAFF, EventKind
from candidate_api.registrations.actions import KIND
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import PAID
from portal.kernel import clock
from portal.kernel.users.models import User

RESOLVED_WITHIN = timedelta(hours=1)


def succeeded() -> int:
    return PaymentAttempt.objects.filter(state="succeeded").count()


def balances() -> Iterator[Finding]:
    """I1, per payer. What staff granted back stays out on both sides: its entry was paid for."""
    captured = PaymentAttempt.objects.filter(state="succeeded")
    registrations = Registration.objects.filter(state__in=PAID, order__state="paid")
    others = Order.objects.filter(state="paid").exclude(kind=KIND)
    difference: Counter[int] = Counter()
    for sign, rows, payer, amount in (
        (1, captured, "order__payer", "amount_fen"),
        (-1, Refund.objects.filter(reason__in=AUTOMATIC), "attempt__order__payer", "amount_fen"),
        (-1, captured.filter(resolved_at=None), "order__payer", "amount_fen"),  # held: nobody has decided yet
        (-1, registrations, "order__payer", "fee_fen"),
        (-1, others, "payer", "amount_fen"),
    ):
        for user_id, fen in _sums(rows, payer, amount):
            difference[user_id] += sign * fen
    for user_id, fen in sorted(difference.items()):
        if fen:
            sentence = _("账不平，相差 %(fen)d 分。") % {"fen": fen}
            yield Finding("I1", sentence, (reference(User, user_id),))


def _sums(rows: "QuerySet[Any]", by: str, amount: str) -> "QuerySet[Any, Any]":
    return rows.order_by().values_list(by).annotate(fen=Sum(amount))


def refunds_within_captured() -> Iterator[Finding]:
    """I3. Failed refunds count: they can be sent again."""
    touched = PaymentAttempt.objects.filter(Q(refunded_fen__gt=0) | Q(pk__in=Refund.objects.values("attempt")))
    summed = touched.annotate(back=Coalesce(Sum("refunds__amount_fen"), 0))
    yield from each("I3", _("退款合计超过所收金额。"), summed.filter(back__gt=F("amount_fen")))
    yield from each("I3", _("已退金额与退款记录不一致。"), summed.exclude(back=F("refunded_fen")))
    refunds = Refund.objects.all()
    yield from each("I3", _("退款所属的支付没有到账。"), refunds.exclude(attempt__state="succeeded"))
    yield from each("I3", _("已退款却没有退款时间。"), refunds.filter(state="succeeded", refunded_at=None))


def confirmed_is_paid() -> Iterator[Finding]:
    """I4, in both directions, and that the two agree on who, what and how much."""
    confirmed = Registration.objects.filter(state__in=PAID)
    paid = Order.objects.filter(state="paid")
    yield from each("I4", _("报考成功，但订单未支付。"), confirmed.exclude(order__state="paid"))
    foreign = ~Q(order__payer=F("candidate__user")) | ~Q(order__subject=F("session__code")) | ~Q(order__kind=KIND)
    yield from each("I4", _("报考成功，但订单属于别人或别的考期。"), confirmed.filter(foreign))
    unsettled = Q(settled_by=None) | ~Q(settled_by__state="succeeded") | ~Q(settled_by__order=F("pk"))
    yield from each("I4", _("订单已支付，但没有本订单的到账记录。"), paid.filter(unsettled))
    yield from each("I4", _("订单金额与到账金额不一致。"), paid.exclude(amount_fen=F("settled_by__amount_fen")))
    fees = Sum("registrations__fee_fen", filter=Q(registrations__state__in=PAID))
    ours = paid.filter(kind=KIND).annotate(fees=Coalesce(fees, 0))
    yield from each("I4", _("订单金额与报考成功的科次报考费不一致。"), ours.exclude(fees=F("amount_fen")))
    left = Registration.objects.filter(order__state="paid").exclude(state__in=[*PAID, "cancelled"])
    yield from each("I4", _("订单已支付，科次却没有报考成功。"), left)
    granted = Refund.objects.filter(attempt__settles=OuterRef("pk"), reason__in=BY_STAFF).order_by()
    back = Coalesce(Subquery(granted.values("attempt").annotate(fen=Sum("amount_fen")).values("fen")), 0)
    ended = Coalesce(Sum("registrations__fee_fen", filter=Q(registrations__state="refunded")), 0)
    short = paid.filter(kind=KIND).annotate(ended=ended, back=back).filter(back__lt=F("ended"))
    yield from each("I4", _("科次已退费，订单却没有足额退款。"), short)


def resolved_in_time() -> Iterator[Finding]:
    """I7."""
    captured = PaymentAttempt.objects.filter(state="succeeded")
    late = captured.filter(resolved_at=None, paid_at__lt=clock.now() - RESOLVED_WITHIN)
    yield from each("I7", _("到账超过一小时仍未办结。"), late)
    nowhere = captured.filter(resolved_at__isnull=False, settles=None, refunded_fen__lt=F("amount_fen"))
    yield from each("I7", _("到账已办结，却既未办理也未全额退款。"), nowhere)


def vouched_for() -> Iterator[Finding]:
    """I8: each success has a verified answer or notice of its channel that says so."""
    word = PaymentEvent.objects.filter(
        attempt=OuterRef("pk"),
        verified=True,
        kind__in=[EventKind.NOTIFY, EventKind.QUERY],
        outcome__in=["paid", "duplicate:paid"],
    )
    captured = PaymentAttempt.objects.filter(state="succeeded")
    yield from each("I8", _("到账没有经过验证的渠道消息。"), captured.exclude(Exists(word)))
