"""转入 from the platform's file to the score: checked, decided, confirmed, matched, credited; or taken back."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.applications.tests.acts import by, decided_by_two, scored
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.actions import remove, save
from candidate_api.catalogue.models import Course
from candidate_api.imports import actions
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.tests.scene import checked, keepers, now, undone, verdicts
from candidate_api.results.models import Score
from candidate_api.transfers.kinds import COURSE_MATCHES
from candidate_api.transfers.models import CourseMatch
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.messages.models import Message
from portal.kernel.users.models import User
from review.applications import actions as applications
from review.applications.models import Application, Event
from review.applications.rules import Verdict
from review.applications.tests.scene import fresh, passed, reviewer
from tests import life
from tests.races import threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
HEADS = ["准考证号", "姓名", "转出省份", "转出省准考证号", "课程代码", "课程名称", "成绩", "合格考期"]
OK, YES = "与平台数据核对无误", Verdict(True)


@pytest.fixture
def li() -> Candidate:
    return eligible("韦小莉")


def eligible(name: str) -> Candidate:
    person = life.enrolled(name=name)
    scored(person, "13000", source="written")
    return person


def row(person: Candidate, code: str = "00023", mark: object = 75, **other: str) -> list[object]:
    given = {"province": "广东省", "there": "190120261234", "name": person.user.name, "session": "2024-10"} | other
    there = [given["province"], given["there"]]
    return [person.candidate_number, given["name"], *there, code, "外省课程", mark, given["session"]]


def sent(*rows: list[object], by: Any = None) -> ImportBatch:
    return checked(by or keepers()[0], [HEADS, *rows], "transferred")


def written(*rows: list[object]) -> ImportBatch:
    one, other = keepers()
    return actions.approve(sent(*rows, by=one).pk, OK, by=other)


def credited() -> list[tuple[Any, ...]]:
    found = Score.objects.filter(source="transfer").order_by("candidate", "course__code")
    return list(found.values_list("candidate", "course__code", "score", "grade", "origin", "origin_session"))


def refused(code: Code, verb: Any, *args: Any, **more: Any) -> Problem:
    """The verb refuses, and nothing has changed."""
    models = (ImportBatch, Application, Event, Score, CourseMatch, Message, AuditEntry)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    with pytest.raises(Problem) as caught:
        verb(*args, **more)
    assert caught.value.code == code
    assert [list(model.objects.order_by("pk").values()) for model in models] == before
    return caught.value


# -- the whole way ----------------------------------------------------------------------------------------------------
def test_from_the_file_to_the_scores_of_those_who_confirm(api, li):
    hai = eligible("陆大海")
    batch = sent(row(li), row(hai, "02324", 88, there="190120265678"), row(li, "02324", "良好", session=""))
    assert (batch.new, batch.refused, Application.objects.count()) == (3, 0, 0)
    batch = actions.approve(batch.pk, OK, by=keepers()[1])
    assert (batch.state, credited()) == ("applied", [])
    first, second = Application.objects.order_by("applicant")
    assert [(a.state_label, len(a.answers["lines"])) for a in (first, second)] == [
        ("待考生网上确认", 2),
        ("待考生网上确认", 1),
    ]
    asked = Message.objects.filter(template="application_to_confirm")
    assert set(asked.values_list("recipient", flat=True)) == {li.user_id, hai.user_id}
    api.force_authenticate(li.user)
    address = f"/api/v1/me/applications/{first.number}/"
    assert api.get(f"{address}register.pdf").content[:4] == b"%PDF"
    assert api.post(f"{address}confirm/").status_code == 200
    decided_by_two(first, verdicts=[YES, YES])
    assert credited() == [
        (li.pk, "00023", 75, "", "广东省", "2024-10"),
        (li.pk, "02324", None, "良好", "广东省", ""),
    ]
    assert [line["course"] for line in api.get("/api/v1/me/transferred-scores/").json()["results"]] == [
        "00023",
        "02324",
    ]
    assert fresh(second).turn == "candidate"


def test_the_story_names_nobody_of_the_office(li):
    written(row(li))
    assert list(Event.objects.values_list("verb", "who")) == [("arrive", "系统")]


def test_a_course_that_is_none_of_ours_is_matched_before_the_candidate_is_asked(li):
    written(row(li), row(li, "99999", 90))
    application = Application.objects.get()
    assert application.step_label == "待自治区招生考试院核对"
    first = reviewer("first_reviewer", "45")
    refused(Code.VALIDATION_FAILED, passed, application, first)
    match = {"province": "44", "code": "99999", "name": "外省课程", "course": Course.objects.get(code="02324")}
    for who in (reviewer("first_reviewer"), reviewer("auditor", "45"), by(li)):
        refused(Code.PERMISSION_DENIED, save, COURSE_MATCHES, None, match, by=who, reason="大纲相同")
    made = save(COURSE_MATCHES, None, match | {"note": "2024年大纲"}, by=first, reason="大纲相同")
    assert passed(application, first).turn == "candidate"
    applications.confirm(application.number, by=by(li))
    decided_by_two(application, verdicts=[YES, YES])
    assert [line[1:3] for line in credited()] == [("00023", 75), ("02324", 90)]
    remove(COURSE_MATCHES, made.pk, by=first, reason="录入有误")
    assert list(
        AuditEntry.objects.filter(verb__startswith="course_match.").order_by("pk").values_list("verb", flat=True)
    ) == [
        "course_match.create",
        "course_match.delete",
    ]


def test_what_is_matched_with_nothing_is_refused_at_the_end(li):
    first = reviewer("first_reviewer", "45")
    none = {"province": "44", "code": "99999", "name": "外省课程", "course": None}
    save(COURSE_MATCHES, None, none, by=first, reason="没有这样的课程")
    written(row(li), row(li, "99999", 90))
    application = Application.objects.get()
    assert application.turn == "candidate"  # nothing to match any more
    applications.confirm(application.number, by=by(li))
    passed(application, first, verdicts=[YES, YES])
    second = reviewer("second_reviewer", "45")
    refused(Code.STATE_CONFLICT, passed, application, second, verdicts=[YES, YES])
    passed(application, second, verdicts=[YES, Verdict(False, "没有对应课程")])
    assert [line[1] for line in credited()] == ["00023"]


def test_two_of_theirs_that_are_one_of_ours_are_credited_once(li):
    first = reviewer("first_reviewer", "45")
    match = {"province": "44", "code": "99999", "name": "外省课程", "course": Course.objects.get(code="00023")}
    save(COURSE_MATCHES, None, match, by=first, reason="大纲相同")
    written(row(li), row(li, "99999", 90))
    application = Application.objects.get()
    applications.confirm(application.number, by=by(li))
    decided_by_two(application, verdicts=[YES, YES])
    assert [line[1:3] for line in credited()] == [("00023", 75)]


def test_the_same_file_later_on_brings_what_is_new_alone(li):
    written(row(li))
    application = Application.objects.get()
    applications.confirm(application.number, by=by(li))
    decided_by_two(application, verdicts=[YES])
    again = sent(row(li), row(li, "02324", 80))
    assert verdicts(again) == [(2, "unchanged", ""), (3, "new", "")]
    actions.approve(again.pk, OK, by=keepers()[1])
    assert [line["course"] for line in Application.objects.latest("pk").answers["lines"]] == ["02324"]
    other = sent(row(eligible("陆大海")), row(li, "00023", 99, session=""))
    assert verdicts(other)[1] == (3, "refused", "考生已有一件转入正在办理")


# -- what is refused --------------------------------------------------------------------------------------------------
def test_rows_that_cannot_arrive_are_named_and_keep_the_file_out(li):
    new = life.enrolled(name="陆大海")
    hai = eligible("吴海燕")
    written(row(hai))
    mai = eligible("买买提·䶮")
    batch = sent(
        row(li, mark=59),
        row(li, mark="不及格"),
        row(new),
        row(hai, "02324"),
        row(li, name="李小莉"),
        row(li, province="广西"),
        row(mai),
        row(mai, "02324", there="190120269999"),
        row(li, "02324"),
        row(li, "02324"),
    )
    wrong = "成绩：只能转入合格成绩，须为60到100的整数，或者等级"
    told = {number: reason for number, verdict, reason in verdicts(batch) if verdict == "refused"}
    assert told.pop(7).startswith("转出省份：须为北京市、")
    assert told == {
        2: wrong,
        3: wrong,
        4: "考生在广西还没有合格课程，不能转入",
        5: "考生已有一件转入正在办理",
        6: "姓名与准考证号不符",
        9: "同一考生的转出省份、转出省准考证号须一致",
        10: "文件中有重复，首次在第10行",
        11: "文件中有重复，首次在第10行",
    }
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=keepers()[1])


def test_who_has_something_on_its_way_since_the_check_stops_the_whole_file(li):
    hai = eligible("陆大海")
    batch = sent(row(hai), row(li))
    written(row(li, "02324"))
    problem = refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=keepers()[1])
    assert li.candidate_number in str(problem.detail)
    refused(Code.STATE_CONFLICT, actions.approve, batch.pk, OK, by=keepers()[0])  # nor by who has uploaded it


# -- taken back -------------------------------------------------------------------------------------------------------
def test_a_batch_is_taken_back_while_nobody_has_confirmed(li):
    hai = eligible("陆大海")
    batch = written(row(li), row(hai, "99999", 90))
    one, two = Application.objects.order_by("applicant")
    applications.dispute(one.number, by=by(li))
    undone(batch)
    assert [fresh(a).state for a in (one, two)] == ["withdrawn", "withdrawn"]
    assert now(batch).state == "undone"
    ends = Event.objects.filter(verb="recall").values_list("who", "note")
    assert list(ends) == [("系统", "导入的文件有误，已整批撤销。")] * 2
    assert Message.objects.filter(template="application_recalled").values("recipient").distinct().count() == 2
    assert written(row(li)).state == "applied"  # the right file can come


def test_what_is_over_stays_as_it_ended_when_the_batch_is_taken_back(li):
    batch = written(row(li))
    application = Application.objects.get()
    applications.withdraw(application.number, by=by(li))
    revision = fresh(application).revision
    undone(batch)
    assert (now(batch).state, fresh(application).revision) == ("undone", revision)


def test_once_somebody_has_confirmed_it_stays(li):
    batch = written(row(li), row(eligible("陆大海")))
    applications.confirm(Application.objects.order_by("pk")[0].number, by=by(li))
    problem = refused(Code.STATE_CONFLICT, actions.ask_undo, batch.pk, "平台数据有误", by=keepers()[0])
    assert problem.detail == "已有1名考生确认，不能整批撤销。"


def test_candidates_take_nothing_back(li):
    written(row(li))
    refused(Code.PERMISSION_DENIED, applications.recall, Application.objects.get().pk, "误", by=by(li))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_confirmation_and_an_undo_at_once_one_of_them(li):
    (keeper, other), oneself = keepers(), by(li)
    for _again in range(4):
        batch = written(row(li))
        actions.ask_undo(batch.pk, "误", by=other)
        number = Application.objects.latest("pk").number
        acts = (partial(actions.undo, batch.pk, "误", by=keeper), partial(applications.confirm, number, by=oneself))
        done = threads(2, lambda i, acts=acts: acts[i]())
        assert (len(done.values), {error.code for error in done.errors.values()}) == (1, {Code.STATE_CONFLICT})
        left = Application.objects.latest("pk")
        undone = now(batch).state == "undone"
        assert left.state == ("withdrawn" if undone else "submitted")
        if not undone:
            applications.withdraw(number, by=oneself)


# -- what it costs ----------------------------------------------------------------------------------------------------
def test_what_each_candidate_of_a_file_costs(li):
    def cost(*people: Candidate) -> int:
        batch = sent(*(row(person, code) for person in people for code in ("00023", "02324", "13003")))
        with CaptureQueriesContext(connection) as captured:
            actions.approve(batch.pk, OK, by=keepers()[1])
        return len(captured)

    one = cost(li)
    more = cost(*(eligible(f"韦小{c}") for c in "甲乙丙丁"))
    assert (more - one) / 3 == 20


# -- at the desk ------------------------------------------------------------------------------------------------------
def at_desk(role: str, office: str = "45") -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=reviewer(role, office).user_id))
    return client


def test_courses_are_matched_at_the_desk_by_the_province_alone():
    address = "/admin/course-matches/"
    given = {"province": "44", "code": "99999", "name": "外省课程", "course": "02324", "note": "", "reason": "大纲相同"}
    for reader in (at_desk("first_reviewer", "450100"), at_desk("auditor")):
        assert reader.get(address).status_code == 200
        assert reader.post(f"{address}new/", given).status_code in (302, 403)
    for stranger in (at_desk("editor"), at_desk("support"), at_desk("finance")):
        assert f'"{address}"' not in stranger.get("/admin/").content.decode()
        for path in (address, f"{address}new/"):
            assert stranger.get(path).headers["Location"] == "/admin/"
            assert stranger.post(path, given).headers["Location"] == "/admin/"
    assert CourseMatch.objects.count() == 0
    keeper = at_desk("first_reviewer")
    assert f'"{address}"' in keeper.get("/admin/").content.decode()
    assert keeper.post(f"{address}new/", given).status_code == 302
    row = CourseMatch.objects.get()
    assert (str(row), row.course.code) == ("广东省 99999 外省课程", "02324")
    page = keeper.get(f"{address}edit/{row.pk}/").content.decode()
    assert "大纲相同" in page
    assert "02324" in keeper.get(address).content.decode()


def test_the_preview_says_what_would_arrive(li):
    batch = sent(row(li))
    client = Client()
    client.force_login(User.objects.get(username="archive-2"))
    page = client.get(f"/admin/imports/{batch.pk}/").content.decode()
    for said in ("广东省", "190120261234", "外省课程", "2024-10", "新增 1"):
        assert said in page
    client.post(f"/admin/imports/{batch.pk}/approve/", {"reason": OK})
    assert Application.objects.get().state_label == "待考生网上确认"
