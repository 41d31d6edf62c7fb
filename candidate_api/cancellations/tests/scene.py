"""Candidates who have registered and paid, and two members of staff."""

from itertools import count

from candidate_api.cancellations import actions
from candidate_api.cancellations.models import Cancellation
from candidate_api.candidates.models import Candidate
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order
from candidate_api.payments.providers.twin import Twin
from candidate_api.payments.tests import till as shop
from candidate_api.registrations.actions import submit
from candidate_api.registrations.models import Registration
from portal.kernel.actor import Actor
from portal.kernel.tests.staff import member
from tests import life

SESSION, NANNING = "2026-10", "450100"
COURSE, OTHER, THIRD = "02324", "00023", "04735"
REASON = "因台风停考"
SYSTEM = Actor.system("cancellations")
_serial = count(1)


def staff(role: str = "finance", office: str = "45") -> Actor:
    return Actor.of(member(role, office, next(_serial)), "admin")


def person() -> Candidate:
    return life.confirm_contact(life.enrolled())


def registered(candidate: Candidate, *courses: str) -> Order:
    return submit(SESSION, [(course, NANNING) for course in courses], by=life.actor(candidate)).order


def pay(twin: Twin, order: Order) -> None:
    shop.paid_at_gateway(twin, shop.started(order))
    assert payments.confirm(order.number, by=shop.actor(order.payer)).state == "paid"


def cancelled(course: str = COURSE) -> Cancellation:
    """Proposed by one and approved by another; the refunds are still to come."""
    made = actions.propose(SESSION, course, REASON, by=staff())
    return actions.approve(made.pk, by=staff("administrator"))


def states(candidate: Candidate) -> dict[str, str]:
    return dict(Registration.objects.filter(candidate=candidate).values_list("course__code", "state"))
