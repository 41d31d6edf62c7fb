"""毕业申请 from the last passed course to the certificate in hand, over a dispute and 网上确认; and 毕业证明书."""

import io
from datetime import date, timedelta

import pytest
import time_machine
from pypdf import PdfReader

from candidate_api.applications.tests.acts import MINE, by, decided_by_two, filled, handed_in, scored
from candidate_api.catalogue.models import PlanCourse
from candidate_api.graduations import actions as graduations
from candidate_api.graduations.models import Graduation
from candidate_api.graduations.providers import ProviderUnavailable
from candidate_api.graduations.rules import gap
from candidate_api.results.models import Discipline
from portal.kernel import clock
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.tests.scene import SYSTEM, fresh, paper, passed, reviewer
from tests import life

pytestmark = pytest.mark.django_db
RESUME = [
    {"begin": "2010-09", "end": "2013-07", "where": "南宁三中", "what": "学生"},
    {"begin": "2013-08", "end": "2016-06", "where": "广西职业技术学院", "what": "学生"},
    {"begin": "2016-07", "where": "南宁某公司", "what": "职员"},
]
ANSWERS = {
    "point": "450100", "political": "群众", "native_place": "广西南宁", "prior_school": "广西职业技术学院",
    "prior_major": "计算机应用", "prior_number": "123456789012345678", "prior_date": "2016-06-30",
    "resume": RESUME, "self": "努力学习。",
}  # fmt: skip


@pytest.fixture
def graduand(person):
    """Has passed everything that the plan asks for."""
    life.open_window("", "graduation")
    lines = PlanCourse.objects.filter(group__plan__major=person.major, group__plan__is_current=True)
    for line in lines.select_related("course"):
        written = {"score": None, "grade": "良好", "source": "thesis"} if line.category == "graduation" else {}
        scored(person, line.course.code, **written)
    return person


def asked() -> None:
    Application.objects.filter(turn="system").update(next_ask_at=clock.now() - timedelta(seconds=1))
    actions.ask_due(by=SYSTEM)


def test_the_whole_way(app, graduand, monkeypatch):
    application = handed_in(graduand, "graduation", **ANSWERS)
    monkeypatch.setattr("candidate_api.graduations.providers.StandIn.check", _away)
    asked()
    assert fresh(application).turn == "system"  # waits; nothing is lost
    monkeypatch.undo()
    asked()
    application = fresh(application)
    assert (application.step_label, application.office.code) == ("待初审", "450100")
    passed(application, reviewer())
    shown = app.get(f"{MINE}{application.number}/").json()
    assert (shown["state_label"], shown["allowed_actions"]) == ("待考生网上确认", ["confirm", "dispute", "withdraw"])
    pdf = app.get(f"{MINE}{application.number}/register.pdf").content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    for words in ("毕业生登记表", "南宁三中", "2010-09", "至今", "数据库系统原理", "努力学习", "思想品德鉴定", "良好"):
        assert words in text
    assert app.post(f"{MINE}{application.number}/dispute/").json()["state"] == "returned"
    actions.save_draft(application.number, {"self": "改过的鉴定。"}, by=by(graduand))
    actions.submit(application.number, by=by(graduand))
    asked()
    passed(fresh(application), reviewer())
    actions.confirm(application.number, by=by(graduand))
    assert decided_by_two(application).state == "approved"
    row = Graduation.objects.get()
    assert (row.candidate, row.major, row.state) == (graduand, graduand.major, "approved")
    life.open_window("", "graduation-certificate")
    again = app.get("/api/v1/application-types/graduation/").json()["eligibility"]
    assert again["ok"] is False
    _to_the_hand(row)


def _to_the_hand(row: Graduation) -> None:
    archive, reader = reviewer("archive", "45"), reviewer("auditor", "45")
    for who in (reader, reviewer("archive", "450300")):
        with pytest.raises(Problem, match="not_found"):
            graduations.make(row.pk, "65450126100001", by=who)
    with pytest.raises(Problem, match="validation_failed"):
        graduations.make(row.pk, "编号", by=archive)
    with pytest.raises(Problem, match="state_conflict"):
        graduations.collect(row.pk, by=archive)
    graduations.make(row.pk, "65450126100001", by=archive)
    graduations.make_ready(row.pk, by=archive)
    assert graduations.collect(row.pk, by=archive).state == "collected"
    with pytest.raises(Problem, match="permission_denied"):
        graduations.export("", "报送教育部", format="csv", by=reader)
    text = b"".join(graduations.export("", "报送教育部", format="csv", by=archive)).decode()
    assert (row.candidate.id_number in text, "65450126100001" in text) == (True, True)
    assert AuditEntry.objects.filter(verb="graduations.export").count() == 1


def _away(*_given) -> bool:
    raise ProviderUnavailable("away")


def test_a_diploma_that_is_not_found_needs_papers(graduand):
    application = handed_in(graduand, "graduation", **ANSWERS | {"prior_number": "123456789012345677"})
    asked()
    assert fresh(application).state == "returned"
    with pytest.raises(Problem) as caught:
        actions.submit(application.number, by=by(graduand))
    assert [error.field for error in caught.value.errors] == ["materials.prior_proof"]
    actions.add_paper(application.number, "prior_proof", paper(), by=by(graduand))
    assert actions.submit(application.number, by=by(graduand)).step_label == "待初审"


def test_nobody_graduates_who_misses_a_course_or_is_kept_from_it(app, person):
    life.open_window("", "graduation")
    reasons = app.get("/api/v1/application-types/graduation/").json()["eligibility"]["reasons"]
    assert len(reasons) == 1
    assert "未合格" in reasons[0]


def test_a_decision_in_between_stops_the_last_word(graduand):
    application = handed_in(graduand, "graduation", **ANSWERS)
    asked()
    passed(fresh(application), reviewer())
    actions.confirm(application.number, by=by(graduand))
    passed(application, reviewer("first_reviewer", "45"))
    second, today = reviewer("second_reviewer", "45"), clock.today()
    Discipline.objects.create(
        candidate=graduand, penalty="graduation_delayed", starts=today, until=today + timedelta(days=365),
        number="桂考处1号", recorded_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Problem, match="state_conflict"):
        passed(application, second)
    assert (fresh(application).state, Graduation.objects.count()) == ("submitted", 0)


def test_unconfirmed_is_over_at_the_second(graduand):
    application = handed_in(graduand, "graduation", **ANSWERS)
    asked()
    passed(fresh(application), reviewer())
    due = fresh(application).due_at
    with time_machine.travel(due, tick=False):
        with pytest.raises(Problem, match="state_conflict"):
            actions.confirm(application.number, by=by(graduand))
        assert actions.expire_due(by=SYSTEM) == 1
    assert [s.state for s in queries.stations(fresh(application))].count("problem") == 1


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([("2010-09", "2013-07"), ("2013-08", "")], ""),
        ([("2010-09", "2013-07"), ("2013-07", "2026-10")], ""),
        ([("2010-09", "2013-07"), ("2013-09", "")], "gap"),
        ([("2010-09", "2013-07")], "gap"),
        ([("2016-09", "")], "late_start"),
        ([("2010-09", ""), ("2013-08", "")], "unfinished"),
        ([("2010-09", "2009-07"), ("2013-08", "")], "reversed"),
    ],
)
def test_a_cv_without_gaps(rows, why):
    given = [{"begin": begin} | ({"end": end} if end else {}) for begin, end in rows]
    assert gap(given, date(1995, 6, 12), "2026-11") == why


def test_a_cv_with_a_gap_is_not_handed_in(graduand):
    draft = filled(graduand, "graduation", **ANSWERS | {"resume": [RESUME[0], RESUME[2]]})
    with pytest.raises(Problem) as caught:
        actions.submit(draft.number, by=by(graduand))
    assert [(e.field, e.code) for e in caught.value.errors] == [("data.resume", "gap")]


def test_a_certificate_of_graduation_once(app, person):
    life.open_window("", "graduation-certificate")
    answers = {
        "major": "080901 计算机科学与技术", "number": "65450115200001", "date": "2015-12-30", "cause": "lost",
        "why": "搬家遗失", "way": "self",
    }  # fmt: skip
    application = handed_in(person, "graduation-certificate", **answers)
    assert application.office.code == "450100"
    passed(application, reviewer())
    assert decided_by_two(application).state == "approved"
    eligibility = app.get("/api/v1/application-types/graduation-certificate/").json()["eligibility"]
    assert eligibility == {"ok": False, "reasons": ["毕业证明书只能办理一次，您已办理。"]}
