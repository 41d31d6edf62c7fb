"""Whose record an import changes is told so, without the mark; nobody is told what nobody knows yet."""

from datetime import timedelta

import pytest

from candidate_api.imports import actions
from candidate_api.imports.tests.scene import SCORES, SESSION, checked, keepers, undone
from candidate_api.imports.tests.test_life import OK, give, row
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.messages.models import Message
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def people():
    return [life.enrolled(name="韦小莉"), life.enrolled(name="陆大海")]


def told() -> list[tuple[int, str, str]]:
    found = Message.objects.filter(template__startswith="imports.").order_by("pk")
    return list(found.values_list("recipient", "channel", "text"))


def release(ago: int) -> str:
    at = clock.now() - timedelta(hours=ago)
    ExamSession.objects.filter(code=SESSION).update(scores_at=at)
    return ExamSession.objects.get(code=SESSION).name


def test_a_released_mark_that_changes_is_told_once_and_again_when_it_changes_back(people):
    one, other = keepers()
    li, hai = people
    name = release(1)
    give(li, "00023", 58, "failed")
    give(li, "13003", 58, "failed")
    give(hai, "00023", 71, "passed")
    batch = checked(one, [SCORES, row(li, "00023", 61), row(li, "13003", 62), row(hai, "00023", 71)])
    actions.approve(batch.pk, OK, by=other)
    sentence = f"您{name}已公布的成绩有更改，请在成绩查询中查看。有疑问请咨询所属市招生考试院。"
    assert told() == [(li.user_id, "in_app", sentence)]
    undone(batch)
    assert told() == [(li.user_id, "in_app", sentence)] * 2


def test_before_the_release_nobody_is_told(people):
    one, other = keepers()
    release(-1)
    give(people[0], "00023", 58, "failed")
    batch = checked(one, [SCORES, row(people[0], "00023", 61)])
    actions.approve(batch.pk, OK, by=other)
    undone(batch)
    assert told() == []


def test_who_is_bound_by_a_decision_is_told_and_who_is_no_more(people):
    one, other = keepers()
    heads = ["准考证号", "姓名", "处理", "起始日期", "截止日期", "文号", "事由"]
    days = ("2026-10-01", "2030-10-01")
    rows = [[who.candidate_number, who.user.name, "停考", *days, "桂考1号", "替考"] for who in people]
    rows.append([people[0].candidate_number, people[0].user.name, "延迟毕业", *days, "桂考1号", ""])
    rows.append([people[1].candidate_number, people[1].user.name, "停考", "2011-01-01", "2012-01-01", "桂考0号", ""])
    batch = checked(one, [heads, *rows], "discipline")
    actions.approve(batch.pk, OK, by=other)
    ask = "有疑问请咨询所属市招生考试院。"
    banned = f"您自2026-10-01至2030-10-01停考，其间不能报考和参加考试（桂考1号）。{ask}"
    delayed = f"您自2026-10-01至2030-10-01延迟毕业，其间不能申请毕业（桂考1号）。{ask}"
    li, hai = (who.user_id for who in people)
    first = [(li, "in_app", banned), (hai, "in_app", banned), (li, "in_app", delayed)]
    assert told() == first
    undone(batch)
    withdrawn = f"您考籍中的一项处理决定（桂考1号）已撤销登记。{ask}"
    assert told()[3:] == [(li, "in_app", withdrawn), (hai, "in_app", withdrawn)]
