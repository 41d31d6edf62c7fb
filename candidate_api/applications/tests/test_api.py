"""业务办理 over the API, and the kinds with their effects."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.photo import judge, spec_on
from candidate_api.catalogue.models import Course
from candidate_api.identity.providers.contract import ProviderUnavailable
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.papers import read
from portal.kernel.users.models import User
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.tests.scene import SYSTEM, fresh, made, paper, passed, reviewer
from review.types.kinds import kind_of
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
MINE, TYPES = "/api/v1/me/applications/", "/api/v1/application-types/"
DATA = {"course": "00023", "times": "first", "phone": "13800001111"}


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


@pytest.fixture
def app(api, person):
    api.force_authenticate(person.user)
    return api


def by(candidate: Candidate) -> Actor:
    return Actor.of(candidate.user, "api", proved_at=clock.now())


def upload(app, number: str, content: bytes, key: str = "id_card", name: str = "a.jpg") -> Any:
    return app.post(f"{MINE}{number}/materials/", {"key": key, "file": SimpleUploadedFile(name, content)}, "multipart")


def test_the_whole_way_over_the_api(app, api, person):
    made()
    shown = app.get(f"{TYPES}practice/").json()
    assert shown["eligibility"] == {"ok": True, "reasons": []}
    assert (shown["form"]["required"], shown["form"]["properties"]["why"]["x-show-if"]["value"]) == (
        ["course", "times", "phone"],
        "again",
    )
    assert {row["slug"] for row in app.get(TYPES).json()["results"]} >= {"practice", "info-change"}
    answer = app.post(MINE, {"type": "practice", "data": DATA}, "json")
    assert answer.status_code == 201
    number, url = answer.json()["number"], f"{MINE}{answer.json()['number']}/"
    assert app.post(MINE, {"type": "practice"}, "json").json()["code"] == "state_conflict"
    problem = app.post(f"{url}submit/").json()
    assert [error["field"] for error in problem["errors"]] == ["materials.id_card"]
    material = upload(app, number, paper()).json()
    picture = app.get(f"{url}materials/{material['id']}/")
    assert (picture["Content-Type"], b"".join(picture)[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert app.delete(f"{url}materials/{material['id']}/").status_code == 204
    upload(app, number, paper())
    assert app.patch(url, {"data": {"phone": "13900001111"}}, "json").json()["data"]["phone"] == "13900001111"
    answer = app.post(f"{url}submit/").json()
    assert (answer["state"], answer["state_label"], answer["allowed_actions"]) == (
        "submitted",
        "待市考办审核",
        ["withdraw"],
    )
    assert app.post(f"{url}confirm/").status_code == 409
    passed(Application.objects.get(number=number), reviewer())
    assert app.post(f"{url}dispute/").json()["state"] == "returned"
    assert app.post(f"{url}submit/").json()["state"] == "submitted"
    assert [row["number"] for row in app.get(f"{MINE}?state=submitted").json()["results"]] == [number]
    api.force_authenticate(life.enrolled(name="陆大海").user)
    for path in (url, f"{url}materials/{Application.objects.get(number=number).papers.get().pk}/"):
        assert api.get(path).status_code == 404
    assert api.post(f"{url}withdraw/").status_code == 404
    api.force_authenticate(None)
    assert api.get(f"{TYPES}practice/").json()["eligibility"] is None
    assert api.get(MINE).status_code == 401


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
        (b"<html><script>alert(1)</script>", "format"),
        (b"PK\x03\x04" + b"0" * 99, "format"),
        (b"GIF89a" + b"0" * 99, "format"),
        (b"%PDF-1.4\n", "format"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "active"),
        (PDF.replace(b"/Root", b"/Encrypt 2 0 R/Root"), "active"),
    ],
)
def test_what_is_no_paper(app, content, code):
    made()
    number = app.post(MINE, {"type": "practice"}, "json").json()["number"]
    answer = upload(app, number, content)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert upload(app, number, PDF, name="照片.jpg").json()["content_type"] == "application/pdf"


def test_a_list_takes_the_same_queries_with_one_and_with_fifty(app, person):
    made()

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            app.get(f"{MINE}?page_size=100")
        return len(found)

    codes = Course.objects.values_list("code", flat=True)[:50]
    for number, code in enumerate(codes):
        started = actions.start("practice", DATA | {"course": code}, by=by(person))
        actions.add_paper(started.number, "id_card", paper(number), by=by(person))
        actions.submit(started.number, by=by(person))
        if number == 0:
            one = asked()
    assert asked() == one <= 12


# -- the kinds --------------------------------------------------------------------------------------------------------
class Records:
    """The police's records of this test."""

    answer: Any = True

    def check_name_and_number(self, name: str, number: str) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return type("Answer", (), {"passed": self.answer})()


@pytest.fixture
def records(monkeypatch) -> Records:
    made_up = Records()
    monkeypatch.setattr("candidate_api.applications.kinds.info_change.provider", lambda: made_up)
    life.open_window("", "info-change")
    return made_up


NEW_NAME = {"what": ["name"], "new_name": "韦莉莉", "reason": "户籍更名"}


def change(person: Candidate, **answers: Any) -> Application:
    application = actions.start("info-change", answers, by=by(person))
    actions.consent(application.number, "identity", "2026-10", by=by(person))
    for rule in application.configuration.materials:
        if application.least(rule):
            actions.add_paper(application.number, rule.key, paper(), by=by(person))
    return fresh(actions.submit(application.number, by=by(person)))


def test_a_comparison_that_passes_takes_effect_at_once(records, person):
    application = change(person, **NEW_NAME)
    assert (application.turn, application.papers.count()) == ("system", 0), "papers are for who does not pass"
    records.answer = ProviderUnavailable("away")
    actions.ask_due(by=SYSTEM)
    assert (fresh(application).turn, Candidate.objects.get(pk=person.pk).user.name) == ("system", "韦小莉")
    assert fresh(application).is_unavailable
    assert list(queries.visible_to(reviewer())) == [application], "the city sees what waits for a service"
    records.answer = True
    Application.objects.update(next_ask_at=clock.now() - timedelta(seconds=1))
    actions.ask_due(by=SYSTEM)
    assert fresh(application).state == "approved"
    # Who was spared the office does not read that it has decided.
    assert [(one.label, one.state) for one in queries.stations(fresh(application))] == [("在线身份比对", "done")]
    changed = Candidate.objects.get(pk=person.pk)
    assert changed.user.name == "韦莉莉"
    assert [row.name for row in changed.former_documents.all()] == ["韦小莉"]
    assert [row.state for row in queries.visible_to(reviewer())] == ["approved"], "and what was settled without it"


def test_one_that_fails_asks_for_papers_and_people_decide(records, person):
    records.answer = False
    application = change(person, **NEW_NAME)
    actions.ask_due(by=SYSTEM)
    application = fresh(application)
    assert (application.state, application.failed_checks) == ("returned", ["identity"])
    with pytest.raises(Problem) as caught:
        actions.submit(application.number, by=by(person))
    assert [error.field for error in caught.value.errors] == ["materials.id_card", "materials.household"]
    for key in ("id_card", "household"):
        actions.add_paper(application.number, key, paper(), by=by(person))
    assert actions.submit(application.number, by=by(person)).step_label == "待现场审核"
    passed(application, reviewer())
    passed(application, reviewer("first_reviewer", "45"))
    assert Candidate.objects.get(pk=person.pk).user.name == "韦小莉"
    passed(application, reviewer("second_reviewer", "45"))
    assert Candidate.objects.get(pk=person.pk).user.name == "韦莉莉"
    assert [s.state for s in queries.stations(fresh(application))] == ["failed", "done", "done"]


def test_another_persons_name_and_number_never_pass_by_themselves(records, person):
    other = life.id_number(900, born="19880101")
    change(person, what=["name", "id_number"], new_name="陆大海", new_id_number=other, reason="x")
    actions.ask_due(by=SYSTEM)
    assert Application.objects.get().state == "returned"
    assert Candidate.objects.get(pk=person.pk).user.name == "韦小莉"


def test_it_is_proved_first_and_changes_something(records, person):
    application = actions.start("info-change", {"what": ["name"], "new_name": "韦小莉", "reason": "x"}, by=by(person))
    with pytest.raises(Problem, match="proof_required"):
        actions.submit(application.number, by=Actor.of(person.user, "api"))
    with pytest.raises(Problem) as caught:
        actions.submit(application.number, by=by(person))
    assert "unchanged" in [error.code for error in caught.value.errors]


def test_ethnicity_is_the_citys_to_decide(records, person):
    application = change(person, what=["ethnicity"], new_ethnicity="01", reason="随母")
    assert application.step_label == "待现场审核"
    assert [(one.label, one.state) for one in queries.stations(application)] == [("待现场审核", "current")]
    passed(application, reviewer())
    assert (fresh(application).state, Candidate.objects.get(pk=person.pk).ethnicity) == ("approved", "01")


def scored(person: Candidate, code: str, **more: Any) -> Score:
    values = {"status": "passed", "score": 61, "recorded_at": clock.now()} | more
    return Score.objects.create(candidate=person, course=Course.objects.get(code=code), **values)


def test_a_score_is_reviewed_in_five_working_days(person):
    life.open_window("", "score-review")
    session = ExamSession.objects.get(code="2026-10")
    session.scores_at = clock.now() - timedelta(hours=1)
    session.save()
    with pytest.raises(Problem, match="validation_failed"):
        actions.start("score-review", {}, by=by(person))
    score = scored(person, "00023", session=session, status="failed", score=58)
    application = actions.start("score-review", {"score": str(score.pk)}, by=by(person))
    assert actions.submit(application.number, by=by(person)).office.code == "45"
    with pytest.raises(Problem) as caught:
        passed(application, reviewer("first_reviewer", "45"))
    assert caught.value.errors[0].field == "outcome"
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    for wrong in ("", "58", "101", "六十"):
        with pytest.raises(Problem, match="validation_failed"):
            passed(application, first, outcome="corrected", value=wrong)
    passed(application, first, outcome="corrected", value="61")
    for other in ({"outcome": "unchanged"}, {"outcome": "corrected", "value": "62"}):
        with pytest.raises(Problem, match="state_conflict"):
            passed(application, second, **other)
    assert Score.objects.get(pk=score.pk).score == 58
    passed(application, second, outcome="corrected", value="61")
    score = Score.objects.get(pk=score.pk)
    assert (fresh(application).state, score.score, score.status) == ("approved", 61, "passed")
    assert AuditEntry.objects.get(verb="results.correct").data["before"] == {"score": 58, "status": "failed"}
    application = fresh(application)
    told = {str(label): said for label, said in kind_of("score-review").facts(application)}
    assert told["公布成绩"] == "58分", "what was told, not what has become of it"
    assert dict(queries.options(application)["score"])[str(score.pk)].endswith(" 58分")
    session.scores_at = clock.now() - timedelta(days=9)
    session.save()
    with pytest.raises(Problem, match="validation_failed"):
        actions.start("score-review", {}, by=by(person))


@pytest.mark.parametrize("status", ["withheld", "cancelled", "void", "disqualified", "absent"])
def test_what_has_no_mark_is_not_added_up_again(person, status):
    life.open_window("", "score-review")
    session = ExamSession.objects.get(code="2026-10")
    session.scores_at = clock.now() - timedelta(hours=1)
    session.save()
    score = scored(person, "00023", session=session, status=status, score=None)
    kind = kind_of("score-review")
    assert kind.options(person.user) == {"score": []}
    assert kind.eligibility(person) == ["您没有可以复核的成绩：成绩公布后5个工作日内可以申请。"]
    with pytest.raises(Problem, match="validation_failed"):
        actions.start("score-review", {"score": str(score.pk)}, by=by(person))


def test_a_mark_that_was_voided_meanwhile_is_not_corrected(person):
    life.open_window("", "score-review")
    session = ExamSession.objects.get(code="2026-10")
    session.scores_at = clock.now() - timedelta(hours=1)
    session.save()
    score = scored(person, "00023", session=session, status="failed", score=58)
    application = actions.start("score-review", {"score": str(score.pk)}, by=by(person))
    actions.submit(application.number, by=by(person))
    Score.objects.update(status="void", score=None)
    with pytest.raises(Problem) as caught:
        passed(application, reviewer("first_reviewer", "45"), outcome="corrected", value="61")
    assert [(e.field, e.detail) for e in caught.value.errors] == [("outcome", "这门成绩现在是“作弊”，不能更正。")]
    passed(application, reviewer("first_reviewer", "45"), outcome="unchanged")


def test_the_host_school_records_the_thesis_grade(person):
    life.open_window("", "thesis-defence")
    with pytest.raises(Problem, match="validation_failed"):
        actions.start("thesis-defence", {}, by=by(person))
    plan = person.major.plans.get(is_current=True)
    lines = [line for group in plan.groups.all() for line in group.lines.all() if line.category != "graduation"]
    for line in lines:
        scored(person, line.course.code)
    answers = {"title": "论软件测试", "phone": "13800001111", "outline": "提纲"}
    application = actions.start("thesis-defence", answers, by=by(person))
    application = actions.submit(application.number, by=by(person))
    assert application.office.code == f"s{person.major.school.code}"
    school = reviewer("first_reviewer", application.office.code)
    passed(application, school)
    passed(application, school, outcome="good")
    score = Score.objects.get(candidate=person, source="thesis")
    assert (fresh(application).state, score.grade, score.status) == ("approved", "良好", "passed")


def test_a_photo_is_changed_by_the_province_and_held_against_the_specification(records, person):
    before = person.photo
    application = actions.start("info-change", {"what": ["photo"], "reason": "照片陈旧"}, by=by(person))
    actions.consent(application.number, "identity", "2026-10", by=by(person))
    with pytest.raises(Problem) as caught:
        actions.submit(application.number, by=by(person))
    assert [error.field for error in caught.value.errors] == ["materials.photo"]
    actions.add_paper(application.number, "photo", paper(), by=by(person))
    with pytest.raises(Problem) as caught:
        actions.submit(application.number, by=by(person))
    assert {error.field for error in caught.value.errors} == {"materials.photo"}
    actions.remove_paper(application.number, application.papers.get().pk, by=by(person))
    picture = SimpleUploadedFile("新.jpg", life.good_photo(7), "image/jpeg")
    actions.add_paper(application.number, "photo", read(picture), by=by(person))
    application = actions.submit(application.number, by=by(person))
    assert (application.step_label, application.turn) == ("待现场审核", "office"), "nobody can compare a photo online"
    passed(application, reviewer())
    assert Candidate.objects.get(pk=person.pk).photo == before
    passed(application, reviewer("first_reviewer", "45"))
    passed(application, reviewer("second_reviewer", "45"))
    after = Candidate.objects.select_related("photo").get(pk=person.pk).photo
    assert (fresh(application).state, after == before) == ("approved", False)
    assert judge(after.read(), spec_on(clock.today())).faults == []
    assert AuditEntry.objects.filter(verb="candidates.set_photo").latest("pk").data["sha256"] == after.sha256


def test_a_refusal_says_what_is_allowed_at_this_step_as_the_case_itself_does(app, person):
    made()
    application = actions.start("practice", DATA, by=by(person))
    actions.add_paper(application.number, "id_card", paper(), by=by(person))
    one = f"{MINE}{application.number}/"
    assert app.post(f"{one}submit/").status_code == 200
    told = app.get(one).json()["allowed_actions"]
    refusals = [app.post(f"{one}{verb}/") for verb in ("submit", "confirm", "dispute")]
    refusals.append(app.patch(one, {"data": {"phone": "13800002222"}}, format="json"))
    assert [(answer.status_code, answer.json()["allowed_actions"]) for answer in refusals] == [(409, told)] * 4
    assert told == ["withdraw"]


def test_old_and_new_number_can_be_compared_and_it_is_written_down_who_did(records, person):
    new = life.id_number(900, born="19950612")
    application = change(person, what=["id_number"], new_id_number=new, reason="升位")
    records.answer = False
    actions.ask_due(by=SYSTEM)
    for key in ("id_card", "police_proof"):
        actions.add_paper(application.number, key, paper(), by=by(person))
    actions.submit(application.number, by=by(person))
    city, client = reviewer(), Client()
    client.force_login(User.objects.get(pk=city.user_id))
    shown = client.get(f"/admin/applications/{application.pk}/").content.decode()
    assert new in shown
    assert person.id_number in shown
    [look] = AuditEntry.objects.filter(verb="applications.open_numbers")
    assert (look.actor_id, look.subject_id, look.data["fields"]) == (
        city.user_id,
        str(application.pk),
        ["new_id_number"],
    )
    for text in (person.id_number, person.candidate_number, "韦小"):
        found = client.post("/admin/applications/find/", {"text": text}).content.decode()
        assert application.number in found
    assert application.number not in client.post("/admin/applications/find/", {"text": new[:10]}).content.decode()
