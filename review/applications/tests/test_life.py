"""An application from its draft to its end, and what is refused on the way."""

from datetime import timedelta

import pytest
import time_machine

from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.models import Message
from portal.kernel.states import Who
from review.applications import actions, queries
from review.applications.models import Application, Event
from review.applications.rules import Remark
from review.applications.states import ACTIONS, APPLICATION, OPEN, TURN, allowed
from review.applications.tests.scene import (
    ANSWERS,
    GUILIN,
    NANNING,
    SYSTEM,
    block,
    by,
    drafted,
    fresh,
    made,
    paper,
    passed,
    person_named,
    reviewer,
    submitted,
)  # fmt: skip
from review.materials.models import Material
from review.types.actions import save

pytestmark = pytest.mark.django_db


def everything() -> list[object]:
    return [
        list(model.objects.order_by("pk").values()) for model in (Application, Event, Material, PrivateFile, Message)
    ]


def refused(code: str, verb, *args, **more) -> Problem:
    """The verb refuses with that code, and has changed nothing."""
    before = everything()
    with pytest.raises(Problem) as caught:
        verb(*args, **more)
    assert caught.value.code == code, caught.value
    assert everything() == before
    return caught.value


def test_from_the_draft_to_the_last_of_two_pairs_of_eyes(person):
    made()
    application = submitted(person)
    assert (application.state, application.turn, application.office.code) == ("submitted", "office", NANNING)
    assert (application.state_label, application.number[:6]) == ("待市考办审核", f"{clock.today():%y%m%d}")

    passed(application, reviewer())
    application = fresh(application)
    assert (application.turn, application.allowed_to(Who.CANDIDATE)) == (
        "candidate",
        ["confirm", "dispute", "withdraw"],
    )
    assert Message.objects.filter(template="application_to_confirm", channel="sms").count() == 1

    actions.confirm(application.number, by=by(person))
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    passed(application, first)
    assert (fresh(application).state, fresh(application).first_approver_id) == ("submitted", first.user_id)
    refused("permission_denied", passed, application, first)
    refused("permission_denied", passed, application, reviewer("first_reviewer", "45", 2))
    passed(application, second, note="同意")

    application = fresh(application)
    assert (application.state, application.turn, application.due_at) == ("approved", "", None)
    story = [(event.verb_label, event.who) for event in application.events.all()]
    assert story == [
        ("提交申请", "考生本人"),
        ("通过", "南宁市招生考试院"),
        ("确认信息无误", "考生本人"),
        ("通过", application.office.name),
        ("通过", application.office.name),
    ]
    told = list(application.events.values_list("told", flat=True))
    assert told == [True, True, True, False, True], "the second might have contradicted"
    assert [station.state for station in queries.stations(application)] == ["done"] * 3
    assert Message.objects.filter(template="application_approved").exists()
    written = AuditEntry.objects.filter(verb__startswith="applications.").order_by("pk")
    assert list(written.values_list("verb", "to_state")) == [
        ("applications.start", "draft"),
        ("applications.add_paper", ""),
        ("applications.submit", "submitted"),
        ("applications.approve", "submitted"),
        ("applications.confirm", "submitted"),
        ("applications.approve", "submitted"),
        ("applications.approve", "approved"),
    ]


def test_what_is_missing_is_named_field_by_field(person):
    made()
    application = actions.start("practice", {"times": "again"}, by=by(person))
    problem = refused("validation_failed", actions.submit, application.number, by=by(person))
    assert [error.field for error in problem.errors] == [
        "data.course",
        "data.phone",
        "data.why",
        "materials.id_card",
    ]


def test_a_hidden_answer_is_not_handed_in(person):
    made()
    application = drafted(person, times="again", why="没有通过")
    actions.save_draft(application.number, {"times": "first"}, by=by(person))
    assert "why" not in actions.submit(application.number, by=by(person)).answers


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"course": "99999"}, "data.course"), ({"times": ["first"]}, "data.times"), ({"other": "x"}, "data.other")],
)
def test_answers_that_fit_no_question(person, answers, field):
    made()
    application = actions.start("practice", ANSWERS, by=by(person))
    problem = refused("validation_failed", actions.save_draft, application.number, answers, by=by(person))
    assert [error.field for error in problem.errors] == [field]


def test_one_open_application_about_the_same(person):
    made()
    first = submitted(person)
    second = drafted(person)
    refused("state_conflict", actions.start, "practice", {}, by=by(person))
    refused("state_conflict", actions.submit, second.number, by=by(person))
    actions.save_draft(second.number, {"course": "02324"}, by=by(person))
    actions.submit(second.number, by=by(person))
    third = drafted(person)
    actions.withdraw(first.number, by=by(person))
    assert actions.submit(third.number, by=by(person)).state == "submitted"


def test_a_return_points_at_fields_and_what_changed_is_shown(person):
    made()
    application = submitted(person)
    remarks = [Remark("phone", "号码少了一位"), Remark("id_card", "照片不清楚")]
    actions.return_(application.pk, application.revision, remarks, 3, by=reviewer())
    application = fresh(application)
    assert (application.state, [remark["target"] for remark in application.remarks]) == (
        "returned",
        ["phone", "id_card"],
    )
    actions.save_draft(application.number, {"phone": "13900002222"}, by=by(person))
    actions.add_paper(application.number, "id_card", paper(90), by=by(person))
    application = actions.submit(application.number, by=by(person))
    assert (application.round, application.step_label) == (2, "待市考办审核")
    assert [(d.key, d.before, d.now) for d in queries.changed(application)] == [
        ("phone", "13800001111", "13900002222"),
        ("id_card", "1", "2 (+1 −0)"),
    ]


NUMBER = "证件号码应为450103199001011234"


@pytest.mark.parametrize(
    "remarks",
    [[], [Remark("nothing", "x")], [Remark("phone", " ")], [Remark("", "x" * 501)], [Remark("phone", NUMBER)]],
)
def test_a_return_says_why_about_something(person, remarks):
    made()
    application = submitted(person)
    refused("validation_failed", actions.return_, application.pk, application.revision, remarks, by=reviewer())


def test_time_to_correct_ends_by_the_clock_and_is_reminded_of(person):
    made()
    application = submitted(person)
    actions.return_(application.pk, application.revision, [Remark("", "请补充")], 10, by=reviewer())
    due = fresh(application).due_at
    with time_machine.travel(due - timedelta(hours=1), tick=False):
        actions.remind_due(by=SYSTEM)
        actions.remind_due(by=SYSTEM)
        assert Message.objects.filter(template="application_due", channel="sms").count() == 1
        assert actions.expire_due(by=SYSTEM) == 0
    with time_machine.travel(due, tick=False):
        refused("state_conflict", actions.submit, application.number, by=by(person))
        refused("state_conflict", actions.withdraw, application.number, by=by(person))
        late = fresh(application)
        assert (late.state_label, late.allowed_to(Who.CANDIDATE)) == ("已逾期失效", []), "also while no job has looked"
        assert (actions.expire_due(by=SYSTEM), actions.expire_due(by=SYSTEM)) == (1, 0)
    assert (fresh(application).state, Message.objects.filter(template="application_expired").exists()) == (
        "expired",
        True,
    )


def test_a_dispute_goes_back_with_nothing_lost(person):
    made()
    application = submitted(person)
    passed(application, reviewer())
    actions.dispute(application.number, by=by(person))
    application = fresh(application)
    assert (application.state, application.answers, application.papers.count()) == ("returned", ANSWERS, 1)
    assert actions.submit(application.number, by=by(person)).step_label == "待市考办审核"


def test_editing_a_type_never_changes_what_runs(person):
    type_ = made()
    application = submitted(person)
    type_.steps = [("office", {"key": "other", "label": "别的", "level": "province"})]
    type_.questions, type_.subject = [], ""
    save(type_, by=SYSTEM)
    application = fresh(application)
    assert [step.label for step in application.configuration.steps] == ["待市考办审核", "待考生网上确认", "待省院终审"]
    assert (application.configuration.version, type_.version) == (1, 2)


def test_a_stale_page_decides_nothing(person):
    made()
    application = submitted(person)
    problem = refused("state_conflict", actions.approve, application.pk, application.revision - 1, by=reviewer())
    assert problem.extra == {"revision": application.revision}


def test_the_same_paper_twice_and_one_too_many(person):
    made()
    application = drafted(person)
    actions.add_paper(application.number, "id_card", paper(), by=by(person))
    problem = refused("validation_failed", actions.add_paper, application.number, "id_card", paper(), by=by(person))
    assert problem.errors[0].code == "too_many"


def test_papers_are_used_again_and_never_anybody_elses(person):
    made()
    mine = submitted(person).papers.get()
    second = actions.start("practice", {}, by=by(person))
    assert [row.pk for row in queries.reusable(by(person), second)] == [mine.pk]
    actions.reuse_paper(second.number, "id_card", mine.pk, by=by(person))
    assert PrivateFile.objects.filter(kind="material").count() == 1
    other = person_named("陆大海")
    theirs = actions.start("practice", {}, by=by(other))
    refused("not_found", actions.reuse_paper, theirs.number, "id_card", mine.pk, by=by(other))
    refused("not_found", actions.save_draft, second.number, {}, by=by(other))
    # What another application was handed in with stays.
    actions.remove_paper(second.number, second.papers.get().pk, by=by(person))
    assert PrivateFile.objects.filter(kind="material").count() == 1


def test_another_citys_application_does_not_exist(person):
    made()
    application = submitted(person)
    for role in ("first_reviewer", "second_reviewer", "archive", "auditor"):
        guilin = reviewer(role, GUILIN)
        assert queries.listed(guilin).count() == 0
        assert queries.to_decide(guilin).count() == 0
        refused("not_found", queries.one, guilin, application.pk)
        refused("not_found", actions.approve, application.pk, application.revision, by=guilin)
        refused("not_found", actions.open_paper, application.pk, application.papers.get().pk, by=guilin)
    assert actions.claim_next(by=reviewer("first_reviewer", GUILIN)) is None
    assert queries.listed(reviewer()).count() == 1


def test_asking_another_office(person):
    made()
    application = submitted(person)
    guilin = reviewer("first_reviewer", GUILIN)
    actions.ask(application.pk, application.revision, GUILIN, "考生在桂林上课", by=reviewer())
    assert queries.one(reviewer(), application.pk)
    refused("permission_denied", passed, application, reviewer())
    assert passed(application, guilin).turn == "candidate"


def test_a_lease_keeps_others_off_until_it_ends_or_is_taken_over(person):
    made()
    application = submitted(person)
    first, second = reviewer(), reviewer("first_reviewer", NANNING, 2)
    assert actions.claim_next(by=first) == application
    assert actions.claim_next(by=first) == application
    assert actions.claim_next(by=second) is None
    refused("state_conflict", passed, application, second)
    refused("state_conflict", actions.claim, application.pk, by=second)
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        assert actions.claim_next(by=second) == application
        actions.take_over(application.pk, by=first)
        assert AuditEntry.objects.filter(verb="applications.take_over").count() == 1
        assert passed(application, first).turn == "candidate"


# -- the table --------------------------------------------------------------------------------------------------------
def in_state(person, state: str, turn: str) -> Application:
    made()
    if state == "draft":
        return drafted(person)
    application = submitted(person)
    if turn == "held":
        return passed_and_held(person)
    if turn == "candidate" or state == "expired":
        passed(application, reviewer())
    match state:
        case "returned":
            actions.return_(application.pk, fresh(application).revision, [Remark("", "请改")], by=reviewer())
        case "rejected":
            actions.reject(application.pk, fresh(application).revision, "不符合", by=reviewer())
        case "withdrawn":
            actions.withdraw(application.number, by=by(person))
        case "expired":
            with time_machine.travel(fresh(application).due_at, tick=False):
                actions.expire_due(by=SYSTEM)
        case "approved":
            passed(application, reviewer())
            actions.confirm(application.number, by=by(person))
            passed(application, reviewer("first_reviewer", "45"))
            passed(application, reviewer("second_reviewer", "45"))
    return fresh(application)


def passed_and_held(person) -> Application:
    """Decided at a step whose results are told together."""
    made(slug="together", steps=[block("office", key="all", label="待审定", level="city", held=True)])
    return passed(submitted(person, "together"), reviewer())


CELLS = [("submitted", "office"), ("submitted", "candidate"), ("submitted", "held")] + [
    (s, "") for s in APPLICATION.states if s != "submitted"
]
STAFF_ROLES = ("first_reviewer", "second_reviewer", "archive", "auditor", "editor", "support", "administrator")


@pytest.mark.parametrize(("state", "turn"), CELLS)
def test_every_verb_and_role_in_every_state(person, state, turn):
    application = in_state(person, state, turn)
    assert (application.state, application.turn) == (state, turn)
    stranger = person_named("陆大海")
    candidate_verbs = {
        "save": lambda who: actions.save_draft(application.number, {"phone": "13700000000"}, by=by(who)),
        "consent": lambda who: actions.consent(application.number, "none", "1", by=by(who)),
        "submit": lambda who: actions.submit(application.number, by=by(who)),
        "confirm": lambda who: actions.confirm(application.number, by=by(who)),
        "dispute": lambda who: actions.dispute(application.number, by=by(who)),
        "withdraw": lambda who: actions.withdraw(application.number, by=by(who)),
    }
    staff_verbs = {
        "approve": lambda who: actions.approve(application.pk, application.revision, by=who),
        "return_": lambda who: actions.return_(application.pk, application.revision, [Remark("", "改")], by=who),
        "reject": lambda who: actions.reject(application.pk, application.revision, "不符", by=who),
        "ask": lambda who: actions.ask(application.pk, application.revision, GUILIN, "请看", by=who),
        "release": lambda who: actions.release(application.pk, by=who),
    }
    assert set(candidate_verbs) == set(ACTIONS)
    assert set(staff_verbs) == set(APPLICATION.askable(Who.STAFF))
    reviewer("first_reviewer", GUILIN)  # the office is there
    may = allowed(state, turn, Who.CANDIDATE)
    for verb, call in candidate_verbs.items():
        refused("not_found", call, stranger)
        if verb not in may:
            refused("state_conflict", call, person)
    for verb, call in staff_verbs.items():
        for role in STAFF_ROLES:
            who = reviewer(role)
            if role in ("first_reviewer", "second_reviewer"):
                if verb not in allowed(state, turn, Who.STAFF) and state != "draft":
                    code = "permission_denied" if state == "approved" else "state_conflict"
                    refused(code, call, who)
            elif role in ("archive", "auditor") and state != "draft":
                refused("permission_denied", call, who)
            else:
                refused("not_found", call, who)
    # What is allowed is done, each in a transaction that is thrown away.
    for verbs, who, moves in (
        (candidate_verbs, person, may),
        (staff_verbs, reviewer(), allowed(state, turn, Who.STAFF)),
    ):
        for verb in moves:
            _goes(verb, verbs[verb], who, state)


def _goes(verb, call, who, state) -> None:
    from django.db import transaction  # noqa: PLC0415 -- used here alone

    with transaction.atomic():
        if verb == "consent":  # this type asks for none
            refused("validation_failed", call, who)
        else:
            moved = call(who)
            target = APPLICATION.moves[verb].target
            assert moved.state in {target or moved.state}
        transaction.set_rollback(True)


def test_every_open_state_has_a_way_out_and_every_turn_is_of_a_verb():
    for state in OPEN:
        assert any(state in move.sources and move.target not in (None, state) for move in APPLICATION.moves.values())
    assert set(TURN) <= set(APPLICATION.moves)


def test_a_draft_that_nobody_goes_on_with_is_over_and_nobody_is_troubled(person):
    made()
    application = drafted(person)
    told = Message.objects.count()
    with time_machine.travel(clock.now() + timedelta(days=30), tick=False):
        actions.save_draft(application.number, {"phone": "13700000000"}, by=by(person))
    with time_machine.travel(clock.now() + timedelta(days=61), tick=False):
        actions.remind_due(by=SYSTEM)
        assert actions.expire_due(by=SYSTEM) == 0  # it was saved since
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        refused("state_conflict", actions.submit, application.number, by=by(person))
        assert actions.expire_due(by=SYSTEM) == 1
        assert drafted(person).state == "draft"
    assert (fresh(application).state, Message.objects.count()) == ("expired", told)
