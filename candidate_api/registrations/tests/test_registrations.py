"""报考 from the list of courses to 报考成功, over the API."""

from datetime import date, timedelta
from threading import Barrier
from uuid import uuid4

import pytest
import time_machine
from celery import current_app
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField
from rest_framework.test import APIClient

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, District
from candidate_api.payments import actions as payments
from candidate_api.payments.models import Order
from candidate_api.payments.tests import till as shop
from candidate_api.registrations import actions, queries
from candidate_api.registrations.models import Registration
from candidate_api.registrations.rules import PAID_FOR_GOOD, PAID_MEANWHILE
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession, SeatPool
from cms.windows.actions import create_window
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.prepared import Given, Prepared
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SESSION, NANNING, LIUZHOU = "2026-10", "450100", "450200"
# One of each slot of 080901, and another of slot 2.
SLOT_1, SLOT_2, SLOT_3, SLOT_4, ALSO_2 = "02324", "00023", "04735", "13000", "13003"


@pytest.fixture
def person():
    life.open_window(SESSION)
    return life.enrolled()


@pytest.fixture
def app(api, person):
    api.force_authenticate(person.user)
    return api


def post(app, *courses, district=NANNING, **headers):
    entries = [{"course": course, "district": district} for course in courses]
    return app.post("/api/v1/me/registrations/", {"session": SESSION, "entries": entries}, **headers)


def states(person):
    return dict(Registration.objects.filter(candidate=person).values_list("course__code", "state"))


def test_what_may_be_chosen_and_why_not(app, person):
    assert post(app, SLOT_2).status_code == 201
    Score.objects.create(
        candidate=person,
        session=ExamSession.objects.get(code="2026-04"),
        course_id=Registration.objects.get().course_id + 0,
        score=70,
        status="passed",
        recorded_at=clock.now(),
    )
    answer = app.get(f"/api/v1/me/registration-options/?session={SESSION}&page_size=100").json()
    told = {row["course"]: (row["slot"], row["fee"], row["blocked"]) for row in answer["results"]}
    assert told[SLOT_1] == (1, "40.00", None)
    assert told[ALSO_2] == (2, "40.00", "clash")
    assert told[SLOT_2][2] in {"passed", "already_registered"}
    assert "00226" not in told, "law is not this candidate's major"
    others = app.get(f"/api/v1/me/registration-options/?session={SESSION}&scope=other&q=知识产权").json()
    assert [row["course"] for row in others["results"]] == ["00226"]


def _options(app, **query):
    return app.get("/api/v1/me/registration-options/", {"session": SESSION, "page_size": 100} | query).json()


def test_a_newcomer_is_told_that_nothing_can_be_chosen_yet_and_submitting_says_the_same(api):
    life.open_window(SESSION)
    newcomer = life.registered()
    api.force_authenticate(newcomer.user)
    own, others = _options(api), _options(api, scope="other")
    refused = post(api, SLOT_1).json()
    assert (own["blocked"], own["reason"]) == (refused["code"], refused["detail"])
    assert (own["results"], own["blocked"]) == ([], "onboarding_incomplete"), "without a major nothing is one's own"
    told = {(row["blocked"], row["reason"]) for row in others["results"]}
    assert told == {(refused["code"], refused["detail"])}


@pytest.mark.parametrize(
    ("session", "opens", "closes", "sentence"),
    [
        ("2027-04", None, None, "课程报考及缴费暂未安排办理时间。"),
        ("2025-10", None, None, "2025年10月高等教育自学考试已于2025年10月25日 09:00开考，课程报考及缴费已经截止。"),
        ("2027-04", (2026, 12, 1), (2026, 12, 9), "课程报考及缴费将于2026年12月1日 09:00开放。"),
        ("2025-10", (2025, 9, 1), (2025, 9, 9), "课程报考及缴费已于2025年9月9日 09:00截止。"),
    ],
)
@time_machine.travel("2026-11-24T02:00:00Z", tick=False)
def test_outside_the_window_the_list_and_the_refusal_say_which_it_is(app, session, opens, closes, sentence):
    if opens:
        create_window(
            business="course-registration",
            phase="apply",
            session=session,
            opens_at=clock.at(date(*opens), 9),
            closes_at=clock.at(date(*closes), 9),
            by=Actor.system("test"),
        )
    body = {"session": session, "entries": [{"course": SLOT_1, "district": NANNING}]}
    refused = app.post("/api/v1/me/registrations/", body).json()
    assert (refused["code"], refused["detail"]) == ("window_closed", sentence)
    listed = _options(app, session=session)
    assert (listed["blocked"], listed["reason"]) == ("window_closed", sentence)
    assert {row["blocked"] for row in listed["results"]} <= {"window_closed"}
    assert Registration.objects.count() == 0


def test_in_the_window_nothing_stands_in_the_way_of_all(app):
    assert [_options(app)[name] for name in ("blocked", "reason")] == [None, ""]


def test_submitting_makes_one_order_that_waits_for_its_payment(app, person):
    answer = post(app, SLOT_1, SLOT_2)
    assert answer.status_code == 201
    order = answer.json()["order"]
    assert (order["amount"], order["currency"], order["state"]) == ("80.00", "CNY", "pending")
    assert [row["state_label"] for row in answer.json()["registrations"]] == ["待缴费", "待缴费"]
    assert answer.json()["registrations"][0]["allowed_actions"] == ["cancel", "change"]
    kept = Order.objects.get()
    assert (kept.amount_fen, kept.payer, kept.subject) == (8000, person.user, SESSION)
    assert kept.expires_at - kept.created_at <= timedelta(minutes=30)
    assert AuditEntry.objects.filter(verb="registrations.submit").count() == 2


def test_an_order_never_outlives_its_window(app):
    window = BusinessWindow.objects.get()
    with time_machine.travel(window.closes_at - timedelta(minutes=5)):
        assert post(app, SLOT_1).status_code == 201
        assert Order.objects.get().expires_at == window.closes_at


@pytest.mark.parametrize("seconds", [0, 1])
def test_the_window_closes_to_the_second(app, seconds):
    window = BusinessWindow.objects.get()
    with time_machine.travel(window.closes_at + timedelta(seconds=seconds), tick=False):
        answer = post(app, SLOT_1)
        assert (answer.status_code, answer.json()["code"]) == (409, "window_closed")
        assert answer.json()["closes_at"] == clock.local(window.closes_at).isoformat()
    assert Registration.objects.count() == 0
    with time_machine.travel(window.closes_at - timedelta(seconds=1), tick=False):
        assert post(app, SLOT_1).status_code == 201


@pytest.mark.parametrize(
    ("courses", "district", "expected"),
    [
        (["99999"], NANNING, {"entries.0": "not_offered"}),
        ([SLOT_1, SLOT_1], NANNING, {"entries.1": "duplicate"}),
        ([SLOT_2, ALSO_2], NANNING, {"entries.1": "clash"}),
        ([SLOT_1], "459900", {"entries.0": "unknown_district"}),
        ([SLOT_1, "99999", ALSO_2, SLOT_2], NANNING, {"entries.1": "not_offered", "entries.3": "clash"}),
    ],
)
def test_one_refused_entry_refuses_all_with_its_first_cause(app, courses, district, expected):
    answer = post(app, *courses, district=district)
    assert (answer.status_code, answer.json()["code"]) == (409, "entries_refused")
    assert {error["field"]: error["code"] for error in answer.json()["errors"]} == expected
    assert (Registration.objects.count(), Order.objects.count()) == (0, 0)


def test_the_limit_of_courses_is_the_sessions(app):
    ExamSession.objects.filter(code=SESSION).update(max_courses=2)
    answer = post(app, SLOT_1, SLOT_2, SLOT_3)
    assert answer.json()["errors"][0]["code"] == "over_limit"
    assert post(app, SLOT_1, SLOT_2).status_code == 201
    assert post(app, SLOT_3).json()["errors"][0]["code"] == "over_limit"


def test_what_is_passed_need_not_be_taken_again(app, person):
    session = ExamSession.objects.get(code="2026-04")
    ExamSession.objects.filter(pk=session.pk).update(scores_at=clock.now() - timedelta(days=1))
    course = queries.options(person, ExamSession.objects.get(code=SESSION), None)[0].offering.course
    Score.objects.create(
        candidate=person, session=session, course=course, score=60, status="passed", recorded_at=clock.now()
    )
    assert post(app, course.code).json()["errors"][0]["code"] == "passed"


def test_without_a_number_there_is_no_registration(api):
    life.open_window(SESSION)
    newcomer = life.registered()
    api.force_authenticate(newcomer.user)
    answer = post(api, SLOT_1)
    assert (answer.status_code, answer.json()["code"]) == (409, "onboarding_incomplete")
    assert Registration.objects.count() == 0


def test_cancelling_one_entry_leaves_the_other_in_the_order(app, person):
    registrations = post(app, SLOT_1, SLOT_2).json()["registrations"]
    answer = app.delete(f"/api/v1/me/registrations/{registrations[0]['id']}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (Order.objects.get().amount_fen, Order.objects.get().state) == (4000, "pending")
    assert app.delete(f"/api/v1/me/registrations/{registrations[1]['id']}/").status_code == 204
    assert (Order.objects.get().amount_fen, Order.objects.get().state) == (4000, "cancelled")
    assert set(states(person).values()) == {"cancelled"}
    again = app.delete(f"/api/v1/me/registrations/{registrations[1]['id']}/")
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "state_conflict", "cancelled")
    assert post(app, SLOT_1, SLOT_2).status_code == 201, "the places are free again"


def test_a_cancelled_order_still_shows_what_it_was_for(app):
    rows = post(app, SLOT_1, SLOT_2).json()["registrations"]
    path = f"/api/v1/me/orders/{rows[0]['order']}/"
    titles = [f"{row['course']} {row['course_name']}（南宁市）" for row in rows]
    assert [line["title"] for line in app.get(path).json()["lines"]] == titles
    app.delete(f"/api/v1/me/registrations/{rows[1]['id']}/")
    assert [line["title"] for line in app.get(path).json()["lines"]] == titles[:1], "the order went on without it"
    app.delete(f"/api/v1/me/registrations/{rows[0]['id']}/")
    assert (app.get(path).json()["state"], [line["title"] for line in app.get(path).json()["lines"]]) == (
        "cancelled",
        titles,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("told", [True, False])
def test_what_is_paid_cannot_be_cancelled_and_the_sentence_says_what_can_be_done(app, person, twin, told):
    row = post(app, SLOT_1).json()["registrations"][0]
    attempt = payments.start_attempt(row["order"], "wechat", "h5", "127.0.0.1", by=life.actor(person))
    twin.gateway.act(attempt.out_trade_no, "never")
    if told:
        payments.confirm(row["order"], by=life.actor(person))
    paths = (f"registrations/{row['id']}/", "delete"), (f"orders/{row['order']}/cancel/", "post")
    for path, method in paths:
        answer = getattr(app, method)(f"/api/v1/me/{path}")
        assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")
        assert answer.json()["detail"] == PAID_FOR_GOOD
    assert (states(person), Order.objects.get().state) == ({SLOT_1: "confirmed"}, "paid")


@pytest.mark.django_db(transaction=True)
def test_who_changes_a_course_that_was_paid_meanwhile_is_told_so(app, person, twin):
    row = post(app, SLOT_1).json()["registrations"][0]
    attempt = payments.start_attempt(row["order"], "wechat", "h5", "127.0.0.1", by=life.actor(person))
    twin.gateway.act(attempt.out_trade_no, "never")
    path = f"/api/v1/me/registrations/{row['id']}/"
    answer = app.patch(path, {"course": SLOT_2})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")
    assert answer.json()["detail"] == PAID_MEANWHILE
    assert states(person) == {SLOT_1: "confirmed"}
    assert app.patch(path, {"course": SLOT_2}).status_code == 200


def test_course_and_district_can_be_changed_in_the_window(app, person):
    row = post(app, SLOT_1).json()["registrations"][0]
    path = f"/api/v1/me/registrations/{row['id']}/"
    changed = app.patch(path, {"course": SLOT_2, "district": LIUZHOU}).json()
    assert (changed["course"], changed["slot"], changed["district"]) == (SLOT_2, 2, LIUZHOU)
    assert app.patch(path, {"course": "99999"}).json()["errors"][0]["code"] == "not_offered"
    with time_machine.travel(BusinessWindow.objects.get().closes_at, tick=False):
        assert app.patch(path, {"course": SLOT_3}).json()["code"] == "window_closed"
    assert Registration.objects.get().course.code == SLOT_2


def test_a_paid_course_is_swapped_for_one_of_the_same_fee_alone(app, person, twin):
    row = post(app, SLOT_1).json()["registrations"][0]
    path = f"/api/v1/me/registrations/{row['id']}/"
    shop.paid_at_gateway(twin, shop.started(Order.objects.get()))
    payments.confirm(row["order"], by=life.actor(person))
    Course.objects.filter(code=SLOT_3).update(fee_class="special")

    refused = app.patch(path, {"course": SLOT_3})
    assert (refused.status_code, refused.json()["code"]) == (409, "state_conflict")
    assert refused.json()["detail"] == "已缴费的课程只能更换为收费相同的课程。"
    assert states(person) == {SLOT_1: "confirmed"}

    changed = app.patch(path, {"course": SLOT_2, "district": LIUZHOU}).json()
    assert (changed["course"], changed["district"], changed["state"]) == (SLOT_2, LIUZHOU, "confirmed")
    assert (Order.objects.get().amount_fen, Order.objects.get().state) == (4000, "paid")
    taken = SeatPool.objects.exclude(taken=0).values_list("district__code", "slot", "taken")
    assert list(taken) == [(LIUZHOU, 2, 1)]


@pytest.mark.parametrize(("hours", "void"), [(1, ""), (-1, "此前打印的准考证已作废，请在考场安排好以后重新打印。")])
def test_a_change_of_what_was_paid_is_told(app, person, twin, hours: int, void: str):
    ExamSession.objects.filter(code=SESSION).update(tickets_at=clock.now() + timedelta(hours=hours))
    row = post(app, SLOT_1).json()["registrations"][0]
    path = f"/api/v1/me/registrations/{row['id']}/"
    told = Message.objects.filter(template__startswith="registrations.").order_by("pk")
    assert app.patch(path, {"district": LIUZHOU}).status_code == 200
    assert not told.exists(), "nothing is paid"
    shop.paid_at_gateway(twin, shop.started(Order.objects.get()))
    payments.confirm(row["order"], by=life.actor(person))
    for given in ({"district": NANNING}, {"district": NANNING}, {"course": SLOT_2}, {"course": SLOT_1}):
        assert app.patch(path, given).status_code == 200
    names = {code: f"{code} {Course.objects.get(code=code).name}" for code in (SLOT_1, SLOT_2)}
    one, other = f"{names[SLOT_1]}（南宁市）", f"{names[SLOT_2]}（南宁市）"
    begun = "您2026年10月高等教育自学考试已缴费的报考已变更："
    assert [(message.channel, message.recipient_id, message.text, message.link) for message in told] == [
        ("in_app", person.user_id, f"{begun}原为{before}，现为{after}。{void}", "/business/my-registrations/")
        for before, after in ((f"{names[SLOT_1]}（柳州市）", one), (one, other), (other, one))
    ]


@pytest.mark.parametrize(("hours", "woken"), [(-1, True), (1, False)])
def test_who_pays_after_the_release_is_given_a_seat_at_once(
    app, person, twin, monkeypatch, django_capture_on_commit_callbacks, hours: int, woken: bool
):
    sent = []
    monkeypatch.setattr(current_app, "send_task", sent.append)
    ExamSession.objects.filter(code=SESSION).update(tickets_at=clock.now() + timedelta(hours=hours))
    order = post(app, SLOT_1).json()["order"]
    shop.paid_at_gateway(twin, shop.started(Order.objects.get()))
    with django_capture_on_commit_callbacks(execute=True):
        payments.confirm(order["number"], by=life.actor(person))
    assert states(person) == {SLOT_1: "confirmed"}
    assert ("arrangements.seat_late_entrants" in sent) is woken


@pytest.mark.parametrize(
    ("hours", "change", "woken"),
    [
        (-1, {"district": LIUZHOU}, True),
        (-1, {"course": SLOT_2}, True),
        (1, {"course": SLOT_2}, False),
        (-1, {"course": SLOT_1}, False),
    ],
)
def test_who_moves_a_paid_course_after_the_release_is_given_a_seat_at_once(
    app, person, twin, monkeypatch, django_capture_on_commit_callbacks, hours: int, change: dict, woken: bool
):
    row = post(app, SLOT_1).json()["registrations"][0]
    shop.paid_at_gateway(twin, shop.started(Order.objects.get()))
    payments.confirm(row["order"], by=life.actor(person))
    sent = []
    monkeypatch.setattr(current_app, "send_task", sent.append)
    ExamSession.objects.filter(code=SESSION).update(tickets_at=clock.now() + timedelta(hours=hours))
    with django_capture_on_commit_callbacks(execute=True):
        assert app.patch(f"/api/v1/me/registrations/{row['id']}/", change).status_code == 200
    assert ("arrangements.seat_late_entrants" in sent) is woken


def test_an_unpaid_course_is_swapped_for_a_dearer_one_and_the_order_follows(app):
    row = post(app, SLOT_1).json()["registrations"][0]
    Course.objects.filter(code=SLOT_3).update(fee_class="special")
    assert app.patch(f"/api/v1/me/registrations/{row['id']}/", {"course": SLOT_3}).json()["fee"] == "70.00"
    assert Order.objects.get().amount_fen == 7000


def test_two_districts_on_one_day_are_taken_with_a_warning(app):
    first = post(app, SLOT_1).json()
    assert first["warnings"] == []
    assert post(app, SLOT_3, district=LIUZHOU).json()["warnings"] == [], "the other day"
    answer = post(app, SLOT_2, district=LIUZHOU)
    told = [
        {
            "code": "districts_apart",
            "detail": "10月24日的课程分在不同考区：南宁市、柳州市。同一天可能赶不到，一般应当选同一个考区。",
        }
    ]
    assert (answer.status_code, answer.json()["warnings"]) == (201, told)
    path = f"/api/v1/me/registrations/{answer.json()['registrations'][0]['id']}/"
    assert app.patch(path, {"district": NANNING}).json()["warnings"] == []
    assert app.patch(path, {"district": LIUZHOU}).json()["warnings"] == told


def test_nobody_sees_or_touches_anothers(app, api):
    row = post(app, SLOT_1).json()["registrations"][0]
    stranger = life.enrolled(name="陆大海")
    app.force_authenticate(stranger.user)
    path = f"/api/v1/me/registrations/{row['id']}/"
    answers = [app.get(path), app.patch(path, {"district": LIUZHOU}), app.delete(path)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert app.get("/api/v1/me/registrations/").json()["count"] == 0
    assert Registration.objects.get().state == "pending"


def test_an_unpaid_order_expires_and_gives_its_seats_back(app, person):
    pool = _pool(SLOT_1, capacity=1)
    post(app, SLOT_1)
    assert _taken(pool) == 1
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert payments.expire_due(by=Actor.system("order-expiry")) == 1
    assert (states(person), _taken(pool)) == ({SLOT_1: "expired"}, 0)


def test_a_full_district_is_refused_and_nothing_is_kept(app, person):
    pool = _pool(SLOT_2, capacity=0)
    answer = post(app, SLOT_1, SLOT_2)
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("entries.1", "full")]
    assert (Registration.objects.count(), Order.objects.count(), _taken(pool)) == (0, 0, 0)
    options = app.get(f"/api/v1/me/registration-options/?session={SESSION}&page_size=100").json()["results"]
    told = {row["course"]: row["limited_districts"] for row in options}
    assert told[SLOT_2] == [{"district": NANNING, "seats_left": 0}]
    assert post(app, SLOT_2, district=LIUZHOU).status_code == 201


def test_the_list_says_full_where_no_district_has_a_seat_left(app):
    def blocked():
        rows = app.get(f"/api/v1/me/registration-options/?session={SESSION}&page_size=100").json()["results"]
        return {row["course"]: row["blocked"] for row in rows}[SLOT_2]

    *others, last = District.objects.order_by("code").values_list("code", flat=True)
    for code in others:
        _pool(SLOT_2, 0, code)
    assert blocked() is None  # one without a limit
    pool = _pool(SLOT_2, 1, last)
    assert blocked() is None
    SeatPool.objects.filter(pk=pool.pk).update(capacity=0)
    assert blocked() == "full"


def test_moving_to_another_district_moves_the_seat(app):
    here, there = _pool(SLOT_1, 5), _pool(SLOT_1, 5, LIUZHOU)
    row = post(app, SLOT_1).json()["registrations"][0]
    app.patch(f"/api/v1/me/registrations/{row['id']}/", {"district": LIUZHOU})
    assert (_taken(here), _taken(there)) == (0, 1)


def test_the_same_key_registers_once(app):
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    first, again = post(app, SLOT_1, **key), post(app, SLOT_1, **key)
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert again["Idempotency-Replayed"] == "true"
    assert post(app, SLOT_2, **key).json()["code"] == "idempotency_mismatch"
    assert Registration.objects.count() == 1


def test_a_refusal_leaves_the_key_free(app):
    key = {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    assert post(app, "99999", **key).status_code == 409
    assert post(app, SLOT_1, **key).status_code == 201


def test_lists_take_the_same_queries_at_one_row_and_at_many(app, person, django_assert_num_queries):
    post(app, SLOT_1)
    with django_assert_num_queries(2):
        assert app.get("/api/v1/me/registrations/").json()["count"] == 1
    post(app, SLOT_2, SLOT_3, SLOT_4)
    with django_assert_num_queries(2):
        assert app.get("/api/v1/me/registrations/").json()["count"] == 4


def test_the_database_holds_the_rules_by_itself(app, person):
    post(app, SLOT_2)
    row = Registration.objects.get()
    for change in ({"slot": 3}, {"course_id": row.offering.course_id + 1}):
        double = Registration.objects.get()
        double.pk = None
        double._state.adding = True
        for name, value in change.items():
            setattr(double, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            double.save(force_insert=True)
    assert Registration.objects.count() == 1


# -- races ------------------------------------------------------------------------------------------------------
def _pool(course, capacity, district=NANNING):
    session = ExamSession.objects.get(code=SESSION)
    slot = session.offerings.get(course__code=course).slot
    pools, _ = SeatPool.objects.update_or_create(
        session=session, district=District.objects.get(code=district), slot=slot, defaults={"capacity": capacity}
    )
    return pools


def _taken(pool):
    return SeatPool.objects.get(pk=pool.pk).taken


def _try(person, course):
    try:
        return actions.submit(SESSION, [(course, NANNING)], by=life.actor(person)).order.number
    except Problem as problem:
        return problem.code


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_clicks_of_one_person_make_one_order(person):
    outcome = threads(8, lambda _n: _try(person, SLOT_1))
    assert not outcome.errors
    assert sorted(map(str, outcome.values.values())).count(Code.ENTRIES_REFUSED.value) == 7
    assert (Registration.objects.count(), Order.objects.count()) == (1, 1)


UNLOCKED = Prepared(lambda: Candidate.objects.select_related("user").filter(user_id=Given("user", BigIntegerField())))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_constraint_alone_holds(person, monkeypatch):
    monkeypatch.setattr(actions.candidates, "_LOCKED", UNLOCKED)
    outcome = threads(8, lambda _n: _try(person, SLOT_1))
    assert not outcome.errors
    assert (Registration.objects.count(), Order.objects.count()) == (1, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_control_without_lock_and_constraints_one_person_registers_twice(person, monkeypatch, without_constraint):
    """The two races above can be lost: it takes the lock or the constraint to win them."""
    monkeypatch.setattr(actions.candidates, "_LOCKED", UNLOCKED)
    all_have_looked, judged = Barrier(8), actions.refusals

    def refusals(*given):
        found = judged(*given)
        all_have_looked.wait(30)
        return found

    monkeypatch.setattr(actions, "refusals", refusals)
    course, slot = "registration_course_once", "registration_slot_once"
    with without_constraint(Registration, course), without_constraint(Registration, slot):
        threads(8, lambda _n: _try(person, SLOT_1))
        assert Registration.objects.count() > 1
        Registration.objects.all().delete()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_both_entries_of_an_order_cancelled_at_once_end_it(person):
    by = life.actor(person)
    actions.submit(SESSION, [(SLOT_1, NANNING), (SLOT_2, NANNING)], by=by)
    entries = list(Registration.objects.values_list("pk", flat=True))
    outcome = threads(2, lambda n: actions.cancel(entries[n], by=by).state)
    assert not outcome.errors
    assert set(states(person).values()) == {"cancelled"}
    assert Order.objects.get().state == "cancelled"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_last_seat_goes_to_one_of_eight(reference):
    life.open_window(SESSION)
    people = [life.enrolled() for _ in range(8)]
    pool = _pool(SLOT_1, capacity=1)
    outcome = threads(8, lambda n: _try(people[n], SLOT_1))
    assert not outcome.errors
    assert [v for v in outcome.values.values() if v == Code.ENTRIES_REFUSED] == [Code.ENTRIES_REFUSED] * 7
    assert (Registration.objects.count(), Order.objects.count(), _taken(pool)) == (1, 1, 1)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_eight_times_at_once_works_once(person):
    key = str(uuid4())

    def send(_n):
        client = APIClient()
        client.force_authenticate(person.user)
        entries = [{"course": SLOT_1, "district": NANNING}]
        body = {"session": SESSION, "entries": entries}
        answer = client.post("/api/v1/me/registrations/", body, HTTP_IDEMPOTENCY_KEY=key)
        return answer.status_code, answer.json().get("code"), answer.get("Retry-After")

    outcome = threads(8, send)
    assert not outcome.errors
    assert set(outcome.values.values()) <= {(201, None, None), (409, "idempotency_in_progress", "1")}
    assert (201, None, None) in outcome.values.values()
    assert (Registration.objects.count(), Order.objects.count()) == (1, 1)
