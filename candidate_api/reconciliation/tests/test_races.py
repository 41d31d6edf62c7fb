"""Real threads on PostgreSQL: a bill is matched once, a difference settled once."""

from datetime import timedelta

import pytest
import time_machine

from candidate_api.payments import actions as payments
from candidate_api.payments.providers.wechat.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.payments.tests.till import SYSTEM, Till
from candidate_api.reconciliation import actions, queries
from candidate_api.reconciliation.models import Difference, Statement, StatementLine
from candidate_api.reconciliation.tests.test_reconciliation import NEXT_DAY, NOON, finance
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from tests import races

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def a_day_with_a_difference(twin: Twin, user: User) -> None:
    order = shop.order_for(user)
    shop.paid_at_gateway(twin, shop.started(order))
    payments.confirm(order.number, by=shop.actor(user))
    twin.gateway.ledger.misprint(f"{order.number}-01", 7999)


def unlocked(statement_id: int) -> Statement:
    return Statement.objects.get(pk=statement_id)


def match_four_times() -> races.Outcome:
    statement = Statement.objects.get()
    lines = actions.provider(statement.channel).statement(statement.day)
    return races.threads(4, lambda _: actions._match(statement.pk, lines, by=SYSTEM))


def test_four_workers_match_a_bill_once(twin: Twin, till: Till, user: User) -> None:
    with time_machine.travel(NOON):
        a_day_with_a_difference(twin, user)
    with time_machine.travel(NEXT_DAY):
        Statement.objects.bulk_create(queries.expected())
        assert match_four_times().errors == {}
    assert (StatementLine.objects.count(), Difference.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(verb="reconciliation.match").count() == 1


def test_control_without_the_lock_the_constraint_is_hit(
    twin: Twin, till: Till, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON):
        a_day_with_a_difference(twin, user)
    monkeypatch.setattr(queries, "lock_statement", unlocked)
    with time_machine.travel(NEXT_DAY + timedelta(minutes=1)):
        Statement.objects.bulk_create(queries.expected())
        assert match_four_times().errors != {}
    assert Difference.objects.count() == 1


def test_eight_operators_settle_a_difference_once(twin: Twin, till: Till, user: User) -> None:
    with time_machine.travel(NOON):
        a_day_with_a_difference(twin, user)
    with time_machine.travel(NEXT_DAY):
        actions.reconcile(by=SYSTEM)
    by, row = finance(), Difference.objects.get()
    outcome = races.threads(8, lambda n: actions.handle(row.pk, "corrected", f"第{n}人登记", by=by))
    assert len(outcome.values) == 1
    assert {type(error) for error in outcome.errors.values()} == {Problem}
    assert AuditEntry.objects.filter(verb="reconciliation.handle").count() == 1
