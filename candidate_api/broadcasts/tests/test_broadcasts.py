"""A notice to many: the number is seen and typed, nobody is told twice, what failed is named and sent again."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from candidate_api.broadcasts import actions, queries
from candidate_api.broadcasts.models import Broadcast
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import District, Major
from candidate_api.registrations import actions as registrations
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages import actions as outbox
from portal.kernel.messages import providers
from portal.kernel.messages.models import Message
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
SYSTEM = Actor.system("test")
SESSION, NANNING, GUILIN = "2026-10", "450100", "450300"
TITLE, TEXT = "南宁考点调整", "原定考点改为民族大道9号，{准考证}请重新打印。"


@pytest.fixture
def boss() -> Actor:
    return Actor.of(member("administrator"), "admin")


@pytest.fixture
def people() -> list[Candidate]:
    """One of Nanning with an entry, one of Guilin, one of another major, one without a record of a city."""
    life.open_window(SESSION)
    first = life.enrolled(name="韦小莉")
    second, third = life.enrolled(name="陆大海", district=GUILIN), life.enrolled(name="农晓", major="050101")
    registrations.submit(SESSION, [("02324", NANNING)], by=life.actor(first))
    return [first, second, third, life.registered(name="黄新")]


def drafted(boss: Actor, **whom: Any) -> Broadcast:
    return actions.draft(TITLE, TEXT, by=boss, **whom)


def names(broadcast: Broadcast) -> list[str]:
    return list(queries.recipients(broadcast).values_list("name", flat=True))


def inboxes() -> list[str]:
    rows = Message.objects.filter(template="office_notice").order_by("recipient")
    return list(rows.values_list("recipient__name", flat=True))


def test_for_whom_it_is(boss, people) -> None:
    session, nanning = ExamSession.objects.get(code=SESSION), District.objects.get(code=NANNING)
    law = Major.objects.get(code="050101")
    assert names(drafted(boss)) == ["韦小莉", "陆大海", "农晓", "黄新"]
    assert names(drafted(boss, session=session)) == ["韦小莉"]
    assert names(drafted(boss, district=nanning)) == ["韦小莉", "农晓"]
    assert names(drafted(boss, major=law)) == ["农晓"]
    assert names(drafted(boss, session=session, major=law)) == []
    User.objects.filter(pk=people[2].user_id).update(is_active=False)
    registrations.cancel(people[0].registrations.get().pk, by=life.actor(people[0]))
    assert names(drafted(boss, session=session)) == []
    assert names(drafted(boss, district=nanning)) == ["韦小莉"]


def test_the_number_is_seen_typed_and_told_to_each_once(boss, people) -> None:
    made = drafted(boss, district=District.objects.get(code=NANNING), remind=True)
    assert inboxes() == []
    with pytest.raises(Problem) as refusal:
        actions.confirm(made.pk, 3, by=boss)
    assert (refusal.value.code, "2人" in str(refusal.value.detail)) == (Code.STATE_CONFLICT, True)
    assert Broadcast.objects.get().state == "draft"

    actions.confirm(made.pk, 2, by=boss)
    assert [actions.send_due(by=SYSTEM) for _run in range(2)] == [2, 0]

    sent = Broadcast.objects.get()
    assert (sent.state, sent.counted, sent.reached, sent.confirmed_by) == ("sent", 2, 2, "周工作")
    assert inboxes() == ["韦小莉", "农晓"]
    assert {row.text for row in Message.objects.filter(template="office_notice")} == {f"{TITLE}：{TEXT}"}
    reminders = Message.objects.filter(template="office_reminder")
    assert {(row.channel, row.text) for row in reminders} == {
        ("sms", "【广西自考】您有一条新通知“南宁考点调整”，请登录后在“消息”中查看。")
    }
    verbs = AuditEntry.objects.filter(verb__startswith="broadcasts.").order_by("pk")
    assert [(row.verb, row.actor_name) for row in verbs] == [
        ("broadcasts.draft", "周工作"),
        ("broadcasts.confirm", "周工作"),
        ("broadcasts.finish", "test"),
    ]
    for verb in (lambda: actions.confirm(made.pk, 2, by=boss), lambda: actions.discard(made.pk, by=boss)):
        with pytest.raises(Problem) as refusal:
            verb()
        assert refusal.value.code is Code.STATE_CONFLICT


def test_whoever_does_not_want_the_reminder_still_finds_the_notice(boss, people) -> None:
    outbox.choose_messages({("office_reminder", "sms"): False}, by=life.actor(people[0]))
    made = drafted(boss, session=ExamSession.objects.get(code=SESSION), remind=True)
    actions.confirm(made.pk, 1, by=boss)
    actions.send_due(by=SYSTEM)
    assert inboxes() == ["韦小莉"]
    assert not Message.objects.filter(template="office_reminder").exists()


def test_a_worker_that_died_is_gone_on_from(boss, people, monkeypatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 1)
    made = drafted(boss)
    actions.confirm(made.pk, 4, by=boss)
    real, calls = outbox.say_many, []

    def dies(*args: Any, **more: Any) -> None:
        calls.append(1)
        real(*args, **more)
        if len(calls) == 3:
            raise RuntimeError("killed")

    monkeypatch.setattr(outbox, "say_many", dies)
    with pytest.raises(RuntimeError):
        actions.send_due(by=SYSTEM)
    assert (inboxes(), Broadcast.objects.get().reached) == (["韦小莉", "陆大海"], 2)
    assert actions.send_due(by=SYSTEM) == 2
    assert inboxes() == ["韦小莉", "陆大海", "农晓", "黄新"]
    assert Broadcast.objects.get().state == "sent"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_workers_tell_everybody_once(boss, people, monkeypatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 1)
    made = drafted(boss)
    actions.confirm(made.pk, 4, by=boss)
    ran = threads(8, lambda _n: actions.send_due(by=SYSTEM))
    assert ran.errors == {}
    assert sum(ran.values.values()) == 4
    assert sorted(inboxes()) == sorted(["韦小莉", "陆大海", "农晓", "黄新"])
    assert (Broadcast.objects.get().state, Broadcast.objects.get().reached) == ("sent", 4)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_eight_confirmations_at_once_one_counts(boss, people) -> None:
    made = drafted(boss)

    def confirm(_n: int) -> str:
        try:
            actions.confirm(made.pk, 4, by=boss)
        except Problem as problem:
            return problem.code
        return "confirmed"

    ran = threads(8, confirm)
    assert ran.errors == {}
    assert sorted(ran.values.values()) == ["confirmed", *["state_conflict"] * 7]
    assert AuditEntry.objects.filter(verb="broadcasts.confirm").count() == 1


def _undelivered(sms: Any) -> str:
    raise providers.Undelivered("号码停机")


def test_what_failed_is_named_and_sent_again(boss, people, monkeypatch) -> None:
    made = drafted(boss, district=District.objects.get(code=NANNING), remind=True)
    actions.confirm(made.pk, 2, by=boss)
    actions.send_due(by=SYSTEM)
    real = providers.send_sms
    monkeypatch.setattr(providers, "send_sms", _undelivered)
    lost = Message.objects.filter(template="office_reminder").order_by("pk")
    lost.update(attempts=9)
    for message in lost:
        outbox.deliver(message.pk)
    made = queries.one(boss, made.pk)
    told = {line.channel: (line.sent, line.waiting, line.failed, line.read) for line in queries.report(made)}
    assert told == {"站内": (2, 0, 0, 0), "短信": (0, 0, 2, 0)}
    assert [message.last_error for message in queries.failures(made)] == ["号码停机"] * 2

    desk = Client()
    desk.force_login(User.objects.get(pk=boss.user_id))
    page = desk.get(f"/admin/broadcasts/{made.pk}/").content.decode()
    assert "号码停机" in page
    assert "韦*莉" in page
    assert "韦小莉" not in page
    monkeypatch.setattr(providers, "send_sms", real)
    assert desk.post(f"/admin/broadcasts/{made.pk}/retry/").status_code == 302
    for message_id in outbox.due_ids():
        outbox.deliver(message_id)
    notice = Message.objects.get(template="office_notice", recipient=people[0].user)
    outbox.mark_read(notice.pk, by=life.actor(people[0]))
    told = {line.channel: (line.sent, line.waiting, line.failed, line.read) for line in queries.report(made)}
    assert told == {"站内": (2, 0, 0, 1), "短信": (2, 0, 0, 0)}
    assert actions.retry_failed(made.pk, by=boss) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (("", TEXT), "title"),
        (("字" * 41, TEXT), "title"),
        (("一\n二", TEXT), "title"),
        ((TITLE, " "), "text"),
        ((TITLE, "字" * 1001), "text"),
    ],
)
def test_what_says_nothing_is_refused(boss, given, field) -> None:
    with pytest.raises(Problem) as refusal:
        actions.draft(*given, by=boss)
    assert [error.field for error in refusal.value.errors] == [field]
    assert Broadcast.objects.count() == 0


def test_nobody_is_no_audience(boss) -> None:
    made = drafted(boss, session=ExamSession.objects.get(code=SESSION))
    with pytest.raises(Problem) as refusal:
        actions.confirm(made.pk, 0, by=boss)
    assert refusal.value.code is Code.STATE_CONFLICT
    actions.discard(made.pk, by=boss)
    assert (Broadcast.objects.get().state, actions.send_due(by=SYSTEM)) == ("discarded", 0)


@pytest.mark.parametrize("role", ["support", "editor", "archive", "finance", "auditor", "first_reviewer"])
def test_other_roles_send_nothing(boss, people, role) -> None:
    made = drafted(boss)
    staff = member(role)
    by, desk = Actor.of(staff, "admin"), Client()
    desk.force_login(staff)
    for verb in (
        lambda: drafted(by),
        lambda: actions.confirm(made.pk, 4, by=by),
        lambda: actions.discard(made.pk, by=by),
        lambda: actions.retry_failed(made.pk, by=by),
    ):
        with pytest.raises(Problem) as refusal:
            verb()
        assert refusal.value.code is Code.PERMISSION_DENIED
    for path in ("", "new/", f"{made.pk}/", f"{made.pk}/confirm/", f"{made.pk}/discard/", f"{made.pk}/retry/"):
        assert desk.post(f"/admin/broadcasts/{path}", {"count": "4"}).headers["Location"] == "/admin/"
    assert list(Broadcast.objects.values_list("state", flat=True)) == ["draft"]
    assert actions.send_due(by=SYSTEM) == 0


def test_the_desk_drafts_looks_and_confirms(boss, people) -> None:
    desk = Client()
    desk.force_login(User.objects.get(pk=boss.user_id))
    nanning = District.objects.get(code=NANNING)
    assert desk.get("/admin/broadcasts/new/").status_code == 200
    assert desk.post("/admin/broadcasts/new/", {"title": "", "text": TEXT}).status_code == 200
    answer = desk.post("/admin/broadcasts/new/", {"title": TITLE, "text": TEXT, "district": nanning.pk})
    made = Broadcast.objects.get()
    assert answer.headers["Location"] == f"/admin/broadcasts/{made.pk}/"
    assert "将发给 2 名考生" in desk.get(answer.headers["Location"]).content.decode()
    wrong = desk.post(f"/admin/broadcasts/{made.pk}/confirm/", {"count": "5"})
    assert (wrong.status_code, "现在是2人" in wrong.content.decode()) == (409, True)
    assert desk.post(f"/admin/broadcasts/{made.pk}/confirm/", {"count": "2"}).status_code == 302
    actions.send_due(by=SYSTEM)
    assert "已发 2 人" in desk.get(answer.headers["Location"]).content.decode()
    assert TITLE in desk.get("/admin/broadcasts/").content.decode()
    assert desk.get("/admin/broadcasts/99999/").status_code == 404


def test_stored_markup_is_inert(boss, people) -> None:
    made = actions.draft("<b>粗</b>", "<script>alert(1)</script>", by=boss)
    actions.confirm(made.pk, 4, by=boss)
    actions.send_due(by=SYSTEM)
    desk, web = Client(), Client()
    desk.force_login(User.objects.get(pk=boss.user_id))
    web.force_login(people[0].user)
    for client, path in ((desk, "/admin/broadcasts/"), (desk, f"/admin/broadcasts/{made.pk}/"), (web, "/me/messages/")):
        page = client.get(path).content.decode()
        assert "<script>alert(1)" not in page
        assert "<b>粗</b>" not in page


def test_the_database_says_it_again(boss) -> None:
    made = drafted(boss)
    rows = Broadcast.objects.filter(pk=made.pk)
    for wrong in ({"state": "sending"}, {"state": "sent"}, {"confirmed_at": made.drafted_at}, {"reached": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


@pytest.mark.parametrize("n", [1, 50])
def test_a_page_costs_the_same_for_one_and_for_fifty(boss, django_assert_num_queries, n) -> None:
    for _number in range(n):
        life.registered()
    made = drafted(boss, remind=True)
    actions.confirm(made.pk, n, by=boss)
    with django_assert_num_queries(17):
        actions.send_due(by=SYSTEM)
    with django_assert_num_queries(1):
        queries.report(made)
    for _number in range(n - 1):
        drafted(boss)
    with django_assert_num_queries(1):
        assert len([(str(b.session), str(b.district), str(b.major)) for b in queries.visible_to(boss)]) == n
