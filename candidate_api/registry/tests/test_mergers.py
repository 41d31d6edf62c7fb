"""合并准考证号: two persons, everything moves, nothing is lost, the books balance."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client

from candidate_api.arrangements.models import Seat
from candidate_api.candidates.models import Candidate
from candidate_api.invariants.actions import check
from candidate_api.invariants.tests.conftest import Province, box, pay, province, submit, twin  # noqa: F401 -- fixtures
from candidate_api.payments.models import Order
from candidate_api.registrations.models import Registration
from candidate_api.registry import actions, queries
from candidate_api.registry.models import Merger
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from cms.complaints import actions as complaints
from cms.complaints.queries import own as complaints_of
from cms.complaints.tests import desk
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.files.queries import visible
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
REASON = "同一考生有两个准考证号"
MOVED = (Candidate, User, Score, Registration, Seat, Order, Message, Merger)


@pytest.fixture
def source(province: Province) -> Candidate:  # noqa: F811 -- the fixture
    ExamSession.objects.filter(code="2026-10").update(closed=True)
    return province.first


@pytest.fixture
def target(source: Candidate) -> Candidate:
    return life.enrolled(name="韦小莉")


def clerk(number: int = 1) -> Actor:
    return Actor.of(member("archive", number=number), "admin")


def picture() -> dict[str, list[dict[str, object]]]:
    models: tuple[type[Model], ...] = MOVED
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def findings() -> list[str]:
    return [str(finding) for finding in check()]


def test_two_persons_merge_and_all_that_was_the_sources_is_the_targets(source, target, api, client):
    assert findings() == []
    held = {
        "scores": Score.objects.filter(candidate=source).count(),
        "entries": Registration.objects.filter(candidate=source).count(),
        "seats": Seat.objects.filter(candidate=source).count(),
        "orders": Order.objects.filter(payer=source.user).count(),
        "messages": Message.objects.filter(recipient=source.user).count(),
    }
    assert all(held.values())
    asked = desk.complaint(source.user)
    complaints.add_message(asked.number, "补充", by=desk.author(asked))
    paper = complaints.attach(asked.number, desk.jpeg(), "图.jpg", by=desk.author(asked)).file
    mobile, web = source.user.mobile, Client()
    web.force_login(source.user)

    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    actions.approve(merger.pk, "经核对属实", by=clerk(2))

    void = Candidate.objects.get(pk=source.pk)
    assert (void.state, void.merged_into_id, void.candidate_number) == ("merged", target.pk, source.candidate_number)
    assert not Registration.objects.filter(candidate=source).exists()
    entry = AuditEntry.objects.get(verb="registry.approve_merger")
    assert {name: entry.data[name] for name in held} == held
    assert AuditEntry.objects.get(verb="registry.merge").to_state == "merged"
    assert Message.objects.filter(template="numbers_merged", recipient=target.user, channel="sms").count() == 1
    told = Message.objects.filter(template="numbers_merged", channel="sms")
    assert sorted(row.address for row in told) == sorted([mobile, target.user.mobile]), "where each was reached"
    assert [row.number for row in complaints_of(Actor.of(target.user, "web"))] == [asked.number]
    assert visible(paper.pk, to=Actor.of(target.user, "web")) == paper
    assert web.get("/me/").headers["Location"].startswith("/login/")
    assert User.objects.get(pk=source.user_id).mobile == ""
    assert findings() == []

    # Both numbers lead to the one record, at the desk and at the sign-in.
    client.force_login(User.objects.get(username="archive-1"))
    for number in (source.candidate_number, target.candidate_number):
        assert "找到 1 名考生" in client.post("/admin/candidates/find/", {"text": number}).content.decode()
    assert "已注销，合并到" in client.get(f"/admin/candidates/{source.pk}/").content.decode()
    assert "已合并到本考生" in client.get(f"/admin/candidates/{target.pk}/").content.decode()
    for account in (source.candidate_number, source.id_number, target.candidate_number):
        answer = api.post("/api/v1/auth/login/password/", {"account": account, "password": life.PASSWORD})
        assert answer.json()["candidate"]["candidate_number"] == target.candidate_number
    answer = api.post("/api/v1/auth/login/password/", {"account": mobile, "password": life.PASSWORD})
    assert answer.status_code == 401


def test_nobody_approves_what_they_have_proposed(source, target):
    by = clerk()
    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=by)
    before = picture()
    with pytest.raises(Problem, match="另一名"):
        actions.approve(merger.pk, "同意合并", by=by)
    assert picture() == before
    with pytest.raises(IntegrityError, match=r"merger_by_two_persons|CHECK"), transaction.atomic():
        Merger.objects.filter(pk=merger.pk).update(state="approved", decided_by=by.user_id, decided_at=clock.now())
    actions.refuse(merger.pk, "撤回申请", by=by)
    assert Merger.objects.get().state == "refused"
    with pytest.raises(Problem, match="state_conflict"):
        actions.approve(merger.pk, "同意合并", by=clerk(2))


def test_one_proposal_at_a_time_and_never_into_itself(source, target):
    actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    with pytest.raises(Problem, match="待审批"):
        actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk(2))
    for number in (str(target.candidate_number), "010126299998"):
        with pytest.raises(Problem, match="没有这个准考证号"):
            actions.propose(target.pk, number, REASON, by=clerk(3 if number[-1] == "8" else 4))
    assert Merger.objects.count() == 1


def test_open_business_stands_in_the_way(province, target):  # noqa: F811 -- the fixture
    ExamSession.objects.filter(code="2026-10").update(closed=False)
    before = picture()
    for person, sentence in ((province.first, "请等考期结束"), (province.second, "待缴费的订单")):
        with pytest.raises(Problem) as refused:
            actions.propose(person.pk, str(target.candidate_number), REASON, by=clerk(person.pk))
        assert any(sentence in str(error.detail) for error in refused.value.errors)
    assert {k: v for k, v in picture().items() if k not in ("User", "Candidate")} == {
        k: v for k, v in before.items() if k not in ("User", "Candidate")
    }


def test_what_came_up_since_the_proposal_stands_in_the_way_too(source, target):
    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    actions.freeze(target.pk, "核查期间", by=clerk(2))
    before = picture()
    with pytest.raises(Problem, match=r"冻结|停用"):
        actions.approve(merger.pk, "同意合并", by=clerk(3))
    after = picture()
    assert {k: after[k] for k in after if k != "User"} == {k: before[k] for k in before if k != "User"}


def test_two_scores_of_one_course_and_session_are_looked_into_first(source, target):
    score = Score.objects.get(candidate=source)
    Score.objects.create(
        candidate=target, session=score.session, course=score.course, score=60, status="passed", recorded_at=clock.now()
    )
    with pytest.raises(Problem, match="都有成绩"):
        actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())


def test_a_record_that_took_others_in_hands_them_on(source, target):
    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    actions.approve(merger.pk, "同意合并", by=clerk(2))
    last = life.enrolled(name="韦小莉")
    merger = actions.propose(target.pk, str(last.candidate_number), REASON, by=clerk(3))
    actions.approve(merger.pk, "同意合并", by=clerk(4))
    assert set(Candidate.objects.filter(merged_into=last).values_list("pk", flat=True)) == {source.pk, target.pk}
    assert findings() == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_crosswise_approvals_neither_deadlock_nor_void_both(monkeypatch, source, target, locked):
    """Both are checked before either writes; without locks nobody is refused, they deadlock or void both."""
    one = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    two = actions.propose(target.pk, str(source.candidate_number), REASON, by=clerk(2))
    by, both, obstacles = [clerk(3), clerk(4)], Barrier(2), queries.obstacles

    def look_together(*pair: Candidate) -> list[str]:
        found = obstacles(*pair)
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        return found

    monkeypatch.setattr(queries, "obstacles", look_together)
    if not locked:
        monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **options: rows)
    outcome = threads(2, lambda n: actions.approve((one, two)[n].pk, "同意合并", by=by[n]))
    refused = [error for error in outcome.errors.values() if isinstance(error, Problem)]
    if not locked:
        assert refused == []
        return
    assert (len(outcome.values), len(outcome.errors), len(refused)) == (1, 1, 1)
    assert Candidate.objects.filter(state="merged").count() == 1
    assert findings() == []


def test_who_decides_sees_in_what_the_two_differ(source, target, client):
    User.objects.filter(pk=target.user_id).update(name="韦晓莉")
    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    clerk(2)
    client.force_login(User.objects.get(username="archive-2"))
    page = client.get(f"/admin/candidates/mergers/{merger.pk}/approve/").content.decode()
    told = page.partition("两份考籍不同之处")[2][:200]
    assert "姓名" in told
    assert "出生日期" not in told


def test_who_has_proposed_is_told_that_another_decides_and_offered_nothing(source, target, client):
    merger = actions.propose(source.pk, str(target.candidate_number), REASON, by=clerk())
    clerk(2)
    offered = {}
    for name in ("archive-1", "archive-2"):
        client.force_login(User.objects.get(username=name))
        for act in ("approve", "refuse"):
            page = client.get(f"/admin/candidates/mergers/{merger.pk}/{act}/").content.decode()
            offered[name, act] = (
                "同意合并</a>" in page,
                "合并须由另一名考籍人员审批。" in page,
                'name="reason"' in page,
            )
    assert offered == {
        ("archive-1", "approve"): (False, True, False),
        ("archive-1", "refuse"): (False, True, True),
        ("archive-2", "approve"): (True, False, True),
        ("archive-2", "refuse"): (True, False, True),
    }
    client.force_login(User.objects.get(username="archive-1"))
    refused = client.post(f"/admin/candidates/mergers/{merger.pk}/approve/", {"reason": "同意合并"})
    assert (refused.status_code, Merger.objects.get().state) == (409, "proposed")
