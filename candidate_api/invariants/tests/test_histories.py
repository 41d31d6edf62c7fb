"""Promise 8: after any history the money balances. Short ones here; `make histories` runs 2,000 steps for 20 seeds."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from candidate_api.invariants.actions import check
from candidate_api.invariants.tests.history import History, by_seed, living
from candidate_api.payments.models import PaymentAttempt
from candidate_api.payments.providers.twin import Twin

SEEDS = int(os.environ.get("HISTORY_SEEDS", "2"))
STEPS = int(os.environ.get("HISTORY_STEPS", "60"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def gateways(reference: None, twin: Twin, alipay: Twin) -> dict[str, Twin]:
    return {"wechat": twin, "alipay": alipay}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_long_history_balances(gateways: dict[str, Twin], seed: int) -> None:
    history = History(gateways)
    by_seed(history, seed, STEPS, look_every=max(1, STEPS // 100))
    assert PaymentAttempt.objects.filter(state="succeeded").exists()


class Machine(RuleBasedStateMachine):
    """The same steps, chosen by Hypothesis, which shrinks what it finds; each history in a transaction of its own."""

    gateways: dict[str, Twin]

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back._from_testcase = True  # verbs that commit in steps may do so inside, as in any test
        self.rolled_back.__enter__()
        self.history = History(self.gateways, people=2)
        self.life = living(self.history)
        self.life.__enter__()

    @rule(name=st.sampled_from(sorted(set(History.STEPS))), a=st.integers(0, 63), b=st.integers(0, 63))
    def step(self, name: str, a: int, b: int) -> None:
        self.history.step(name, a, b)

    @invariant()
    def holds(self) -> None:
        self.history.holds()

    def teardown(self) -> None:
        try:
            self.history.settles()
        finally:
            self.life.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.rolled_back.__exit__(None, None, None)


def test_any_short_history_balances(gateways: dict[str, Twin]) -> None:
    Machine.gateways = gateways
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=6,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


def test_control_a_fen_that_vanishes_is_found(gateways: dict[str, Twin]) -> None:
    history = History(gateways)
    by_seed(history, 1, 40, look_every=40)
    paid = PaymentAttempt.objects.filter(state="succeeded")
    assert check() == []
    PaymentAttempt.objects.filter(pk=paid[0].pk).update(amount_fen=paid[0].amount_fen + 1)
    assert {finding.code for finding in check()} >= {"I1"}
