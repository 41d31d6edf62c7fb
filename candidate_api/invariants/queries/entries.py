"""I2, I5, I9: one live order, one place, in time."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Seat
from candidate_api.invariants.queries.finding import doubled, each
from candidate_api.invariants.rules import Finding
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.states import LIVE as LIVE_ATTEMPT
from candidate_api.registrations.actions import KIND
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE
from candidate_api.sessions.models import SeatPool
from cms.windows.models import BusinessWindow, WindowExtension
from cms.windows.rules import Business, main_phase


def one_live_order() -> Iterator[Finding]:
    """I2: an entry is in one live order alone, and that order asks for its entries' fees, once at a time."""
    live = Registration.objects.filter(state__in=LIVE)
    yield from doubled("I2", _("同一考期同一课程有两条有效报考。"), live, "candidate", "session", "course")
    waiting = live.filter(state="pending")
    yield from each("I2", _("科次待缴费，订单却已关闭或已支付。"), waiting.exclude(order__state="pending"))
    fees = Sum("registrations__fee_fen", filter=Q(registrations__state="pending"))
    open_orders = Order.objects.filter(kind=KIND, state="pending").annotate(fees=Coalesce(fees, 0))
    yield from each("I2", _("待缴费订单的金额与科次报考费不一致。"), open_orders.exclude(fees=F("amount_fen")))
    attempts = PaymentAttempt.objects.filter(state__in=LIVE_ATTEMPT)
    yield from doubled("I2", _("同一订单有两笔进行中的支付。"), attempts, "order")


def nobody_twice() -> Iterator[Finding]:
    """I5: of entries, of seats, and of the counters of seats."""
    live = Registration.objects.filter(state__in=LIVE)
    yield from doubled("I5", _("一名考生同一场次有两条有效报考。"), live, "candidate", "session", "slot")
    as_offered = Q(session=F("offering__session"), course=F("offering__course"), slot=F("offering__slot"))
    yield from each("I5", _("科次的考期、课程或场次与开考计划不一致。"), live.exclude(as_offered))
    seats = Seat.objects.all()
    yield from doubled("I5", _("一个座位排了两名考生。"), seats, "room", "session", "slot", "seat_no")
    yield from doubled("I5", _("一名考生同一场次排了两个座位。"), seats, "candidate", "session", "slot")
    its_own = Q(candidate=F("registration__candidate"), session=F("registration__session"))
    yield from each("I5", _("座位与其科次的考生或考期不一致。"), seats.exclude(its_own))
    yield from each("I5", _("座位号超过考场座位数。"), seats.filter(seat_no__gt=F("room__seats")))
    here = {name: OuterRef(name) for name in ("session", "district", "slot")}
    buckets = SeatPool.objects.filter(**here)
    counted = live.filter(**here).order_by().values("session").annotate(how_many=Count("pk")).values("how_many")
    taken = buckets.order_by().values("session").annotate(sum=Sum("taken")).values("sum")
    places = SeatPool.objects.exclude(Exists(buckets.filter(bucket__lt=OuterRef("bucket"))))  # each by its first
    sums = places.annotate(live=Coalesce(Subquery(counted), 0), all_taken=Subquery(taken))
    yield from each("I5", _("已占用考位数与有效科次数不一致。"), sums.exclude(all_taken=F("live")))
    yield from each("I5", _("已占用考位超过容量。"), SeatPool.objects.filter(taken__gt=F("capacity")))
    yield from each("I5", _("有效科次没有计入考位。"), live.exclude(Exists(buckets)))


def inside_the_window() -> Iterator[Finding]:
    """I9. A window that was prolonged counts as it is now; its change is in the audit log with a reason. Beyond it only
    an extension of the person, granted before they wrote (to whom the record belonged before a merger, too)."""
    business = Business.COURSE_REGISTRATION
    place = {"business": business, "phase": main_phase(business), "session": OuterRef("session__code")}
    at = OuterRef("created_at")
    window = BusinessWindow.objects.filter(**place, opens_at__lte=at, closes_at__gt=at)
    extended = WindowExtension.objects.filter(
        Q(user=OuterRef("candidate__user")) | Q(user__candidate__merged_into=OuterRef("candidate")),
        **{f"window__{name}": value for name, value in place.items()},
        window__opens_at__lte=at,
        granted_at__lte=at,
        until__gt=at,
    )
    outside = Registration.objects.exclude(Exists(window)).exclude(Exists(extended))
    yield from each("I9", _("报考时间不在办理时间内。"), outside)
