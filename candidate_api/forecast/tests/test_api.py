"""毕业预测 over the API: the candidate's own scores, entries and major, and nobody else's."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from candidate_api.arrangements.tests.factories import entries
from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course, Major, PlanVersion, Substitution
from candidate_api.forecast.queries import outlooks
from candidate_api.forecast.states import Caution, Standing
from candidate_api.results.models import Discipline, Score
from candidate_api.results.states import Penalty
from candidate_api.sessions.models import ExamSession, Offering
from portal.kernel import clock
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
ADDRESS = "/api/v1/me/graduation-forecast/"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """The scores of 2026-10 are out, and registration for 2027-04 has not begun."""
    with time_machine.travel(clock.at(date(2026, 11, 24), 12)):
        yield


@pytest.fixture
def person() -> Candidate:
    return life.enrolled()


def give(person: Candidate, *codes: str, session: str | None = "2026-10", **more: object) -> None:
    exam = ExamSession.objects.get(code=session) if session else None
    for code in codes:
        values = {"score": 70, "status": "passed", "recorded_at": clock.now(), **more}
        Score.objects.create(candidate=person, session=exam, course=Course.objects.get(code=code), **values)


def ask(api, person: Candidate, query: str = "") -> dict:
    api.force_authenticate(person.user)
    return api.get(ADDRESS + query).json()


def test_what_counts_what_is_missing_and_the_way_there(api, person):
    give(person, "13000", "13017")
    give(person, "03708", session="2026-04")
    give(person, "02324", session=None, score=None, source="exemption")
    give(person, "00023", status="failed", score=40)
    found = ask(api, person)
    assert {k: found[k] for k in ("credits_earned", "credits_required", "courses_passed", "courses_required")} == {
        "credits_earned": 20,
        "credits_required": 73,
        "courses_passed": 4,
        "courses_required": 15,
    }
    assert (found["status"], found["status_label"]) == ("courses_missing", "尚缺11门和6个实践环节")
    assert [group["courses_needed"] for group in found["groups"]] == [3, 14, 0, 1]
    [old] = found["groups"][0]["substituted"]
    assert (old["code"], old["passes"][0]["code"], old["why"]) == ("15043", "03708", "由中国近现代史纲要顶替")
    maths = next(line for line in found["missing"] if line["code"] == "00023")
    assert maths["next"] == {
        "course": {"code": "00023", "name": "高等数学（工本）"},
        "session": "2027-04",
        "session_name": "2027年4月",
        "slot": 2,
        "slot_label": "第一天下午",
        "assumed": False,
    }
    assert found["fastest_path"][0]["session"] == "2027-04"
    for session in found["fastest_path"]:
        slots = [course["slot"] for course in session["courses"] if course["slot"]]
        assert len(slots) == len(set(slots)) <= 4
    planned = {course["code"] for session in found["fastest_path"] for course in session["courses"]}
    assert planned == {line["code"] for line in found["missing"]}
    assert found["path"]["graduates_after"] == found["fastest_path"][-1]["session"]
    assert [session["assumed"] for session in found["fastest_path"]][:2] == [False, True]
    assert len(found["path"]["assumptions"]) == 4
    assert found["path"]["bounds"]


def test_nothing_before_its_release_and_nothing_of_anybody_else(api, person):
    give(person, "13000", session="2027-04")
    give(life.enrolled(name="陆大海"), "13017")
    assert ask(api, person)["courses_passed"] == 0


def test_another_major_counts_the_same_passes(api, person):
    give(person, "13000", "00536")
    found = ask(api, person, "?major=050101")
    assert (found["major"]["name"], found["courses_passed"], found["credits_earned"]) == ("汉语言文学", 2, 15)
    assert ask(api, person)["courses_passed"] == 1


def test_what_stands_for_a_course_that_is_set_no_more_is_named(api, person):
    found = ask(api, person, "?major=530601")
    old = next(line for line in found["missing"] if line["code"] == "03706")
    assert (old["next"]["course"]["code"], old["next_label"]) == ("15042", "改考思想道德与法治，2027年4月第一天上午")
    step = next(s for session in found["fastest_path"] for s in session["courses"] if s["code"] == "15042")
    assert [line["code"] for line in step["stands_for"]] == ["03706"]


def test_substitutions_hold_for_their_sessions_alone(api, person):
    give(person, "03708")
    assert ask(api, person)["courses_passed"] == 1
    Substitution.objects.filter(code="03708-15043").update(valid_to="2026-04")
    assert ask(api, person)["courses_passed"] == 0


def test_a_substitution_to_come_is_in_the_path_and_not_in_the_count(api, person):
    give(person, "03708")
    theory = Course.objects.filter(plan_lines__group__plan__major__code="080901").exclude(code="15043")
    give(person, *theory.distinct().values_list("code", flat=True))
    assert ask(api, person)["status"] == "can_graduate"
    Substitution.objects.filter(code="03708-15043").update(valid_from="2027-10")
    found = ask(api, person)
    assert (found["status_label"], found["path"]["graduates_after"]) == ("尚缺1门", "2027-04")
    Offering.objects.filter(course__code="15043").delete()
    found = ask(api, person)
    assert (found["fastest_path"], found["path"]["graduates_after"]) == ([], "2027-10")
    told = "自2027年10月起，中国近现代史纲要（03708）可以顶替中国近现代史纲要（15043）。"
    assert found["path"]["bounds"] == [told]
    assert found["path"]["assumptions"][-1] == told


def test_a_substitution_that_ends_before_the_end_is_named(api, person):
    give(person, "03708")
    Substitution.objects.filter(code="03708-15043").update(valid_to="2027-04")
    found = ask(api, person)
    assert found["courses_passed"] == 1
    assert "15043" in {course["code"] for session in found["fastest_path"] for course in session["courses"]}
    assert [text for text in found["path"]["assumptions"] if "只到2027年4月" in text]


def test_the_plan_may_have_a_limit_of_its_own(api, person):
    give(person, "02324", "13180", session=None, score=None, source="exemption")
    assert ask(api, person)["courses_passed"] == 2
    PlanVersion.objects.filter(major__code="080901", is_current=True).update(exemption_limit=1)
    found = ask(api, person)
    assert found["courses_passed"] == 1
    assert [(one["code"], one["reason"]) for one in found["uncounted"]] == [("13180", "over_limit")]
    assert "exemption_limit" in {warning["code"] for warning in found["warnings"]}


def test_a_closed_window_leaves_what_was_entered_and_an_open_one_more(api, person):
    window = life.open_window("2027-04")
    assert ask(api, person)["fastest_path"][0]["session"] == "2027-04"
    window.closes_at = clock.now() - timedelta(minutes=1)
    window.opens_at = window.closes_at - timedelta(days=1)
    window.save()
    found = ask(api, person)
    assert found["fastest_path"][0]["session"] == "2027-10"
    assert found["missing"][0]["next"]["session"] != "2027-04"


def test_a_closing_major_ends_the_path_and_says_so(api, person):
    Major.objects.filter(code="080901").update(
        status="closing", no_new_from=date(2026, 7, 1), last_exam="2027-10", last_graduation=date(2028, 6, 30)
    )
    found = ask(api, person)
    assert (found["path"]["problem"], found["fastest_path"]) == ("closing", [])
    assert [warning["code"] for warning in found["warnings"]] == ["too_late", "closing"]
    other = ask(api, life.enrolled(major="050101"), "?major=080901")
    assert other["warnings"][0]["code"] == "no_new"


def test_discipline_records_stop_the_path(person):
    for number, until in (("1", date(2027, 12, 31)), ("2", date(2020, 1, 1))):
        Discipline.objects.create(
            candidate=person, penalty=Penalty.SUSPENDED, starts=date(2019, 1, 1), until=until, number=number,
            recorded_at=clock.now(),
        )  # fmt: skip
    found = outlooks(person, [person.major])["080901"]
    assert found.forecast is not None
    assert found.forecast.standing == Standing.COURSES_MISSING
    assert [warning.code for warning in found.warnings] == [Caution.SUSPENDED]
    assert min(found.horizon.sessions[step.place].code for step in found.path.steps) == "2028-04"


def test_what_was_registered_before_a_suspension_is_no_step(person):
    first = outlooks(person, [person.major])["080901"].path.steps[0]
    coming = Offering.objects.get(session__code="2027-04", course__code=first.course)
    entries([person], coming.session, person.district, [coming.slot], offering=coming)

    def taken() -> list[str]:
        return [step.course for step in outlooks(person, [person.major])["080901"].path.steps if step.entered]

    assert taken() == [first.course]
    Discipline.objects.create(
        candidate=person, penalty=Penalty.SUSPENDED, starts=coming.session.first_day, until=coming.session.first_day,
        number="3", recorded_at=clock.now(),
    )  # fmt: skip
    found = outlooks(person, [person.major])["080901"]
    assert taken() == []
    assert min(found.horizon.sessions[step.place].code for step in found.path.steps) == "2027-10"


@pytest.mark.parametrize(
    ("query", "field"), [("?major=999999", "major"), ("?major=x", "major"), ("?colour=red", "colour")]
)
def test_bad_filters_name_their_field(api, person, query, field):
    assert {error["field"] for error in ask(api, person, query)["errors"]} == {field}


def test_without_a_major_or_a_plan_it_says_what_to_do(api, person):
    assert ask(api, person, "?major=040107")["code"] == "not_found"
    nobody = life.registered()
    assert ask(api, nobody)["code"] == "state_conflict"
    assert ask(api, nobody, "?major=080901")["courses_missing"] == 15


def test_one_score_or_fifty_take_the_same_queries(api, person, django_assert_num_queries):
    give(person, "00023")
    person = Candidate.objects.select_related("major").get(pk=person.pk)
    with django_assert_num_queries(8):
        outlooks(person, [person.major])
    give(person, *Course.objects.exclude(code="00023").values_list("code", flat=True)[:49])
    majors = [person.major, Major.objects.get(code="050101")]
    with django_assert_num_queries(8):
        assert set(outlooks(person, majors)) == {"080901", "050101"}


def test_months_that_were_once_kept_wrongly_hide_nothing(api, person):
    usual = ask(api, person)
    odd = {"name": "夏季考试", "first_day": date(2027, 7, 3), "second_day": date(2027, 7, 4)}
    for code in ("2027-07", "2027-13"):
        ExamSession.objects.create(code=code, **odd)
    Substitution.objects.filter(code="03708-15043").update(valid_from="2020-13")
    PlanVersion.objects.filter(major__code="080901", is_current=True).update(valid_from="2026-00")
    assert ask(api, person) == usual
    dates = {"no_new_from": date(2026, 7, 1), "last_graduation": date(2034, 6, 30)}
    Major.objects.filter(code="080901").update(status="closing", last_exam="2033-99", **dates)
    [warning] = [one for one in ask(api, person)["warnings"] if one["code"] == "closing"]
    assert "2033-99" in warning["text"]


def test_a_half_year_without_any_timetable_takes_what_needs_none(api, person):
    Offering.objects.filter(session__code__endswith="-04").delete()
    theory = Course.objects.filter(plan_lines__group__plan__major__code="080901", is_practice=False)
    give(person, *theory.exclude(category="graduation").distinct().values_list("code", flat=True))
    first = ask(api, person)["fastest_path"][0]
    assert (first["session"], first["like"], {course["slot"] for course in first["courses"]}) == ("2027-04", "", {None})
