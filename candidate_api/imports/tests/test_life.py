"""The life of a batch: uploaded, checked, decided by another, written whole, taken back whole."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from candidate_api.applications.tests.acts import by, handed_in
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, School
from candidate_api.imports import actions, queries
from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.tests.scene import SCORES, SESSION, WORKER, checked, keepers, now, undone, upload, verdicts
from candidate_api.invariants.queries.records import moves_are_recorded, scores_are_right
from candidate_api.registrations import actions as registrations
from candidate_api.results.models import Discipline, Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile
from portal.kernel.tests.staff import member
from review.applications import actions as applications
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
OK = "与移交单核对无误"


@pytest.fixture
def people() -> list[Candidate]:
    return [life.enrolled(name="韦小莉"), life.enrolled(name="陆大海"), life.enrolled(name="买买提·䶮")]


def row(person: Candidate, course: str, score: object, status: str = "") -> list[object]:
    return [person.candidate_number, person.user.name, course, score, status]


def held() -> list[tuple[Any, ...]]:
    found = Score.objects.order_by("candidate", "course__code", "pk")
    return list(found.values_list("candidate", "session__code", "course__code", "score", "status", "source"))


def give(person: Candidate, course: str, score: int | None, status: str, **more: Any) -> Score:
    session = ExamSession.objects.get(code=SESSION)
    facts = {"candidate": person, "course": Course.objects.get(code=course), "session": session} | more
    return Score.objects.create(**facts, score=score, status=status, recorded_at=clock.now())


def refused(code: Code, verb: Any, *args: Any, by: Actor) -> Problem:
    """The verb refuses, and nothing has changed."""
    before = everything()
    with pytest.raises(Problem) as problem:
        verb(*args, by=by)
    assert (problem.value.code, everything()) == (code, before)
    return problem.value


def everything() -> list[Any]:
    models = (ImportBatch, ImportLine, Score, Discipline, Candidate, PrivateFile, AuditEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


# -- the whole way ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("format", ["csv", "xlsx", "dbf"])
def test_scores_are_uploaded_checked_decided_written_and_taken_back(people, format):
    one, other = keepers()
    li, hai, mai = people
    give(li, "13003", 54, "failed")
    give(hai, "13003", 70, "passed")
    heads = SCORES if format != "dbf" else ["ZKZH", "XM", "KCDM", "CJ", "ZT"]
    rows = [heads, row(li, "00023", 71), row(li, "13003", 64), row(hai, "13003", 70), row(mai, "00023", "", "缺考")]
    was = held()
    batch = checked(one, rows, format=format)
    assert (batch.state, batch.checked, batch.new, batch.changed, batch.unchanged, batch.refused) == (
        "checked", 4, 2, 1, 1, 0,
    )  # fmt: skip
    assert verdicts(batch) == [(2, "new", ""), (3, "changed", ""), (4, "unchanged", ""), (5, "new", "")]
    assert held() == was

    actions.approve(batch.pk, OK, by=other)

    assert held() == [
        (li.pk, SESSION, "00023", 71, "passed", "written"),
        (li.pk, SESSION, "13003", 64, "passed", "written"),
        (hai.pk, SESSION, "13003", 70, "passed", "written"),
        (mai.pk, SESSION, "00023", None, "absent", "written"),
    ]
    assert list(scores_are_right()) == list(moves_are_recorded()) == []
    batch = now(batch)
    assert (batch.state, batch.decided_by_id, batch.file.expires_at) == ("applied", other.user_id, None)

    undone(batch)

    assert held() == was
    assert list(moves_are_recorded()) == []
    log = AuditEntry.objects.filter(verb__startswith="imports.").order_by("pk")
    assert list(log.values_list("verb", "from_state", "to_state")) == [
        ("imports.upload", "", "checking"),
        ("imports.finish", "checking", "checked"),
        ("imports.approve", "checked", "applied"),
        ("imports.ask_undo", "applied", "undo_asked"),
        ("imports.undo", "undo_asked", "undone"),
    ]
    assert log[2].data == {"new": 2, "changed": 1}


def test_practice_and_theses_by_mark_or_grade(people):
    one, other = keepers()
    li, hai, mai = people
    heads = ["准考证号", "姓名", "课程代码", "成绩", "等级"]
    rows = [heads, row(li, "13004", 88, "良好"), row(hai, "14976", "", "优秀"), row(mai, "14976", "", "不合格")]
    batch = checked(one, rows, "practice")
    actions.approve(batch.pk, OK, by=other)
    found = Score.objects.order_by("candidate").values_list("course__code", "score", "grade", "status", "source")
    assert list(found) == [
        ("13004", 88, "良好", "passed", "practice"),
        ("14976", None, "优秀", "passed", "thesis"),
        ("14976", None, "不合格", "failed", "thesis"),
    ]


def test_decisions_bind_from_the_day_they_are_imported(people):
    one, other = keepers()
    li = people[0]
    heads = ["准考证号", "姓名", "处理", "起始日期", "截止日期", "文号", "事由"]
    row_ = [li.candidate_number, li.user.name, "停考", "2026/10/1", "20271001", "桂考〔2026〕1号", "替考"]
    batch = checked(one, [heads, row_], "discipline")
    actions.approve(batch.pk, OK, by=other)
    longer = checked(one, [heads, [*row_[:4], "2028年10月1日", *row_[5:]]], "discipline")
    assert ImportLine.objects.get(batch=longer).before == {
        "starts": "2026-10-01", "until": "2027-10-01", "reason": "替考",
    }  # fmt: skip
    actions.approve(longer.pk, OK, by=other)
    assert list(Discipline.objects.values_list("penalty", "starts", "until", "number", "reason")) == [
        ("suspended", date(2026, 10, 1), date(2028, 10, 1), "桂考〔2026〕1号", "替考")
    ]
    undone(longer)
    assert Discipline.objects.get().until == date(2027, 10, 1)


def test_a_roster_says_category_and_school_of_those_who_are_there(people):
    one, other = keepers()
    li, hai, _mai = people
    school = School.objects.get(code="10595")
    heads = ["准考证号", "姓名", "考生类别", "助学单位代码"]
    rows = [
        heads,
        [li.candidate_number, "韦小莉", "助学班考生", "10595"],
        [hai.candidate_number, "陆大海", "社会考生", ""],
    ]
    batch = checked(one, rows, "roster")
    assert (batch.new, batch.changed, batch.unchanged) == (0, 1, 1)
    actions.approve(batch.pk, OK, by=other)
    li = Candidate.objects.get(pk=li.pk)
    assert (li.category, li.assisting_school) == ("class_assisted", school)
    undone(batch)
    li = Candidate.objects.get(pk=li.pk)
    assert (li.category, li.assisting_school) == ("social", None)
    batch = checked(one, [heads, ["450000000000", "某某", "社会考生", ""]], "roster")
    assert verdicts(batch) == [(2, "refused", "没有这个准考证号")]


def test_whoever_asks_to_take_back_does_not_do_it_alone(people):
    one, other = keepers()
    batch = checked(one, [SCORES, row(people[0], "00023", 71)])
    actions.approve(batch.pk, OK, by=other)
    refused(Code.STATE_CONFLICT, actions.undo, batch.pk, "误", by=one)
    refused(Code.STATE_CONFLICT, actions.keep, batch.pk, "误", by=one)
    actions.ask_undo(batch.pk, "误", by=one)
    assert [queries.waiting(actor)["count"] for actor in (one, other)] == [0, 1]
    problem = refused(Code.STATE_CONFLICT, actions.undo, batch.pk, "误", by=one)
    assert problem.detail == "须由申请撤销以外的考籍人员撤销。"
    with pytest.raises(IntegrityError, match="import_undone_by_two_persons"), transaction.atomic():
        ImportBatch.objects.update(state="undone", undone_by=one.user_id, undone_at=clock.now())
    assert actions.keep(batch.pk, "文件无误", by=one).state == "applied"
    assert held() == [(people[0].pk, SESSION, "00023", 71, "passed", "written")]


# -- who, and when not ------------------------------------------------------------------------------------------------
def test_two_persons_of_the_provinces_archive(people):
    one, other = keepers()
    batch = checked(one, [SCORES, row(people[0], "00023", 71)])
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=one)
    strangers = [("archive", "450100"), ("administrator", "45"), ("second_reviewer", "45"), ("auditor", "45")]
    for role, office in strangers:
        stranger = Actor.of(member(role, office), "admin")
        for verb in (actions.approve, actions.refuse, actions.recheck, actions.ask_undo, actions.undo, actions.keep):
            refused(Code.PERMISSION_DENIED, verb, batch.pk, OK, by=stranger)
        refused(Code.PERMISSION_DENIED, actions.export_refused, batch.pk, by=stranger)
        with pytest.raises(Problem) as problem:
            upload(stranger, b"x")
        assert problem.value.code == Code.PERMISSION_DENIED
    refused(Code.NOT_FOUND, actions.approve, batch.pk + 1, OK, by=other)
    assert ImportBatch.objects.count() == 1


def test_a_batch_with_one_bad_row_is_not_written(people):
    one, other = keepers()
    batch = checked(one, [SCORES, row(people[0], "00023", 71), row(people[1], "00023", 101)])
    assert (batch.new, batch.refused) == (1, 1)
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=other)
    content = b"".join(actions.export_refused(batch.pk, by=one)).decode("utf-8-sig").splitlines()
    assert content == [
        "行号,原因,准考证号,姓名,课程代码,成绩,成绩状态",
        f"3,成绩：须为0到100的整数,{people[1].candidate_number},陆大海,00023,101,",
    ]
    actions.refuse(batch.pk, "有一行成绩超过100", by=one)
    batch = now(batch)
    assert (batch.state, batch.lines.count(), held()) == ("refused", 0, [])
    assert batch.file.expires_at is not None
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=other)


def test_nothing_new_is_nothing_to_approve(people):
    one, other = keepers()
    give(people[0], "00023", 71, "passed")
    batch = checked(one, [SCORES, row(people[0], "00023", 71)])
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=other)


def test_a_closed_session_is_closed(people):
    one, other = keepers()
    batch = checked(one, [SCORES, row(people[0], "00023", 71)])
    written = checked(one, [SCORES, row(people[1], "00023", 71)])
    actions.approve(written.pk, OK, by=other)
    asked = checked(one, [SCORES, row(people[2], "00023", 71)])
    actions.approve(asked.pk, OK, by=other)
    actions.ask_undo(asked.pk, "误", by=other)
    life.open_window()
    life.confirm_contact(people[0])
    registrations.submit(SESSION, [("00023", "450100")], by=life.actor(people[0]))
    ExamSession.objects.filter(code=SESSION).update(closed=True)
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=other)
    refused(Code.STATE_CONFLICT, actions.ask_undo, written.pk, OK, by=other)
    refused(Code.STATE_CONFLICT, actions.undo, asked.pk, OK, by=one)
    with pytest.raises(Problem) as problem:
        upload(one, b"x")
    assert problem.value.errors[0].field == "session"


@pytest.mark.parametrize("what", ["new", "changed", "gone", "merged"])
def test_what_has_changed_since_the_check_is_checked_again(people, what):
    one, other = keepers()
    li = people[0]
    if what != "new":
        there = give(li, "00023", 50, "failed")
    batch = checked(one, [SCORES, row(li, "00023", 71), row(people[1], "00023", 80)])
    if what == "new":
        give(li, "00023", 50, "failed")
    elif what == "changed":
        Score.objects.filter(pk=there.pk).update(score=51)
    elif what == "gone":
        there.delete()
    else:
        Candidate.objects.filter(pk=li.pk).update(state="merged", merged_into=people[2])
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=other)
    actions.recheck(batch.pk, "考籍有变化", by=other)
    actions.check_due(by=WORKER)
    batch = now(batch)
    expected = {"new": (1, 1, 0), "changed": (1, 1, 0), "gone": (2, 0, 0), "merged": (1, 0, 1)}[what]
    assert (batch.state, (batch.new, batch.changed, batch.refused)) == ("checked", expected)
    if what != "merged":
        actions.approve(batch.pk, OK, by=other)
        assert Score.objects.get(candidate=li).score == 71


@pytest.mark.parametrize("what", ["changed", "gone", "moved", "merged"])
def test_what_has_changed_since_cannot_be_taken_back(people, what):
    one, other = keepers()
    give(people[1], "00023", 50, "failed")
    batch = checked(one, [SCORES, row(people[0], "00023", 71), row(people[1], "00023", 80)])
    actions.approve(batch.pk, OK, by=other)
    mine = Score.objects.filter(candidate=people[0])
    if what == "changed":
        mine.update(score=72)
    elif what == "gone":
        mine.delete()
    elif what == "moved":
        mine.update(candidate=people[2])
    else:
        Candidate.objects.filter(pk=people[0].pk).update(state="merged", merged_into=people[2])
    actions.ask_undo(batch.pk, "误", by=other)
    refused(Code.STATE_CONFLICT, actions.undo, batch.pk, "误", by=one)


def test_a_mark_under_review_is_not_taken_back(people):
    one, other = keepers()
    li = people[0]
    session = ExamSession.objects.get(code=SESSION)
    session.scores_at = clock.now() - timedelta(hours=1)
    session.save()
    life.open_window(SESSION, "score-review")
    batch = checked(one, [SCORES, row(li, "00023", 58)])
    actions.approve(batch.pk, OK, by=other)
    score = Score.objects.get()
    by = Actor.of(li.user, "api", proved_at=clock.now())
    made = applications.start("score-review", {"score": str(score.pk), "reason": "与估分差距大"}, by=by)
    applications.submit(made.number, by=by)
    problem = refused(Code.STATE_CONFLICT, actions.ask_undo, batch.pk, "误", by=one)
    assert str(problem.detail) == "有1门成绩正在复核，请等复核办结。"


def test_passes_on_which_somebody_has_applied_are_not_taken_back(people):
    one, other = keepers()
    li, lu = people[:2]
    ExamSession.objects.filter(code=SESSION).update(scores_at=clock.now() - timedelta(hours=1))
    life.open_window("", "transfer-out")
    batch = checked(one, [SCORES, row(li, "00023", 78), row(lu, "00023", 41)])
    actions.approve(batch.pk, OK, by=other)
    score, before = Score.objects.get(status="passed"), held()
    told = {"province": "44", "number": "190120261234", "reason": "工作调动", "address": "广州市"}
    asked = handed_in(li, "transfer-out", scores=[str(score.pk)], **told)
    problem = refused(Code.STATE_CONFLICT, actions.ask_undo, batch.pk, "误", by=one)
    assert f"1件（{asked.number}）" in str(problem.detail)
    assert held() == before
    applications.withdraw(asked.number, by=by(li))
    undone(batch)
    assert held() == []
