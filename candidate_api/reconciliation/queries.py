"""What may be seen, what is due, and where a bill disagrees with the books: one query for each kind of difference."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from candidate_api.payments.models import PaymentAttempt, Refund
from candidate_api.reconciliation.models import Difference, Statement
from candidate_api.reconciliation.rules import days_due
from candidate_api.reconciliation.states import MAY_READ, Kind
from portal.kernel import clock
from portal.kernel.actor import Actor


def may_read(actor: Actor) -> bool:
    """The province's books are the province's."""
    return actor.is_system or actor.has_role_at_top(*MAY_READ)


def differences(actor: Actor) -> "QuerySet[Difference]":
    rows = Difference.objects.select_related("statement", "handled_by", "attempt__order", "refund__attempt__order")
    return rows if may_read(actor) else rows.none()


def statements(actor: Actor) -> "QuerySet[Statement]":
    rows = Statement.objects.annotate(
        found=Count("differences"), open=Count("differences", filter=Q(differences__state="open"))
    )
    return rows if may_read(actor) else rows.none()


def lock_statement(statement_id: int) -> Statement:
    return Statement.objects.select_for_update(of=("self",), no_key=True).get(pk=statement_id)


def lock_difference(actor: Actor, difference_id: int) -> Difference | None:
    visible = differences(actor).filter(pk=difference_id).values("pk")
    return Difference.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=visible).first()


def expected() -> Iterator[Statement]:
    """The bills that have to be there by now, as rows that are not stored yet; also of those that are."""
    for channel in settings.PAYMENT_PROVIDERS:
        first = PaymentAttempt.objects.filter(channel=channel).order_by("pk").first()
        if first is not None:
            days = days_due(clock.local(first.created_at).date(), clock.local(clock.now()))
            yield from (Statement(channel=channel, day=day, due_at=clock.now()) for day in days)


def due() -> dict[str, list[int]]:
    """Unmatched bills by channel, in the order of their days; also those that are to wait a little."""
    found: dict[str, list[int]] = {}
    for channel, pk in Statement.objects.filter(state="due").order_by("channel", "day").values_list("channel", "pk"):
        found.setdefault(channel, []).append(pk)
    return found


# -- matching ---------------------------------------------------------------------------------------------------
def recognise(statement: Statement) -> None:
    """Note at each line whose it is: two updates for all of them."""
    ours = PaymentAttempt.objects.filter(channel=statement.channel, out_trade_no=OuterRef("number"))
    statement.lines.filter(kind="payment").update(attempt=Subquery(ours.values("pk")))
    back = Refund.objects.filter(attempt__channel=statement.channel, out_refund_no=OuterRef("number"))
    statement.lines.filter(kind="refund").update(refund=Subquery(back.values("pk")))


def disagreements(statement: Statement) -> Iterator[Difference]:
    """What is wrong between the recognised lines of a bill and the books, as rows that are not stored yet."""
    lines = statement.lines.order_by("pk")
    paid, back = lines.filter(kind="payment"), lines.filter(kind="refund")
    known, returned = paid.exclude(attempt=None), back.exclude(refund=None)
    recorded = known.filter(attempt__state="succeeded")
    for kind, wrong in (
        (Kind.UNKNOWN_PAYMENT, paid.filter(attempt=None)),
        (Kind.UNRECORDED_PAYMENT, known.exclude(attempt__state="succeeded")),
        (Kind.PAYMENT_AMOUNT, recorded.exclude(amount_fen=F("attempt__amount_fen"))),
        (Kind.OTHER_TRANSACTION, recorded.exclude(transaction_id=F("attempt__transaction_id"))),
        (Kind.UNKNOWN_REFUND, back.filter(refund=None)),
        (Kind.UNRECORDED_REFUND, returned.filter(refund__state="failed")),
        (Kind.REFUND_AMOUNT, returned.exclude(amount_fen=F("refund__amount_fen"))),
    ):
        for line in wrong.select_related("attempt", "refund"):
            thing = line.attempt or line.refund
            yield _difference(statement, kind, line.number, line.attempt, line.refund, line.amount_fen, _fen(thing))
    yield from _repeated(statement)
    yield from _missing(statement)


def _repeated(statement: Statement) -> Iterator[Difference]:
    counted = statement.lines.order_by().values("kind", "number", "attempt", "refund")
    for row in counted.annotate(n=Count("pk"), fen=Sum("amount_fen")).filter(n__gt=1):
        attempt = PaymentAttempt.objects.filter(pk=row["attempt"]).first()
        refund = Refund.objects.filter(pk=row["refund"]).first()
        ours = _fen(attempt or refund)
        yield _difference(statement, Kind.REPEATED, row["number"], attempt, refund, row["fen"], ours)


def _missing(statement: Statement) -> Iterator[Difference]:
    """What the books have of that day and no bill has. A refund may stand in the bill of the day before: that one is
    matched already."""
    start, end = clock.at(statement.day), clock.at(statement.day, 24)
    mine = PaymentAttempt.objects.filter(channel=statement.channel, state="succeeded", lines=None)
    for attempt in mine.filter(paid_at__gte=start, paid_at__lt=end):
        number = attempt.out_trade_no
        yield _difference(statement, Kind.MISSING_PAYMENT, number, attempt, None, None, attempt.amount_fen)
    sent = Refund.objects.filter(attempt__channel=statement.channel, state="succeeded", lines=None)
    for refund in sent.filter(refunded_at__gte=start, refunded_at__lt=end):
        yield _difference(statement, Kind.MISSING_REFUND, refund.out_refund_no, None, refund, None, refund.amount_fen)


def _difference(
    statement: Statement,
    kind: Kind,
    number: str,
    attempt: PaymentAttempt | None,
    refund: Refund | None,
    theirs: int | None,
    ours: int | None,
) -> Difference:
    return Difference(
        statement=statement,
        kind=kind,
        number=number,
        attempt=attempt,
        refund=refund,
        theirs_fen=theirs,
        ours_fen=ours,
        found_at=clock.now(),
    )


def _fen(thing: Model | None) -> int | None:
    return getattr(thing, "amount_fen", None)


def totals(statement: Statement) -> dict[str, int]:
    """How many payments and refunds the bill has, and their sums in fen."""
    paid, back = Q(kind="payment"), Q(kind="refund")
    found: dict[str, Any] = statement.lines.aggregate(
        payments=Count("pk", filter=paid),
        payments_fen=Sum("amount_fen", filter=paid, default=0),
        refunds=Count("pk", filter=back),
        refunds_fen=Sum("amount_fen", filter=back, default=0),
    )
    return found


# -- before a session's books are shut --------------------------------------------------------------------------
def open_of(subject: str) -> int:
    """Differences that stand open: of orders about `subject`, and those that nobody knows whose they are."""
    ours = Q(attempt__order__subject=subject) | Q(refund__attempt__order__subject=subject)
    nobodys = Q(attempt=None, refund=None)
    return Difference.objects.filter(ours | nobodys, state="open").count()


def unmatched_days(subject: str) -> int:
    """Days and channels on which money for `subject` came in whose bill is not matched."""
    captured = PaymentAttempt.objects.filter(order__subject=subject, state="succeeded").order_by()
    days = captured.values_list("channel", TruncDate("paid_at", tzinfo=clock.SHANGHAI)).distinct()
    matched = Statement.objects.filter(state="matched").values_list("channel", "day")
    return len({*days} - {*matched})


def unfinished_refunds(subject: str) -> int:
    return Refund.objects.filter(attempt__order__subject=subject).exclude(state="succeeded").count()
