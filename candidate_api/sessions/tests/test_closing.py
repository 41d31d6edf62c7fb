"""考期关账: after the last day, when nothing is unfinished, by the province's finance or administrator."""

from datetime import timedelta

import pytest
import time_machine

from candidate_api.sessions import closing
from candidate_api.sessions.actions import close_session
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
CODE, REASON = "2026-10", "对账全部完成"


def finance(role: str = "finance", office: str = "45") -> Actor:
    return Actor.of(member(role, office), "admin")


def after() -> time_machine.travel:
    session = ExamSession.objects.get(code=CODE)
    return time_machine.travel(clock.at(session.second_day) + timedelta(days=1))


def refused(by: Actor) -> Problem:
    with pytest.raises(Problem) as problem:
        close_session(CODE, REASON, by=by)
    assert ExamSession.objects.get(code=CODE).closed is False
    assert AuditEntry.objects.filter(verb="session.close").count() == 0
    return problem.value


def test_the_books_are_shut_once() -> None:
    with after():
        by = finance()
        assert close_session(CODE, REASON, by=by).closed
        assert close_session(CODE, REASON, by=by).closed
    assert ExamSession.objects.get(code=CODE).closed
    assert [entry.note for entry in AuditEntry.objects.filter(verb="session.close")] == [REASON]


def test_not_before_the_last_day_is_over() -> None:
    session = ExamSession.objects.get(code=CODE)
    with time_machine.travel(clock.at(session.second_day, 23)):
        assert refused(finance()).code == Code.STATE_CONFLICT


def test_not_while_something_is_unfinished(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        closing, "_checks", [lambda code: asked.append(code) or ["还有一条差异。"], lambda code: ["还有一笔退款。"]]
    )
    with after():
        problem = refused(finance())
    assert (problem.code, str(problem.detail), asked) == (Code.STATE_CONFLICT, "还有一条差异。 还有一笔退款。", [CODE])


@pytest.mark.parametrize(("role", "office"), [("editor", "45"), ("finance", "450100"), ("archive", "45")])
def test_others_may_not(role: str, office: str) -> None:
    with after():
        assert refused(finance(role, office)).code == Code.PERMISSION_DENIED
