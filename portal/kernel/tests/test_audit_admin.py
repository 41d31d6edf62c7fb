"""The log at the desk: read by those who may, changed by nobody."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.audit.models import AuditEntry
from portal.kernel.messages.actions import say
from portal.kernel.messages.models import Message
from portal.kernel.messages.states import MESSAGE
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/"
TOLD = {"step": 3, "sha256": "0f" * 32, "open": True, "fields": ["a", "b"], "before": {"name": "甲"}}
ZHOU = Actor(user_id=71, name="周编辑", channel="admin", address="203.0.113.9", request_id="abc")


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(member("auditor"))
    return client


@pytest.fixture
def person() -> User:
    return User.objects.create_user("a", name="甲")


def test_the_log_says_who_did_what_to_what(desk, person):
    record("users.rename", person, by=ZHOU, from_state="draft", to_state="sent", note="按申请更正", **TOLD)
    html = desk.get(f"{LIST}?verb=users.rename").content.decode()
    subject = f"kernel.user:{person.pk}"
    for shown in (
        "周编辑（71）",
        "后台 203.0.113.9",
        subject,
        "draft → sent",
        "按申请更正；before：（name：甲）；fields：a、b；open：是；sha256：0f0f0f0f…；step：3",
        "abc",
    ):
        assert shown in html


def test_states_are_called_by_their_names(desk, person):
    say("fact:1", "code_login", {"code": "123456"}, mobile="13800009999")
    record("messages.retry", Message.objects.get(), by=ZHOU, from_state="failed", to_state="queued")
    labels = {state.code: str(state.label) for state in MESSAGE.states.values()}
    html = desk.get(f"{LIST}?verb=messages.retry").content.decode()
    assert f"{labels['failed']} → {labels['queued']}" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("verb=users.", ["users.rename", "users.move"]),
        ("verb=users.rename", ["users.rename"]),
        ("actor=71", ["users.rename"]),
        ("actor=王审核", ["users.move"]),
        ("actor=王", []),
        ("at_from=2026-11-23&at_to=2026-11-23", ["users.move"]),
        ("at_to=2026-11-22", ["users.rename"]),
        ("subject=kernel.user&verb=users.", ["users.rename", "users.move"]),
        ("subject=kernel.user:0", []),
    ],
)
def test_the_log_is_narrowed(desk, person, query, found):
    with time_machine.travel(clock.at(date(2026, 11, 22), 23, 59)):
        record("users.rename", person, by=ZHOU)
    with time_machine.travel(clock.at(date(2026, 11, 23), 0)):
        record("users.move", person, by=Actor(user_id=72, name="王审核", channel="admin"))
    for path in (LIST, f"{LIST}results/"):
        rows = desk.get(f"{path}?{query}").context["object_list"]
        assert [row.verb for row in rows if row.verb != "offices.appoint"] == found[::-1]


@pytest.mark.parametrize("role", ["editor", "support", "finance", "first_reviewer"])
def test_who_is_no_auditor_does_not_read_it(client, role):
    client.force_login(member(role))
    assert f'"{LIST}"' not in client.get("/admin/").content.decode()
    for path in (LIST, f"{LIST}results/"):
        assert client.get(path).headers["Location"] == "/admin/"


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_auditors_and_administrators_do(client, role):
    client.force_login(member(role))
    assert f'"{LIST}"' in client.get("/admin/").content.decode()
    assert client.get(LIST).status_code == 200


def test_there_is_no_way_to_change_export_or_delete_it(desk, person):
    made = record("users.rename", person, by=ZHOU)
    before = list(AuditEntry.objects.values())

    admin = next(part for part in get_resolver().url_patterns if str(part.pattern) == "admin/")
    audit = [part for part in admin.url_patterns if str(part.pattern) == "audit/"]
    assert [str(address.pattern) for part in audit for address in part.url_patterns] == ["", "results/"]
    for path in ("new/", f"edit/{made.pk}/", f"delete/{made.pk}/", f"inspect/{made.pk}/"):
        assert desk.post(LIST + path).status_code == 404
    for path in (LIST, f"{LIST}results/"):
        assert desk.post(path, {"id": made.pk}).status_code == 405
        assert desk.get(f"{path}?export=xlsx").headers["Content-Type"].startswith("text/html")
    assert desk.post(f"/admin/bulk/kernel/auditentry/delete/?id={made.pk}").status_code == 404
    assert list(AuditEntry.objects.values()) == before


def test_a_list_of_fifty_asks_no_more_than_a_list_of_one(desk, person):
    desk.get(LIST)
    counts = []
    for n in (1, 49):
        for _ in range(n):
            record("users.rename", person, by=ZHOU)
        with CaptureQueriesContext(connection) as captured:
            rows = desk.get(f"{LIST}?verb=users.rename").context["object_list"]
        counts.append((len(rows), len(captured)))
    assert counts == [(1, 11), (50, 11)]


def test_pages_are_counted_no_further_than_they_are_turned(desk, person, monkeypatch):
    monkeypatch.setattr("portal.kernel.admin.Pages.most", 60)
    for _ in range(70):
        record("users.rename", person, by=ZHOU)
    answer = desk.get(f"{LIST}?verb=users.rename&p=2")
    assert answer.context["items_count"] == 60
    assert len(answer.context["object_list"]) == 10


def test_verbs_and_subjects_are_called_by_their_names(desk, person):
    say("fact:1", "code_login", {"code": "123456"}, mobile="13800009999")
    message = Message.objects.get()
    record("messages.retry", message, by=ZHOU)
    record("users.rename", person, by=ZHOU)
    listed = desk.get(f"{LIST}?verb=重新发送")
    assert [row.verb for row in listed.context["object_list"]] == ["messages.retry"]
    html = listed.content.decode()
    assert "重新发送消息（messages.retry）" in html
    assert f"消息（kernel.message:{message.pk}）" in html
