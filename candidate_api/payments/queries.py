"""What an actor may see, and the one way to lock. The order of locks: Order, PaymentAttempt, Refund, then whatever
the order is for."""

from typing import TypeVar

from django.db.models import Case, Model, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from candidate_api.payments.models import ChannelSwitch, Order, PaymentAttempt, PaymentEvent, Refund
from candidate_api.payments.providers.registry import channels
from candidate_api.payments.rules import MISFITS, MISFITS_SHOWN, SILENT_AFTER, UNRESOLVED_AFTER
from candidate_api.payments.states import LIVE, MAY_READ, Channel
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.prepared import Prepared

M = TypeVar("M", bound=Model)


def visible_to(actor: Actor) -> "QuerySet[Order]":
    """The actor's own orders; all of them to scheduled work, none to anybody else."""
    if actor.is_system:
        return Order.objects.all()
    return Order.objects.filter(payer_id=actor.user_id) if actor.is_candidate else Order.objects.none()


def get(actor: Actor, number: str) -> Order:
    """The order, not locked. Raises Problem `not_found` for another's."""
    order = visible_to(actor).filter(number=number).first()
    if order is None:
        raise Problem(Code.NOT_FOUND, _("没有这个订单。"))
    return order


def to_pay(actor: Actor) -> "QuerySet[Order]":
    """The actor's own orders that can still be paid, what ends first first."""
    return visible_to(actor).filter(state="pending", expires_at__gt=clock.now()).order_by("expires_at", "pk")


def locking(rows: "QuerySet[M]") -> "QuerySet[M]":
    """The rows locked until the transaction ends, in the order of their keys."""
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)


def for_update(actor: Actor, number: str) -> Order:
    """The order, locked. Raises Problem `not_found` for another's."""
    return lock_order(get(actor, number).pk)


def lock_order(order_id: int) -> Order:
    return locking(Order.objects.filter(pk=order_id)).get()


def lock_attempt(attempt_id: int) -> tuple[Order, PaymentAttempt]:
    """The attempt and its order, both locked, the order first."""
    order = lock_order(PaymentAttempt.objects.values_list("order_id", flat=True).get(pk=attempt_id))
    attempt = locking(PaymentAttempt.objects.filter(pk=attempt_id)).get()
    attempt.order = order
    return order, attempt


def lock_refund(refund_id: int) -> tuple[PaymentAttempt, Refund]:
    """The refund with its attempt and order, all locked from the outside in."""
    _order, attempt = lock_attempt(Refund.objects.values_list("attempt_id", flat=True).get(pk=refund_id))
    refund = locking(Refund.objects.filter(pk=refund_id)).get()
    refund.attempt = attempt
    return attempt, refund


def offered_channels() -> list[Channel]:
    """The channels that payers may choose now. One query."""
    closed = {channel for (channel,) in _CLOSED.all()}
    return [channel for channel in channels() if channel.value not in closed]


_CLOSED = Prepared(lambda: ChannelSwitch.objects.filter(offered=False).values_list("channel"))


def live_attempt(order: Order) -> PaymentAttempt | None:
    return order.attempts.filter(state__in=LIVE).first()


def has_unresolved_money(order: Order) -> bool:
    """Whether money was recorded of which it is not decided yet what becomes of it."""
    return order.attempts.filter(state="succeeded", resolved_at=None).exists()


# -- the desk ---------------------------------------------------------------------------------------------------
def refunds(actor: Actor) -> "QuerySet[Refund]":
    """Every refund to who may read the province's money, none to others."""
    rows = Refund.objects.select_related("attempt__order")
    return rows if actor.has_role_at_top(*MAY_READ) else rows.none()


def troubles(actor: Actor) -> "QuerySet[PaymentAttempt]":
    """Attempts that somebody should look at, and why (`trouble`): money that was recorded and led nowhere, a channel
    that says nothing of what should be over, a verified message that does not fit what is in the books."""
    now = clock.now()
    unresolved = Q(state="succeeded", resolved_at=None, paid_at__lt=now - UNRESOLVED_AFTER)
    silent = Q(state__in=LIVE, expires_at__lt=now - SILENT_AFTER)
    wrong = PaymentEvent.objects.filter(
        attempt__isnull=False, verified=True, outcome__in=MISFITS, received_at__gte=now - MISFITS_SHOWN
    )
    found = PaymentAttempt.objects.filter(unresolved | silent | Q(pk__in=wrong.values("attempt")))
    whens = (When(unresolved, then=Value("unresolved")), When(silent, then=Value("silent")))
    rows = found.select_related("order").annotate(trouble=Case(*whens, default=Value("mismatch")))
    return rows if actor.has_role_at_top(*MAY_READ) else rows.none()


# -- work lists -------------------------------------------------------------------------------------------------
def due_to_expire(limit: int = 500) -> list[int]:
    due = Order.objects.filter(state="pending", expires_at__lte=clock.now())
    return list(due.order_by("expires_at").values_list("pk", flat=True)[:limit])


def due_to_query(limit: int = 500) -> list[int]:
    due = PaymentAttempt.objects.filter(state__in=LIVE, query_at__lte=clock.now())
    return list(due.order_by("query_at").values_list("pk", flat=True)[:limit])


def due_to_resolve(limit: int = 500) -> list[int]:
    recorded = PaymentAttempt.objects.filter(state="succeeded", resolved_at=None)
    return list(recorded.order_by("paid_at").values_list("pk", flat=True)[:limit])


def due_refunds(limit: int = 200) -> list[int]:
    due = Refund.objects.filter(state__in=["queued", "processing"], due_at__lte=clock.now())
    return list(due.order_by("due_at").values_list("pk", flat=True)[:limit])
