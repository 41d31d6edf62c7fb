"""成绩: nobody sees one before its instant, and nobody another's."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from candidate_api.catalogue.models import Course
from candidate_api.results.models import Score
from candidate_api.results.queries import passed_course_codes
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
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
    with time_machine.travel(session.scores_at), django_assert_num_queries(2):
        assert scores(api)["count"] == 1
    for code in Course.objects.exclude(code="00023").values_list("code", flat=True)[:49]:
        give(person, session, code, 65)
    with time_machine.travel(session.scores_at), django_assert_num_queries(2):
        assert scores(api, "?page_size=100")["count"] == 50
