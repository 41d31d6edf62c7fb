"""成绩: nobody sees one before its instant, and nobody another's."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from candidate_api.catalogue.models import Course
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Discipline, Score
from candidate_api.results.queries import passed_course_codes
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def session():
    session = ExamSession.objects.get(code="2026-10")
    session.scores_at = clock.now() + timedelta(hours=1)
    session.save()
    return session


@pytest.fixture
def person():
    return life.enrolled()


def give(person, session, code, score, status="passed", **more):
    course = Course.objects.get(code=code)
    values = {"candidate": person, "session": session, "course": course, "score": score, "status": status, **more}
    return Score.objects.create(recorded_at=clock.now(), **values)


def scores(api, query=""):
    return api.get(f"/api/v1/me/scores/{query}").json()


def test_a_score_appears_at_the_second_of_its_release(api, person, session):
    give(person, session, "00023", 71)
    api.force_authenticate(person.user)
    with time_machine.travel(session.scores_at - timedelta(seconds=1), tick=False):
        assert scores(api)["results"] == []
        assert passed_course_codes(person.pk) == frozenset()
    with time_machine.travel(session.scores_at, tick=False):
        [row] = scores(api)["results"]
        assert passed_course_codes(person.pk) == {"00023"}
    assert row == {
        "session": "2026-10",
        "course": "00023",
        "course_name": "高等数学（工本）",
        "credits": 10,
        "score": 71,
        "grade": "",
        "status": "passed",
        "status_label": "合格",
        "source": "written",
        "source_label": "统考",
        "released_at": clock.local(session.scores_at).isoformat(),
    }


def test_an_exemption_has_no_session_and_no_number(api, person):
    give(person, None, "13000", None, source="exemption")
    api.force_authenticate(person.user)
    [row] = scores(api)["results"]
    assert (row["session"], row["score"], row["source_label"], row["released_at"]) == (None, None, "免考", None)


def test_filters_and_bad_filters(api, person, session):
    give(person, session, "00023", 71)
    give(person, ExamSession.objects.get(code="2026-04"), "13003", 40, "failed")
    api.force_authenticate(person.user)
    with time_machine.travel(session.scores_at):
        assert [row["course"] for row in scores(api)["results"]] == ["00023", "13003"]
        assert [row["course"] for row in scores(api, "?session=2026-04")["results"]] == ["13003"]
        assert [row["course"] for row in scores(api, "?course=00023")["results"]] == ["00023"]
        for bad, field in (("?session=x", "session"), ("?course=%00", "course"), ("?colour=red", "colour")):
            assert {e["field"] for e in scores(api, bad)["errors"]} == {field}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?session=2099-10", ("session", "unknown", "没有这个考期。")),
        ("?course=99999", ("course", "unknown", "没有这门课程。")),
    ],
)
def test_the_code_of_nothing_is_told_and_not_an_empty_list(api, person, query, told):
    api.force_authenticate(person.user)
    answer = api.get(f"/api/v1/me/scores/{query}")
    assert (
        answer.status_code,
        [tuple(e[k] for k in ("field", "code", "detail")) for e in answer.json()["errors"]],
    ) == (
        400,
        [told],
    )


def test_another_candidates_scores_are_not_there(api, person, session):
    give(person, session, "00023", 71)
    api.force_authenticate(life.enrolled(name="陆大海").user)
    with time_machine.travel(session.scores_at):
        assert scores(api)["count"] == 0


@pytest.mark.parametrize(("score", "status"), [(101, "passed"), (59, "passed"), (None, "passed")])
def test_the_database_refuses_what_cannot_be(person, session, score, status):
    with pytest.raises(IntegrityError), transaction.atomic():
        give(person, session, "00023", score, status)
    give(person, session, "00023", 60)
    with pytest.raises(IntegrityError), transaction.atomic():
        give(person, session, "00023", 61)


def test_one_row_or_fifty_take_the_same_queries(api, person, session, django_assert_num_queries):
    api.force_authenticate(person.user)
    give(person, session, "00023", 71)
    with time_machine.travel(session.scores_at), django_assert_num_queries(1):
        assert scores(api)["count"] == 1
    for code in Course.objects.exclude(code="00023").values_list("code", flat=True)[:49]:
        give(person, session, code, 65)
    with time_machine.travel(session.scores_at), django_assert_num_queries(1):
        assert scores(api, "?page_size=100")["count"] == 50
    with time_machine.travel(session.scores_at):
        assert scores(api, "?page=3")["results"] == scores(api, "?page_size=100")["results"][40:]


# -- transferred in ---------------------------------------------------------------------------------------------------
def test_what_was_transferred_in_has_a_list_of_its_own(api, person, session):
    give(person, session, "00023", 71)
    give(person, None, "13000", 66, source="transfer", origin="广东省", origin_session="2023-10")
    give(life.enrolled(name="陆大海"), None, "13000", 88, source="transfer", origin="湖南省", origin_session="2023-04")
    api.force_authenticate(person.user)
    with time_machine.travel(session.scores_at):
        [row] = api.get("/api/v1/me/transferred-scores/").json()["results"]
        assert [one["course"] for one in scores(api)["results"]] == ["00023", "13000"]
    told = ("session", "course", "score", "status", "source", "origin", "origin_session", "released_at")
    assert [row[name] for name in told] == [None, "13000", 66, "passed", "transfer", "广东省", "2023-10", None]
    assert api.get("/api/v1/me/transferred-scores/?colour=red").status_code == 400


def test_a_course_is_transferred_once_and_belongs_to_no_session(person, session):
    give(person, None, "13000", 66, source="transfer")
    for where, course in ((None, "13000"), (session, "00023")):
        with pytest.raises(IntegrityError), transaction.atomic():
            give(person, where, course, 70, source="transfer")
    assert Score.objects.count() == 1


# -- what binds -------------------------------------------------------------------------------------------------------
def ban(person, starts, until, penalty="suspended", number="桂考〔2026〕1号"):
    values = {"candidate": person, "penalty": penalty, "starts": starts, "until": until, "number": number}
    return Discipline.objects.create(recorded_at=clock.now(), **values)


@pytest.mark.parametrize(
    ("starts", "until", "bound"),
    [(0, 0, True), (-10, -1, False), (-10, 0, True), (1, 400, True), (400, 800, False)],
)
def test_a_suspension_keeps_from_registering_and_says_until_when(person, session, starts, until, bound):
    life.open_window()
    life.confirm_contact(person)
    today = clock.today()
    session.first_day, session.second_day = today + timedelta(days=30), today + timedelta(days=31)
    session.save()
    found = ban(person, today + timedelta(days=starts), today + timedelta(days=until))
    with time_machine.travel(clock.now(), tick=False):
        if not bound:
            registrations.submit("2026-10", [("00023", "450100")], by=life.actor(person))
            assert Registration.objects.count() == 1
            return
        with pytest.raises(Problem) as refused:
            registrations.submit("2026-10", [("00023", "450100")], by=life.actor(person))
    assert (refused.value.code, refused.value.extra) == (
        Code.SUSPENDED,
        {"starts": str(found.starts), "until": str(found.until)},
    )
    assert Registration.objects.count() == 0


def test_a_delayed_graduation_does_not_keep_from_registering(person, session):
    life.open_window()
    life.confirm_contact(person)
    ban(person, clock.today(), clock.today() + timedelta(days=400), penalty="graduation_delayed")
    registrations.submit("2026-10", [("00023", "450100")], by=life.actor(person))
    assert Registration.objects.count() == 1


def test_a_decision_is_entered_once_and_ends_after_it_starts(person):
    ban(person, date(2026, 1, 1), date(2026, 12, 31))
    again = (date(2026, 1, 1), date(2027, 1, 1), "桂考〔2026〕1号")
    backwards = (date(2026, 2, 1), date(2026, 1, 1), "桂考〔2026〕2号")
    for starts, until, number in (again, backwards):
        with pytest.raises(IntegrityError), transaction.atomic():
            ban(person, starts, until, number=number)
    assert Discipline.objects.count() == 1
