"""The channels' bills for what the made-up people paid: no gateway has taken that money, and none could be asked."""

from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.reconciliation.models import Statement, StatementLine
from candidate_api.reconciliation.rules import LONGEST
from portal.kernel import clock

BATCH = 5000


def write() -> None:
    """Agreeing bills for every day with money that has none yet; today's money stands in yesterday's."""
    yesterday = clock.today() - timedelta(days=1)
    captured = PaymentAttempt.objects.filter(state="succeeded", lines=None).order_by()
    days = captured.annotate(day=TruncDate("paid_at", tzinfo=clock.SHANGHAI)).values_list("channel", "day")
    wanted = {(channel, min(day, yesterday)) for channel, day in days.distinct()}
    Statement.objects.bulk_create(
        (
            Statement(
                channel=channel, day=day, state="matched", tries=1, due_at=clock.at(day, 24), matched_at=clock.now()
            )
            for channel, day in sorted(wanted)
        ),
        ignore_conflicts=True,
        batch_size=BATCH,
    )
    by_day = {(row.channel, row.day): row for row in Statement.objects.filter(day__gte=yesterday - LONGEST)}
    recent = captured.filter(paid_at__gte=clock.at(yesterday - LONGEST + timedelta(days=1)))
    paid = recent.values_list("pk", "channel", "paid_at", "out_trade_no", "transaction_id", "amount_fen")
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                statement_id=by_day[channel, _day(paid_at, yesterday)].pk,
                kind="payment",
                number=number,
                transaction_id=transaction_id,
                amount_fen=amount_fen,
                attempt_id=key,
            )
            for key, channel, paid_at, number, transaction_id, amount_fen in paid
        ],
        batch_size=BATCH,
    )
    back = Refund.objects.filter(state="succeeded", lines=None, attempt__lines__isnull=False).order_by()
    sent = back.values_list("pk", "attempt__channel", "attempt__paid_at", "out_refund_no", "amount_fen")
    StatementLine.objects.bulk_create(
        [
            StatementLine(
                statement_id=by_day[channel, _day(paid_at, yesterday)].pk,
                kind="refund",
                number=number,
                transaction_id=f"50{key:026d}",
                amount_fen=amount_fen,
                refund_id=key,
            )
            for key, channel, paid_at, number, amount_fen in sent
        ],
        batch_size=BATCH,
    )
    _sum_up(list(by_day.values()))


def _day(instant: object, yesterday: date) -> date:
    return min(clock.local(instant).date(), yesterday)  # type: ignore[arg-type]  # what is paid has a time


def _sum_up(statements: list[Statement]) -> None:
    paid, back = Q(kind="payment"), Q(kind="refund")
    rows = StatementLine.objects.filter(statement__in=statements).order_by().values("statement")
    sums = rows.annotate(
        payments=Count("pk", filter=paid),
        payments_fen=Sum("amount_fen", filter=paid, default=0),
        refunds=Count("pk", filter=back),
        refunds_fen=Sum("amount_fen", filter=back, default=0),
    )
    known = {statement.pk: statement for statement in statements}
    for row in sums:
        statement = known[row.pop("statement")]
        for name, value in row.items():
            setattr(statement, name, value)
    Statement.objects.bulk_update(statements, ["payments", "payments_fen", "refunds", "refunds_fen"], batch_size=500)
