"""Several workers and several members of staff at once: each fee goes back once."""

import pytest

from candidate_api.cancellations import actions, queries
from candidate_api.cancellations.models import Cancellation, CancelledEntry
from candidate_api.cancellations.tests.scene import COURSE, REASON, SESSION, SYSTEM, cancelled, pay, person, registered
from candidate_api.cancellations.tests.scene import staff as member
from candidate_api.payments.models import Refund
from candidate_api.payments.providers.twin import Twin
from candidate_api.registrations.models import Registration
from portal.kernel.errors import Code, Problem
from tests import life
from tests.races import threads
from tests.reference import furnish

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
PEOPLE, WORKERS = 4, 6


@pytest.fixture
def paid(twin: Twin) -> None:
    furnish()
    life.open_window(SESSION)
    for _ in range(PEOPLE):
        pay(twin, registered(person(), COURSE))


def test_workers_share_the_entries(paid: None) -> None:
    cancelled()
    run = threads(WORKERS, lambda _n: actions.refund_due(by=SYSTEM))
    assert run.errors == {}
    assert sum(run.values.values()) == PEOPLE
    assert Refund.objects.count() == PEOPLE
    assert set(Registration.objects.values_list("state", flat=True)) == {"refunded"}
    assert not CancelledEntry.objects.exclude(code="").exists()


def test_control_without_the_lock_workers_get_in_each_others_way(paid: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers take the same entry: the money still goes back once, and one of them writes down a refusal."""
    cancelled()

    def unlocked(cancellation: Cancellation) -> CancelledEntry | None:
        rows = CancelledEntry.objects.filter(cancellation=cancellation, done_at=None).order_by("pk")
        return rows.select_related("registration__course", "registration__candidate__user").first()

    monkeypatch.setattr(queries, "next_entry", unlocked)
    threads(WORKERS, lambda _n: actions.refund_due(by=SYSTEM))
    assert Refund.objects.count() == PEOPLE
    assert CancelledEntry.objects.exclude(code="").exists()


def test_two_persons_approve_at_once(paid: None) -> None:
    made = actions.propose(SESSION, COURSE, REASON, by=member())
    others = [member("administrator") for _ in range(WORKERS)]
    run = threads(WORKERS, lambda n: actions.approve(made.pk, by=others[n]))
    assert len(run.values) == 1
    assert {type(error) for error in run.errors.values()} == {Problem}
    assert {error.code for error in run.errors.values() if isinstance(error, Problem)} == {Code.STATE_CONFLICT}
    assert CancelledEntry.objects.count() == PEOPLE
