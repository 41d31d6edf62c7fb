"""The life of a complaint, and who may do what in each state."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.forms.models import model_to_dict

from cms.complaints import actions, queries
from cms.complaints.models import Complaint, ComplaintMessage
from cms.complaints.rules import FILES_AT_MOST, LEASE, OPEN_AT_MOST, REOPEN_WITHIN
from cms.complaints.states import COMPLAINT, Due
from cms.complaints.tests import desk
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.files.queries import visible
from portal.kernel.messages.models import Message
from portal.kernel.states import Who
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db


VERBS: dict[str, Callable[[Complaint, Actor], Any]] = {
    "accept": lambda c, by: actions.accept(c.pk, by=by),
    "claim": lambda c, by: actions.claim(c.pk, by=by),
    "answer": lambda c, by: actions.answer(c.pk, "已经公布。", seen=0, by=by),
    "release": lambda c, by: actions.release(c.pk, by=by),
    "transfer": lambda c, by: actions.transfer(c.pk, "record", "属于考籍", by=by),
    "note": lambda c, by: actions.note(c.pk, "已电话核实", by=by),
    "add_message": lambda c, by: actions.add_message(c.number, "补充一点", by=by),
    "attach": lambda c, by: actions.attach(c.number, desk.jpeg(), "图.jpg", by=by),
    "rate": lambda c, by: actions.rate(c.number, 4, "很快", by=by),
    "reopen": lambda c, by: actions.reopen(c.number, "还是没有", by=by),
    "close": lambda c, by: actions.close(c.number, by=by),
}


def rows() -> list[Any]:
    """All that a verb could have changed."""
    counts = (ComplaintMessage.objects.count(), Message.objects.count(), AuditEntry.objects.count())
    return [*(model_to_dict(row) for row in Complaint.objects.order_by("pk")), counts]


def refused(verb: Callable[[], Any]) -> Code:
    before = rows()
    with pytest.raises(Problem) as problem:
        verb()
    assert rows() == before
    return problem.value.code


def test_the_table_is_complete() -> None:
    assert VERBS.keys() == COMPLAINT.moves.keys()


def expected(state: str, verb: str, who: str) -> Code | None:
    """What the table and the roles say of a cell; None where the verb goes through."""
    move = COMPLAINT.moves[verb]
    if Who.CANDIDATE in move.who and who != "author":
        return Code.NOT_FOUND
    if Who.STAFF in move.who and who not in ("team", "administrator"):
        return Code.NOT_FOUND if who == "other team" else Code.PERMISSION_DENIED
    if state not in move.sources or (who == "administrator" and state == "handling" and verb != "note"):
        return Code.STATE_CONFLICT  # a complaint that is being handled is held by the supporter
    return None


@pytest.mark.parametrize("state", COMPLAINT.states)
def test_every_cell_of_state_verb_and_role(state: str) -> None:
    desk.team("record")
    by = desk.supporter()
    complaint = desk.brought_to(state, by)
    actors = {
        "author": desk.author(complaint),
        "stranger": Actor.of(desk.person(), "web"),
        "team": by,
        "other team": desk.supporter("record", 2),
        "administrator": Actor.of(member("administrator"), "admin"),
        "editor": Actor.of(member("editor"), "admin"),
    }
    for verb, move in COMPLAINT.moves.items():
        for who, actor in actors.items():
            cache.clear()
            point = transaction.savepoint()
            if code := expected(state, verb, who):
                assert refused(lambda verb=verb, actor=actor: VERBS[verb](complaint, actor)) == code, (verb, who)
            else:
                VERBS[verb](complaint, actor)
                assert Complaint.objects.get().state == (move.target or state), (verb, who)
                assert AuditEntry.objects.filter(verb=f"complaints.{verb}").exists()
            transaction.savepoint_rollback(point)


def test_a_life() -> None:
    by, colleague = desk.supporter(), desk.supporter(number=2)
    complaint = desk.complaint()
    asker = desk.author(complaint)
    assert (complaint.state, complaint.number[:2], complaint.due) == ("pending", "ZX", Due.OK)
    actions.accept(complaint.pk, by=by)
    added = actions.add_message(complaint.number, "考次是2026年10月", by=asker)
    assert refused(lambda: actions.answer(complaint.pk, "请看公告", seen=0, by=by)) == Code.STATE_CONFLICT
    assert refused(lambda: actions.answer(complaint.pk, "请看公告", seen=added.pk, by=colleague)) == Code.STATE_CONFLICT
    actions.note(complaint.pk, "绝密备注", by=by)
    actions.answer(complaint.pk, "请看公告", seen=added.pk, by=by)
    actions.reopen(complaint.number, "还是没有", by=asker)
    actions.transfer(complaint.pk, desk.team("record").code, "考籍问题", by=by)
    assert not queries.visible_to(by).exists()
    other = desk.supporter("record", 3)
    actions.accept(complaint.pk, by=other)
    newest = queries.thread(complaint).latest("pk").pk
    actions.answer(complaint.pk, "已更正", seen=newest, by=other)
    actions.rate(complaint.number, 5, "谢谢", by=asker)
    texts = [message.text for message in queries.thread(complaint)]
    assert texts == ["考次是2026年10月", "请看公告", "还是没有", "已更正"]
    told = Message.objects.filter(recipient=complaint.author).order_by("pk")
    assert [(m.template, m.channel) for m in told if m.channel == "sms"] == [("complaint_answered", "sms")] * 2
    assert not any("绝密" in m.text or complaint.title in m.text for m in told)


def test_a_lease_ends_and_who_was_taken_over_comes_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = desk.supporter(), desk.supporter(number=2)
    complaint = desk.complaint()
    actions.accept(complaint.pk, by=first)
    assert refused(lambda: actions.claim(complaint.pk, by=second)) == Code.STATE_CONFLICT
    later = clock.now() + LEASE
    monkeypatch.setattr(clock, "now", lambda: later)
    actions.claim(complaint.pk, by=second)
    assert refused(lambda: actions.answer(complaint.pk, "晚了", seen=0, by=first)) == Code.STATE_CONFLICT
    actions.claim(complaint.pk, take_over=True, by=first)
    assert refused(lambda: actions.answer(complaint.pk, "晚了", seen=0, by=second)) == Code.STATE_CONFLICT


def test_one_asks_again_for_a_week_to_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    complaint = desk.brought_to("answered", desk.supporter())
    assert complaint.answered_at
    end = complaint.answered_at + REOPEN_WITHIN
    monkeypatch.setattr(clock, "now", lambda: end)
    again = lambda: actions.reopen(complaint.number, "还有", by=desk.author(complaint))  # noqa: E731 -- said twice
    assert refused(again) == Code.STATE_CONFLICT
    monkeypatch.setattr(clock, "now", lambda: end - timedelta(seconds=1))
    assert again().state == "pending"


def test_what_was_closed_without_an_answer_stays_closed() -> None:
    complaint = desk.complaint()
    by = desk.author(complaint)
    actions.close(complaint.number, by=by)
    assert refused(lambda: actions.reopen(complaint.number, "还有", by=by)) == Code.STATE_CONFLICT


def test_there_is_an_end_to_asking() -> None:
    person = desk.person()
    for _number in range(OPEN_AT_MOST):
        cache.clear()
        desk.complaint(person)
    cache.clear()
    assert refused(lambda: desk.complaint(person)) == Code.STATE_CONFLICT


def test_nobody_asks_six_times_an_hour() -> None:
    person = desk.person()
    for _number in range(5):
        desk.complaint(person)
    assert refused(lambda: desk.complaint(person)) == Code.THROTTLED


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "format"),
        ("a.html", b"<script>alert(1)</script>", "format"),
        ("a.jpg", b"", "empty"),
        ("a.jpg", desk.jpeg()[:200], "format"),
        ("a.pdf", b"%PDF-1.7 half", "format"),
        ("a.pdf", b"%PDF-1.7 /OpenAction << /JavaScript (app.alert(1)) >> %%EOF", "active"),
        ("a.jpg", b"\0" * (10 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_a_file_is_judged_by_what_is_in_it(name: str, content: bytes, code: str) -> None:
    complaint = desk.complaint()
    before = rows()
    with pytest.raises(Problem) as problem:
        actions.attach(complaint.number, content, name, by=desk.author(complaint))
    assert [error.code for error in problem.value.errors] == [code]
    assert rows() == before


def test_an_attachment_is_for_its_owner_and_the_team() -> None:
    by, other = desk.supporter(), desk.supporter("record", 2)
    complaint = desk.complaint()
    owner = desk.author(complaint)
    for _number in range(FILES_AT_MOST):
        made = actions.attach(complaint.number, desk.jpeg() + b"<script>", "../图.html", by=owner)
    assert (made.file.name, made.file.content_type) == ("图.jpg", "image/jpeg")
    assert b"<script>" not in made.file.read()
    assert visible(made.file.pk, to=owner) == visible(made.file.pk, to=by) == made.file
    for stranger in (other, Actor.of(desk.person(), "web"), Actor.of(member("editor"), "admin")):
        with pytest.raises(Problem):
            visible(made.file.pk, to=stranger)
    assert refused(lambda: actions.attach(complaint.number, desk.jpeg(), "七.jpg", by=owner)) == Code.VALIDATION_FAILED


@pytest.mark.parametrize("name", ["450103199001011234.jpg", "身份证450103199001011234正面.png", "13800001111"])
def test_no_number_stands_in_the_name_of_an_attachment(name: str) -> None:
    complaint = desk.complaint()
    assert actions.attach(complaint.number, desk.jpeg(), name, by=desk.author(complaint)).file.name == "附件.jpg"


def test_a_title_holds_no_id_number() -> None:
    assert refused(lambda: desk.complaint(title="我的证件号450103199001011234")) == Code.VALIDATION_FAILED
