"""作弊 voids a session's marks: in the file that brings it, in the record, and whichever comes first."""

import pytest

from candidate_api.imports import actions
from candidate_api.imports.tests.scene import SCORES, WORKER, checked, keepers, now, undone, verdicts
from candidate_api.imports.tests.test_life import OK, give, held, refused, row
from candidate_api.invariants.queries.records import scores_are_right
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel.errors import Code
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
VOID = "该考生本考期有作弊记录，各科成绩无效"


@pytest.fixture
def people():
    return [life.enrolled(name="韦小莉"), life.enrolled(name="陆大海")]


def test_a_file_that_leaves_a_cheat_another_mark_is_refused(people):
    one, _other = keepers()
    li, hai = people
    rows = [row(li, "00023", 71), row(li, "13003", "", "作弊"), row(li, "13000", "", "缺考"), row(hai, "00023", 40)]
    batch = checked(one, [SCORES, *rows])
    assert verdicts(batch) == [(2, "refused", VOID), (3, "new", ""), (4, "new", ""), (5, "new", "")]
    assert (batch.new, batch.changed, batch.refused) == (3, 0, 1)


def test_who_has_cheated_in_the_record_gets_no_mark_of_that_session(people):
    one, other = keepers()
    li, hai = people
    give(li, "13003", None, "void")
    give(hai, "13003", None, "void", session=ExamSession.objects.get(code="2026-04"))
    batch = checked(one, [SCORES, row(li, "00023", 59), row(hai, "00023", 71)])
    assert verdicts(batch) == [(2, "refused", VOID), (3, "new", "")]
    batch = checked(one, [SCORES, row(li, "00023", "", "作弊"), row(hai, "00023", 71)])
    assert verdicts(batch) == [(2, "new", ""), (3, "new", "")]
    actions.approve(batch.pk, OK, by=other)
    assert list(scores_are_right()) == []


def test_marks_in_the_record_go_with_it_and_come_back(people):
    one, other = keepers()
    li, hai = people
    april = ExamSession.objects.get(code="2026-04")
    give(li, "00023", 71, "passed")
    give(li, "13000", 40, "failed", source="combined")
    give(li, "13004", 90, "passed", source="practice")
    give(li, "13003", 80, "passed", session=april)
    give(hai, "00023", 71, "passed")
    was = held()
    batch = checked(one, [SCORES, row(li, "13003", "", "作弊"), row(hai, "13003", 66)])
    assert verdicts(batch) == [(2, "new", ""), (3, "new", ""), (4, "changed", VOID), (5, "changed", VOID)]
    assert (batch.new, batch.changed, batch.refused, held() == was) == (2, 2, 0, True)

    actions.approve(batch.pk, OK, by=other)

    told = [mark[1:] for mark in held() if mark[0] == li.pk]
    assert told == [
        ("2026-10", "00023", None, "void", "written"),
        ("2026-10", "13000", None, "void", "combined"),
        ("2026-04", "13003", 80, "passed", "written"),
        ("2026-10", "13003", None, "void", "written"),
        ("2026-10", "13004", 90, "passed", "practice"),
    ]
    assert Score.objects.filter(candidate=hai, status="passed").count() == 2
    assert list(scores_are_right()) == []

    undone(batch)
    assert held() == was


def test_a_correction_of_all_courses_takes_the_cheating_away(people):
    one, other = keepers()
    li = people[0]
    give(li, "13003", None, "void")
    give(li, "00023", None, "void")
    batch = checked(one, [SCORES, row(li, "13003", 61)])
    assert verdicts(batch) == [(2, "refused", VOID)]
    batch = checked(one, [SCORES, row(li, "13003", 61), row(li, "00023", 71)])
    actions.approve(batch.pk, OK, by=other)
    assert [mark[2:5] for mark in held()] == [("00023", 71, "passed"), ("13003", 61, "passed")]


def test_two_files_that_cross_do_not_leave_both(people):
    """Each was right when it was checked."""
    one, other = keepers()
    li = people[0]
    passes = checked(one, [SCORES, row(li, "00023", 71)])
    cheats = checked(one, [SCORES, row(li, "13003", "", "作弊")])
    actions.approve(cheats.pk, OK, by=other)
    refused(Code.STATE_CONFLICT, actions.approve, passes.pk, OK, by=other)
    actions.recheck(passes.pk, "考籍有变化", by=other)
    actions.check_due(by=WORKER)
    assert (now(passes).refused, verdicts(now(passes))) == (1, [(2, "refused", VOID)])


def test_an_undo_does_not_leave_both(people):
    one, other = keepers()
    li = people[0]
    give(li, "13003", None, "void")
    corrected = checked(one, [SCORES, row(li, "13003", 61)])
    actions.approve(corrected.pk, OK, by=other)
    give(li, "00023", 71, "passed")
    actions.ask_undo(corrected.pk, "误", by=other)
    refused(Code.STATE_CONFLICT, actions.undo, corrected.pk, "误", by=one)
