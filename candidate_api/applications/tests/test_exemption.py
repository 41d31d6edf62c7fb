"""课程免考: line by line, confirmed on the spot, decided by two, told together, credited without a mark."""

from datetime import date, timedelta

import pytest
import time_machine

from candidate_api.applications.tests.acts import MINE, by, decided_by_two, handed_in, scored
from candidate_api.catalogue.actions import save
from candidate_api.exemptions.kinds import EXEMPTION_RULES
from candidate_api.exemptions.models import ExemptionRule
from candidate_api.results.models import Score
from cms.windows.actions import create_window
from portal.kernel import clock
from portal.kernel.errors import Problem
from review.applications import actions
from review.applications.models import Application
from review.applications.rules import Remark, Verdict
from review.applications.tests.scene import GUILIN, SYSTEM, fresh, passed, reviewer
from tests import life

pytestmark = pytest.mark.django_db
DIPLOMA = {
    "credential": "bachelor",
    "school": "广西大学",
    "major": "土木工程",
    "number": "105931201505000001",
    "date": "2015-06-30",
    "lines": [
        {"course": "15040", "original": "毛泽东思想概论", "grade": "80"},
        {"course": "00023", "original": "高等数学", "grade": "85"},
    ],
    "point": "450300",
}
YES, NO = Verdict(True), Verdict(False, "名称和内容不同")


@pytest.fixture
def student(person):
    """Has passed a course here, while exemptions are asked for."""
    life.open_window("", "exemption")
    scored(person, "02324", source="written")
    return person


def at_the_province(student, **changes):
    reviewer("first_reviewer", GUILIN)  # the office is there
    application = handed_in(student, "exemption-diploma", **DIPLOMA | changes)
    assert (application.office.code, application.step.onsite) == (GUILIN, True)
    return fresh(passed(application, reviewer("first_reviewer", GUILIN)))


def test_the_whole_way_line_by_line(app, student):
    application = at_the_province(student)
    first, second = reviewer("first_reviewer", "45"), reviewer("second_reviewer", "45")
    url = f"{MINE}{application.number}/"
    with pytest.raises(Problem, match="validation_failed"):
        passed(application, first)
    with pytest.raises(Problem, match="validation_failed"):
        passed(application, first, verdicts=[YES, Verdict(False)])
    with pytest.raises(Problem, match="validation_failed"):
        passed(application, first, verdicts=[NO, NO])
    with pytest.raises(Problem, match="validation_failed"):
        passed(application, first, verdicts=[YES, Verdict(False, f"号码{student.id_number}不符")])
    passed(application, first, verdicts=[YES, YES])
    passed(application, second, verdicts=[YES, NO])
    shown = app.get(url).json()
    assert (fresh(application).turn, shown["state"], shown["verdicts"]) == ("held", "submitted", [])
    assert [event["verb"] for event in shown["timeline"]] == ["submit", "approve"]  # the city's alone
    assert Score.objects.filter(source="exemption").count() == 0
    for verb in (actions.approve, actions.return_):
        with pytest.raises(Problem, match="state_conflict"):
            verb(application.pk, fresh(application).revision, *([] if verb is actions.approve else [[Remark("", "x")]]),
                 by=first)  # fmt: skip
    actions.release(application.pk, by=first)
    shown = app.get(url).json()
    assert shown["state"] == "approved"
    assert [(row["row"]["course"], row["passed"], row["note"]) for row in shown["verdicts"]] == [
        ("15040", True, ""),
        ("00023", False, "名称和内容不同"),
    ]
    (score,) = Score.objects.filter(source="exemption")
    assert (score.course.code, score.score, score.status) == ("15040", None, "passed")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"course": "00023", "original": "高等数学", "grade": "考查"}], "grade"),
        ([{"course": "15040", "original": "毛概"}, {"course": "15040", "original": "毛概"}], "twice"),
        ([{"course": c, "original": "同名", "grade": "90"} for c in
          ("13013", "13003", "13015", "13180", "02333", "00898", "04735", "04747")], "over_limit"),
    ],
)  # fmt: skip
def test_what_the_rules_refuse(student, rows, code):
    with pytest.raises(Problem) as caught:
        handed_in(student, "exemption-diploma", **DIPLOMA | {"lines": rows})
    assert {(error.field, error.code) for error in caught.value.errors} == {("data.lines", code)}


def test_certificates_have_their_own_courses(app, student):
    properties = app.get("/api/v1/application-types/exemption-certificate/").json()["form"]["properties"]
    choices = [one["value"] for one in properties["lines"]["items"]["properties"]["course"]["x-options"]]
    assert choices == ["13000"]
    answers = {
        "credential": "cet_4", "number": "1", "date": "2014-06-30", "issuer": "教育部考试院",
        "lines": [{"course": "13000"}], "point": "450100",
    }  # fmt: skip
    application = handed_in(student, "exemption-certificate", **answers)
    passed(application, reviewer())
    decided_by_two(application, verdicts=[YES])
    actions.release(application.pk, by=reviewer("first_reviewer", "45"))
    assert Score.objects.get(source="exemption").course.code == "13000"


def test_who_has_passed_nothing_here_cannot_apply(app, person):
    life.open_window("", "exemption")
    answer = app.get("/api/v1/application-types/exemption-diploma/").json()["eligibility"]
    assert answer == {"ok": False, "reasons": ["在广西有一门以上统考课程合格后方可申请免考。"]}


def test_who_does_not_come_by_the_deadline_has_given_it_up(student):
    now = clock.now()
    until = now + timedelta(days=9)
    create_window(business="exemption", phase="onsite", session="", opens_at=now, closes_at=until, by=SYSTEM)
    application = handed_in(student, "exemption-diploma", **DIPLOMA | {"point": "450100"})
    assert (application.due_at, application.lapses) == (until, True)
    with time_machine.travel(until - timedelta(seconds=1), tick=False):
        assert actions.expire_due(by=SYSTEM) == 0
    with time_machine.travel(until, tick=False):
        assert actions.expire_due(by=SYSTEM) == 1
    assert fresh(application).state == "expired"


def test_a_rejection_is_told_with_the_others(app, student):
    application = at_the_province(student)
    actions.reject(application.pk, application.revision, "证书未通过核验", by=reviewer("first_reviewer", "45"))
    assert app.get(f"{MINE}{application.number}/").json()["state"] == "submitted"
    actions.release(application.pk, by=reviewer("first_reviewer", "45"))
    shown = app.get(f"{MINE}{application.number}/").json()
    assert (shown["state"], shown["timeline"][-1]["note"]) == ("rejected", "证书未通过核验")


def test_what_was_passed_meanwhile_stays_as_it_was_passed(student):
    application = at_the_province(student)
    decided_by_two(application, verdicts=[YES, YES])
    scored(student, "00023", score=77)
    actions.release(application.pk, by=reviewer("first_reviewer", "45"))
    assert [s.course.code for s in Score.objects.filter(source="exemption")] == ["15040"]


def test_the_candidate_withdraws_while_it_is_held_and_nothing_is_credited(student):
    application = decided_by_two(at_the_province(student), verdicts=[YES, YES])
    actions.withdraw(application.number, by=by(student))
    with pytest.raises(Problem, match=r"permission_denied|state_conflict"):
        actions.release(application.pk, by=reviewer("first_reviewer", "45"))
    assert (fresh(application).state, Score.objects.filter(source="exemption").count()) == ("withdrawn", 0)


def kept(code: str, **changes) -> ExemptionRule:
    """The rule as the office changes it at the desk."""
    rule = ExemptionRule.objects.get(code=code)
    values = {name: getattr(rule, name) for name in EXEMPTION_RULES.fields} | changes
    return save(EXEMPTION_RULES, rule.pk, values, by=reviewer("administrator", "45"), reason="2027年起按新办法")


def test_a_rule_holds_from_day_to_day_and_for_what_was_handed_in_before(student):
    rules = ("bachelor-politics", "bachelor-same-basic")
    today, lines = clock.today(), DIPLOMA["lines"]
    for code in rules:
        kept(code, valid_from=today - timedelta(days=400), valid_to=today)
    application = handed_in(student, "exemption-diploma", **DIPLOMA | {"point": "450100"})
    city = reviewer()
    with time_machine.travel(clock.now() + timedelta(days=2)):
        actions.return_(application.pk, fresh(application).revision, [Remark("number", "编号有误")], by=city)
        corrected = {"number": "1", "lines": [lines[0], lines[1] | {"grade": "86"}]}
        actions.save_draft(application.number, corrected, by=by(student))
        assert actions.submit(application.number, by=by(student)).state == "submitted"
        actions.withdraw(application.number, by=by(student))
        with pytest.raises(Problem, match="validation_failed"):
            handed_in(student, "exemption-diploma", **DIPLOMA | {"point": "450100"})
    kept(rules[0], valid_from=today + timedelta(days=1), valid_to=None)
    draft = Application.objects.get(state="draft")
    with pytest.raises(Problem, match="validation_failed"):
        actions.submit(draft.number, by=by(student))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"valid_from": date(2027, 1, 2), "valid_to": date(2027, 1, 1)}, "失效日期早于生效日期。"),
        ({"category": ""}, "课程和课程类别填其中一项，只填一项。"),
        ({"except_majors": "计算机"}, "不适用的专业填写专业代码或其开头几位，多个用逗号分开。"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_a_sentence(person, changes, why):
    with pytest.raises(Problem) as caught:
        kept("bachelor-politics", **changes)
    assert str(caught.value.detail) == why
    assert ExemptionRule.objects.filter(code="bachelor-politics", valid_to=None, category="politics").exists()
