"""Sums of money: received and given back by day and channel, fees by city. Three queries, whatever the span."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.payments.states import Channel
from candidate_api.registrations.models import Registration
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.money import yuan


@dataclass
class Flow:
    """Money of one day, one channel or all: counts, and sums in fen."""

    payments: int = 0
    received_fen: int = 0
    refunds: int = 0
    returned_fen: int = 0

    @property
    def received(self) -> str:
        return yuan(self.received_fen)

    @property
    def returned(self) -> str:
        return yuan(self.returned_fen)

    @property
    def net(self) -> str:
        return yuan(self.received_fen - self.returned_fen)

    def add(self, other: "Flow") -> None:
        self.payments += other.payments
        self.received_fen += other.received_fen
        self.refunds += other.refunds
        self.returned_fen += other.returned_fen


@dataclass
class Sums:
    """`by_day` has every day that was asked for, `by_city` code, name, courses and fees (yuan) of what is confirmed."""

    by_day: dict[date, Flow]
    by_channel: dict[Channel, Flow]
    total: Flow = field(default_factory=Flow)
    by_city: list[tuple[str, str, int, str]] = field(default_factory=list)


def sums(days: Sequence[date]) -> Sums:
    """What came and went on these days in Guangxi: payments by the channel's instant, refunds by their arrival."""
    start, end = clock.at(days[0]), clock.at(days[-1], 24)
    found = Sums({day: Flow() for day in days}, defaultdict(Flow))
    captured = PaymentAttempt.objects.filter(state="succeeded", paid_at__gte=start, paid_at__lt=end).order_by()
    day = TruncDate("paid_at", tzinfo=clock.SHANGHAI)
    rows = captured.annotate(day=day).values_list("day", "channel").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    for on, channel, number, fen in rows:
        _enter(found, on, channel, Flow(payments=number, received_fen=fen))
    back = Refund.objects.filter(state="succeeded", refunded_at__gte=start, refunded_at__lt=end).order_by()
    day = TruncDate("refunded_at", tzinfo=clock.SHANGHAI)
    rows = back.annotate(day=day).values_list("day", "attempt__channel").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    for on, channel, number, fen in rows:
        _enter(found, on, channel, Flow(refunds=number, returned_fen=fen))
    found.by_city = _by_city(days)
    return found


def _enter(found: Sums, on: date, channel: str, flow: Flow) -> None:
    found.by_day[on].add(flow)
    found.by_channel[Channel(channel)].add(flow)
    found.total.add(flow)


def _by_city(days: Sequence[date]) -> list[tuple[str, str, int, str]]:
    """What was paid for, by the 考区 where it is sat; the largest first."""
    confirmed = Registration.objects.filter(
        state="confirmed", order__paid_at__gte=clock.at(days[0]), order__paid_at__lt=clock.at(days[-1], 24)
    ).order_by()
    rows = confirmed.values_list("district__code", "district__name").annotate(n=Count("pk"), fen=Sum("fee_fen"))
    return [(code, name, n, yuan(fen)) for code, name, n, fen in rows.order_by("-fen", "district__code")]


def sessions_to_close() -> list[ExamSession]:
    """Sessions whose last day is over and whose books are not shut."""
    return list(ExamSession.objects.filter(closed=False, second_day__lt=clock.today()))
