"""The outbox: said once, delivered until it is delivered, never twice, and no code left lying about."""

from datetime import timedelta

import pytest
import time_machine

from portal.demo.models import Delivered
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from portal.kernel.messages import actions, providers, queries
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import RETRY_AFTER, SECRET_LIFE, STUCK_AFTER, Channel
from portal.kernel.messages.templates import REGISTRY, Template
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _templates(monkeypatch):
    both = (Channel.IN_APP, Channel.SMS)
    monkeypatch.setitem(REGISTRY, "t", Template("t", "标题", "您好 {name}", both))
    monkeypatch.setitem(REGISTRY, "code", Template("code", "验证码", "验证码 {code}", (Channel.SMS,), secret=True))


@pytest.fixture
def user():
    return User.objects.create_user("a", name="甲", mobile="13800001234", is_candidate=True)


def deliver_all():
    return [actions.deliver(pk) for pk in actions.due_ids()]


def test_the_same_fact_is_told_once_per_channel(user):
    for _ in range(3):
        actions.say("paid:1", "t", {"name": "甲"}, to=user)
    assert sorted(Message.objects.values_list("channel", "state")) == [("in_app", "sent"), ("sms", "queued")]
    assert deliver_all() == [True]
    assert deliver_all() == []
    assert list(Delivered.objects.values_list("to", "channel")) == [("13800001234", "sms")]
    assert Delivered.objects.get().text == "【广西自考】您好 甲"


def test_what_somebody_typed_stays_text_in_a_letter(monkeypatch, mailoutbox):
    monkeypatch.setitem(REGISTRY, "t", Template("t", "标题", "您好 {name}", (Channel.EMAIL,)))
    typed = "<script>alert(1)</script><a href=javascript:alert(2)>点</a>\r\nBcc: other@example.com"
    actions.say("letter:1", "t", {"name": typed}, email="a@example.com")
    assert deliver_all() == [True]
    [letter] = mailoutbox
    sent = letter.message()
    assert (sent.get_content_type(), sent.is_multipart(), letter.recipients()) == (
        "text/plain",
        False,
        ["a@example.com"],
    )
    assert (sent["Bcc"], letter.body) == (None, f"您好 {typed}")


def test_a_code_is_wiped_once_it_is_on_its_way():
    actions.say("code:1", "code", {"code": "123456"}, mobile="13800001234")
    deliver_all()
    assert Delivered.objects.get().text == "【广西自考】验证码 123456\n@testserver #123456"
    assert Message.objects.get().text == "******"


def test_a_code_that_waited_too_long_is_not_sent_and_not_kept():
    actions.say("code:1", "code", {"code": "123456"}, mobile="13800001234")
    with time_machine.travel(clock.now() + SECRET_LIFE - timedelta(seconds=1), tick=False):
        assert len(actions.due_ids()) == 1
    with time_machine.travel(clock.now() + SECRET_LIFE):
        assert deliver_all() == [False]
        assert actions.due_ids() == []
    assert Delivered.objects.count() == 0
    message = Message.objects.get()
    assert (message.state, message.attempts, message.text) == ("expired", 0, "******")


def test_a_code_is_given_up_where_the_next_try_would_come_too_late(monkeypatch):
    def fail(sms):
        raise providers.Undelivered("busy")

    monkeypatch.setattr(providers, "send_sms", fail)
    actions.say("code:1", "code", {"code": "123456"}, mobile="13800001234")
    message = Message.objects.get()
    waits = []
    while message.state in ("queued", "sending"):
        waits.append(message.due_at - message.created_at)
        with time_machine.travel(message.due_at, tick=False):
            deliver_all()
        message = Message.objects.get()
    assert (message.state, message.attempts) == ("failed", 3)
    assert max(waits) < SECRET_LIFE


def test_without_an_address_nothing_is_queued():
    nobody = User.objects.create_user("b", name="乙")
    actions.say("paid:1", "code", {"code": "1"}, to=nobody)
    assert Message.objects.count() == 0


def test_a_failing_provider_is_asked_again_later_and_then_given_up(user, monkeypatch):
    def fail(sms):
        raise providers.Undelivered("busy")

    monkeypatch.setattr(providers, "send_sms", fail)
    actions.say("paid:1", "t", {"name": "甲"}, to=user)
    now = clock.now()
    for attempt, wait in enumerate(RETRY_AFTER, 1):
        with time_machine.travel(now):
            assert deliver_all() == [False]
            message = Message.objects.get(channel="sms")
            assert (message.state, message.attempts, message.last_error) == ("queued", attempt, "busy")
            assert actions.due_ids() == []
        now = message.due_at
        assert wait
    with time_machine.travel(now):
        assert deliver_all() == [False]
    assert Message.objects.get(channel="sms").state == "failed"


def test_staff_may_retry_what_was_given_up_and_nobody_else(user, monkeypatch):
    test_a_failing_provider_is_asked_again_later_and_then_given_up(user, monkeypatch)
    monkeypatch.undo()
    failed = Message.objects.get(state="failed")
    with pytest.raises(Problem):
        actions.retry(failed.pk, by=Actor.of(user, "web"))
    assert Message.objects.get(pk=failed.pk).state == "failed"
    support = Actor(user_id=9, name="乙", channel="admin", roles=frozenset({"support"}))
    monkeypatch.setitem(REGISTRY, "t", Template("t", "标题", "您好 {name}", (Channel.SMS,)))
    assert actions.retry(failed.pk, by=support).state == "queued"
    with time_machine.travel(clock.now() + timedelta(hours=3)):
        assert deliver_all() == [True]


def test_a_message_left_by_a_dead_worker_is_sent_by_the_next(user):
    actions.say("paid:1", "t", {"name": "甲"}, to=user)
    assert actions._take(actions.due_ids()[0]) is not None
    assert actions.due_ids() == []
    with time_machine.travel(clock.now() + STUCK_AFTER + timedelta(seconds=1)):
        assert deliver_all() == [True]


def test_the_inbox_is_ones_own(user):
    other = User.objects.create_user("b", name="乙", is_candidate=True)
    for person in (user, other):
        actions.say("paid:1", "t", {"name": person.name}, to=person)
    mine = Actor.of(user, "api")
    assert [m.text for m in queries.inbox(mine)] == ["您好 甲"]
    assert queries.unread_count(mine) == 1
    actions.mark_read(queries.inbox(mine)[0].pk, by=mine)
    assert queries.unread_count(mine) == 0
    with pytest.raises(Problem):
        actions.mark_read(queries.inbox(Actor.of(other, "api"))[0].pk, by=mine)
