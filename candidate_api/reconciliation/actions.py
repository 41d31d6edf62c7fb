"""Verbs: bills are fetched and matched day by day; a difference is settled by somebody who says how."""

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.payments.providers.contract import BillLine, ProviderUnavailable
from candidate_api.payments.providers.registry import provider
from candidate_api.reconciliation import queries
from candidate_api.reconciliation.models import Difference, Statement, StatementLine
from candidate_api.reconciliation.rules import RETRY
from candidate_api.reconciliation.states import DIFFERENCE, MAY_HANDLE, Resolution
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.states import Who
from portal.kernel.work import wake

log = structlog.get_logger("portal.reconciliation")
BATCH = 5000


def reconcile(*, by: Actor) -> int:
    """Fetch and match every bill that has to be there by now; how many were matched.

    In the order of the days: where a day's bill cannot be had, that channel's later ones wait for it.
    """
    Statement.objects.bulk_create(queries.expected(), ignore_conflicts=True)
    matched = 0
    for statements in queries.due().values():
        for statement_id in statements:
            if not _reconcile(statement_id, by=by):
                break
            matched += 1
    return matched


def _reconcile(statement_id: int, *, by: Actor) -> bool:
    statement = _take(statement_id)
    if statement is None:
        return False
    try:
        lines = provider(statement.channel).statement(statement.day)
    except ProviderUnavailable as error:
        log.warning("reconciliation.unavailable", channel=statement.channel, day=str(statement.day), why=str(error))
        Statement.objects.filter(pk=statement_id, state="due").update(last_error=str(error)[:200])
        return False
    _match(statement_id, lines, by=by)
    return True


@transaction.atomic(durable=True)
def _take(statement_id: int) -> Statement | None:
    """Count the try in a commit of its own; None where it is not due (any more)."""
    statement = queries.lock_statement(statement_id)
    now = clock.now()
    if statement.state != "due" or statement.due_at > now:
        return None
    statement.tries += 1
    statement.due_at = now + RETRY
    statement.save(update_fields=["tries", "due_at"])
    return statement


@transaction.atomic(durable=True)
def _match(statement_id: int, lines: list[BillLine], *, by: Actor) -> None:
    """Store the bill and what is wrong with it, together; done already is fine."""
    statement = queries.lock_statement(statement_id)
    if statement.state != "due":
        return
    StatementLine.objects.bulk_create(
        (
            StatementLine(
                statement=statement,
                kind=line.kind.value,
                number=line.number,
                transaction_id=line.transaction_id,
                amount_fen=line.amount_fen,
            )
            for line in lines
        ),
        batch_size=BATCH,
    )
    queries.recognise(statement)
    # A line that stands there twice is wrong twice in the same way, and reported once.
    wrong = {(difference.kind, difference.number): difference for difference in queries.disagreements(statement)}
    found = Difference.objects.bulk_create(wrong.values(), batch_size=BATCH)
    for name, value in queries.totals(statement).items():
        setattr(statement, name, value)
    statement.match()
    statement.matched_at, statement.last_error = clock.now(), ""
    statement.save()
    facts = {"channel": statement.channel, "day": statement.day.isoformat(), "differences": len(found)}
    record("reconciliation.match", statement, by=by, from_state="due", to_state=statement.state, **facts)
    if found:
        log.error("reconciliation.differences", **facts)


@transaction.atomic
def fetch_again(statement_id: int, *, by: Actor) -> Statement:
    """Have a worker try an unmatched bill now. Raises Problem: `permission_denied`, `state_conflict` once matched."""
    statement = queries.lock_statement(statement_id)
    _require_finance(by)
    if statement.state != "due":
        raise Problem(Code.STATE_CONFLICT, _("账单已核对。"), state=statement.state, allowed_actions=[])
    statement.due_at = clock.now()
    statement.save(update_fields=["due_at"])
    record("reconciliation.fetch_again", statement, by=by)
    wake("reconciliation.reconcile")
    return statement


@transaction.atomic
def handle(difference_id: int, resolution: str, note: str, *, by: Actor) -> Difference:
    """A difference is settled, in this way and for this reason; the operator is noted.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` where somebody has done it already.
    """
    difference = queries.lock_difference(by, difference_id)
    if difference is None:
        raise Problem(Code.NOT_FOUND)
    _require_finance(by)
    DIFFERENCE.check(difference.state, "handle", Who.STAFF)
    difference.handle()
    difference.resolution, difference.note = Resolution(resolution), note
    difference.handled_by_id, difference.handled_at = by.user_id, clock.now()
    difference.save(update_fields=["state", "resolution", "note", "handled_by", "handled_at"])
    record(
        "reconciliation.handle",
        difference,
        by=by,
        from_state="open",
        to_state=difference.state,
        note=note,
        kind=difference.kind,
        number=difference.number,
        resolution=resolution,
    )
    return difference


def _require_finance(by: Actor) -> None:
    if not by.has_role_at_top(*MAY_HANDLE):
        raise Problem(Code.PERMISSION_DENIED)


def hindrances(session_code: str) -> list[str]:
    """Why the books of a session cannot be shut yet, in words; nothing where they can."""
    found = []
    if number := queries.open_of(session_code):
        found.append(_("还有 %(number)d 条对账差异没有处理。") % {"number": number})
    if number := queries.unmatched_days(session_code):
        found.append(_("还有 %(number)d 份有收款的渠道账单没有核对。") % {"number": number})
    if number := queries.unfinished_refunds(session_code):
        found.append(_("还有 %(number)d 笔退款没有完成。") % {"number": number})
    return found
