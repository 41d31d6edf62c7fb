"""报考退费: chosen entries, two persons, and the money goes back; or nothing does."""

import pytest
from django.db.models import Sum

from candidate_api.applications.tests.acts import MINE, by, filled, handed_in
from candidate_api.candidates.models import Candidate
from candidate_api.invariants.actions import check
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order, Refund
from candidate_api.payments.tests import till as shop
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.registrations.refunding import refund
from candidate_api.sessions.models import ExamSession, SeatPool
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from review.applications import actions, queries
from review.applications.tests.scene import SYSTEM, fresh, passed, reviewer
from review.types.rules import shown
from tests import life
from tests.races import threads

pytestmark = pytest.mark.django_db
SESSION, NANNING = "2026-10", "450100"


def paid(person: Candidate, twin) -> Order:
    order = registrations.submit(SESSION, [("02324", NANNING), ("00023", NANNING)], by=life.actor(person)).order
    shop.paid_at_gateway(twin, shop.started(order))
    return payments.confirm(order.number, by=shop.actor(order.payer))


@pytest.fixture
def entries(person, twin) -> list[Registration]:
    life.open_window(SESSION)
    life.confirm_contact(person)
    life.open_window("", "registration-refund")
    ExamSession.objects.filter(code=SESSION).update(scores_at=None)
    return list(Registration.objects.filter(order=paid(person, twin)).order_by("slot"))


def asked(person, *entries: Registration):
    answers = {"entries": [str(row.pk) for row in entries], "reason": "cancelled", "why": "南宁考点停考"}
    return handed_in(person, "registration-refund", **answers)


def picture() -> tuple[object, ...]:
    return tuple(list(model.objects.order_by("pk").values()) for model in (Registration, Refund, SeatPool, AuditEntry))


def test_two_persons_give_the_fee_of_the_chosen_entry_back(person, entries, twin):
    application = asked(person, entries[0])
    assert application.office.code == "45"
    said = next(q for q in application.configuration.questions if q.key == "entries")
    passed(application, reviewer("first_reviewer", "45"))
    assert Refund.objects.count() == 0
    passed(application, reviewer("second_reviewer", "45"))
    assert fresh(application).state == "approved"
    assert [row.state for row in Registration.objects.order_by("slot")] == ["refunded", "confirmed"]
    back = Refund.objects.get()
    assert (back.amount_fen, back.reason, back.state) == (entries[0].fee_fen, "granted", "queued")
    payments.run_refunds(by=SYSTEM)
    assert Refund.objects.exclude(state="queued").count() == 1
    pools = dict(SeatPool.objects.order_by("slot").values_list("slot").annotate(Sum("taken")))
    assert (pools[entries[0].slot], pools[entries[1].slot]) == (0, 1)
    assert check() == []
    # What was chosen is still called by its name.
    assert "02324" in shown(said, application.answers, queries.options(application))


def test_over_the_api_and_what_cannot_be_asked_for(app, person, entries):
    wrong = app.post(MINE, {"type": "registration-refund", "data": {"entries": ["999999"]}}, "json")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "data.entries")
    data = {"entries": [str(entries[0].pk)], "reason": "force_majeure", "why": "住院"}
    made = app.post(MINE, {"type": "registration-refund", "data": data}, "json").json()
    refused = app.post(f"{MINE}{made['number']}/submit/").json()
    assert [error["field"] for error in refused["errors"]] == ["materials.proof"]
    changed = app.patch(f"{MINE}{made['number']}/", {"data": {"reason": "cancelled"}}, "json")
    assert changed.status_code == 200
    assert app.post(f"{MINE}{made['number']}/submit/").json()["state"] == "submitted"
    assert app.post(MINE, {"type": "registration-refund"}, "json").json()["code"] == "state_conflict"


def test_who_has_paid_for_nothing_cannot_ask(app, person):
    life.open_window("", "registration-refund")
    answer = app.get("/api/v1/application-types/registration-refund/").json()
    assert answer["eligibility"]["ok"] is False


def test_what_was_given_back_meanwhile_is_refused_with_nothing_changed(person, entries):
    application = asked(person, *entries)
    passed(application, reviewer("first_reviewer", "45"))
    second = reviewer("second_reviewer", "45")
    refund([entries[1].pk], by=SYSTEM)
    before = picture()
    with pytest.raises(Problem) as caught:
        passed(application, second)
    assert caught.value.code == "state_conflict"
    assert (picture(), fresh(application).state) == (before, "submitted")


def test_candidates_refund_nothing(person, entries):
    before = picture()
    with pytest.raises(Problem, match="permission_denied"):
        refund([entries[0].pk], by=by(person))
    assert picture() == before


def test_scores_that_are_out_end_it(person, entries):
    draft = filled(person, "registration-refund", entries=[str(entries[0].pk)], reason="cancelled", why="停考")
    session = entries[0].session
    session.scores_at = clock.now()
    session.save()
    with pytest.raises(Problem, match="validation_failed"):
        actions.submit(draft.number, by=by(person))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_entry_is_refunded_once_however_many_grant_it(person, entries):
    done = threads(4, lambda _n: refund([entries[0].pk], by=SYSTEM))
    assert {type(error).__name__ for error in done.errors.values()} <= {"Problem"}
    assert (len(done.errors), Refund.objects.count()) == (3, 1)
    assert Registration.objects.get(pk=entries[0].pk).state == "refunded"
