"""The outbox at the desk, through Wagtail's real screens."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.messages import actions, providers
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import MESSAGE, RETRY_AFTER, SECRET_LIFE, Channel
from portal.kernel.messages.templates import REGISTRY, Template
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from tests.races import threads

pytestmark = pytest.mark.django_db
LIST, RETRY = "/admin/messages/", "/admin/messages/retry/"


@pytest.fixture(autouse=True)
def _templates(monkeypatch: pytest.MonkeyPatch) -> None:
    every = (Channel.IN_APP, Channel.SMS, Channel.EMAIL)
    monkeypatch.setitem(REGISTRY, "t", Template("t", "缴费成功", "您好 {name}", every))
    monkeypatch.setitem(REGISTRY, "code", Template("code", "验证码", "验证码 {code}", (Channel.SMS,), secret=True))


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(member("support"))
    return client


def person(name: str = "张小三", mobile: str = "13800001234") -> User:
    return User.objects.create_user(
        mobile, name=name, mobile=mobile, email=f"someone{mobile}@example.org", is_candidate=True
    )


def fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever is queued be given up."""

    def refuse(sms: providers.Sms) -> None:
        raise providers.Undelivered(f"{sms.mobile}: busy")

    with monkeypatch.context() as patched:
        patched.setattr(providers, "send_sms", refuse)
        Message.objects.filter(channel="sms", state="queued").update(attempts=len(RETRY_AFTER))
        for message_id in actions.due_ids():
            actions.deliver(message_id)


def given_up(monkeypatch: pytest.MonkeyPatch, n: int = 1) -> list[Message]:
    for number in range(n):
        actions.say(f"code:{number}", "code", {"code": "123456"}, mobile=f"1380000{number:04d}")
    fail(monkeypatch)
    return list(Message.objects.filter(state="failed"))


def states() -> dict[int, tuple[str, int]]:
    return {pk: (state, attempts) for pk, state, attempts in Message.objects.values_list("pk", "state", "attempts")}


def said(response: Any) -> list[str]:
    return [str(message).strip() for message in response.context["messages"]]


def test_the_list_says_to_whom_and_why_not_but_neither_number_nor_text(desk, monkeypatch):
    actions.say("paid:1", "t", {"name": "张小三"}, to=person())
    actions.say("code:1", "code", {"code": "654321"}, mobile="13900005678")
    fail(monkeypatch)

    html = desk.get(LIST).content.decode()

    for shown in ("张*三 138****1234", "139****5678", "s***@example.org", "验证码（code）", "***: busy", "发送失败"):
        assert shown in html
    for hidden in ("13800001234", "13900005678", "someone138", "654321", "您好", "张小三"):
        assert hidden not in html


def test_tries_are_counted_where_there_is_something_to_try(desk, monkeypatch):
    actions.say("paid:1", "t", {"name": "张小三"}, to=person())
    fail(monkeypatch)

    answer = desk.get(LIST)

    tries = next(column for column in answer.context["table"].columns.values() if column.name == "attempts")
    shown = {row.channel: tries.get_value(row) for row in answer.context["object_list"]}
    assert shown == {"in_app": "—", "sms": str(len(RETRY_AFTER) + 1), "email": "1"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=failed", [("code", "sms")]),
        ("state=sent&channel=in_app", [("t", "in_app")]),
        ("state=sending", []),
        ("channel=email", [("t", "email")]),
        ("template=code", [("code", "sms")]),
    ],
)
def test_the_list_is_narrowed_by_state_channel_and_template(desk, monkeypatch, query, found):
    given_up(monkeypatch)
    actions.say("paid:1", "t", {"name": "张小三"}, to=person())
    for path in (LIST, f"{LIST}results/"):
        rows = desk.get(f"{path}?{query}").context["object_list"]
        assert [(row.template, row.channel) for row in rows] == found


@pytest.mark.parametrize("role", ["editor", "first_reviewer", "finance", "auditor"])
def test_who_does_not_look_after_the_outbox_neither_sees_nor_sends(client, monkeypatch, role):
    failed = given_up(monkeypatch)[0]
    client.force_login(member(role))

    assert f'"{LIST}"' not in client.get("/admin/").content.decode()
    for path in (LIST, f"{LIST}results/"):
        assert client.get(path).headers["Location"] == "/admin/"
    refused = client.post(RETRY, {"id": failed.pk})

    assert refused.headers["Location"] == "/admin/"
    assert states() == {failed.pk: ("failed", len(RETRY_AFTER) + 1)}
    assert not AuditEntry.objects.filter(verb="messages.retry").exists()


@pytest.mark.parametrize("role", ["support", "administrator"])
def test_who_looks_after_it_finds_it_in_the_menu(client, role):
    client.force_login(member(role))
    assert f'"{LIST}"' in client.get("/admin/").content.decode()
    assert client.get(LIST).status_code == 200


def test_a_visitor_and_a_candidate_are_sent_to_the_sign_in(client):
    for who in (None, person()):
        if who:
            client.force_login(who)
        assert client.get(LIST).headers["Location"].startswith("/admin/login/")
        assert client.post(RETRY, {"id": 1}).headers["Location"].startswith("/admin/login/")


def test_one_given_up_is_sent_again_and_a_double_click_does_no_more(desk, monkeypatch):
    failed = given_up(monkeypatch)[0]
    there = f"{LIST}?state=failed"

    first = desk.post(RETRY, {"id": failed.pk, "next": there}, follow=True)
    second = desk.post(RETRY, {"id": failed.pk, "next": there}, follow=True)

    assert first.redirect_chain == second.redirect_chain == [(there, 302)]
    assert said(first) == ["1 条消息将重新发送。"]
    assert said(second) == ["1 条消息没有重新发送：当前状态为“待发送”，不能进行此操作。"]
    assert states() == {failed.pk: ("queued", 0)}
    assert AuditEntry.objects.filter(verb="messages.retry", channel="admin").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False])
def test_two_clicks_at_once_count_once(monkeypatch, locked):
    """Both have read the row before either writes; the control without the lock sends it twice."""
    failed, by, both = given_up(monkeypatch)[0], Actor.of(member("support"), "admin"), Barrier(2)
    check = type(MESSAGE).check

    def check_together(*args: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        check(*args)

    monkeypatch.setattr(type(MESSAGE), "check", check_together)
    if not locked:
        monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda rows, **options: rows)
    outcome = threads(2, lambda _: actions.retry(failed.pk, by=by).state)

    assert AuditEntry.objects.filter(verb="messages.retry").count() == len(outcome.values) == (1 if locked else 2)
    assert all(isinstance(error, Problem) for error in outcome.errors.values())


def test_a_code_that_has_run_out_is_not_sent_again(desk, monkeypatch):
    failed = given_up(monkeypatch)[0]
    before = states()

    with time_machine.travel(clock.now() + SECRET_LIFE):
        assert "重新发送</button>" not in desk.get(LIST).content.decode()
        answer = desk.post(RETRY, {"id": failed.pk}, follow=True)

    assert said(answer) == ["1 条消息没有重新发送：验证码已过有效期，不能再发；请本人在页面上重新获取。"]
    assert states() == before
    assert not AuditEntry.objects.filter(verb="messages.retry").exists()


def test_what_was_sent_is_not_sent_again(desk):
    actions.say("paid:1", "t", {"name": "张小三"}, to=person())
    for message_id in actions.due_ids():
        actions.deliver(message_id)
    before = list(Message.objects.values())

    answer = desk.post(RETRY, {"id": [row["id"] for row in before]}, follow=True)

    assert said(answer) == ["3 条消息没有重新发送：当前状态为“已发送”，不能进行此操作。"]
    assert list(Message.objects.values()) == before
    assert not AuditEntry.objects.filter(verb="messages.retry").exists()
    assert "重新发送</button>" not in desk.get(LIST).content.decode()


def test_all_that_failed_are_sent_again_by_one_button(desk, monkeypatch):
    failed = given_up(monkeypatch, 3)
    assert "全部重试 3 条" in desk.get(LIST).content.decode()

    answer = desk.post(
        RETRY, {"id": [failed[0].pk, failed[0].pk, failed[1].pk, failed[2].pk, 999_999, "x"]}, follow=True
    )

    assert said(answer) == ["3 条消息将重新发送。", "1 条消息没有重新发送：没有这条消息。"]
    assert set(states().values()) == {("queued", 0)}


def test_the_button_is_a_post_of_ones_own_page(desk, monkeypatch):
    failed = given_up(monkeypatch)[0]
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(User.objects.get(username="support-1"))

    assert desk.get(RETRY).status_code == 405
    assert careful.post(RETRY, {"id": failed.pk}).status_code == 403
    assert states()[failed.pk][0] == "failed"

    token = careful.get(LIST).context["csrf_token"]
    careful.post(RETRY, {"id": failed.pk, "csrfmiddlewaretoken": str(token)})
    assert states()[failed.pk][0] == "queued"


def test_nobody_is_led_away_by_the_address_of_the_list(desk, monkeypatch):
    answer = desk.post(RETRY, {"id": given_up(monkeypatch)[0].pk, "next": "https://example.org/"})
    assert answer.headers["Location"] == LIST


def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(desk, monkeypatch):
    desk.get(LIST)
    counts = []
    for first, after in ((0, 1), (1, 50)):
        for number in range(first, after):
            actions.say(f"code:{number}", "code", {"code": "1"}, to=person(mobile=f"1380000{number:04d}"))
        fail(monkeypatch)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            rows = desk.get(f"{LIST}?template=code").context["object_list"]
        counts.append((len(rows), len(captured)))
    assert counts == [(1, 11), (50, 11)]
