"""成绩管理 at the desk: one person by a whole number, lists by office, a list as a file with a reason."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.results import actions
from candidate_api.results.models import Discipline, Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Code, Problem
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LIST, PERSON, DISCIPLINES, EXPORT = (f"/admin/results/{path}" for path in ("", "person/", "disciplines/", "export/"))
ASK = {"what": "scores", "session": "", "format": "csv", "reason": "报送统计"}


def at_desk(role: str = "archive", office: str = "45", number: int = 1) -> Client:
    client = Client()
    client.force_login(member(role, office, number))
    return client


@pytest.fixture
def person() -> Candidate:
    """With a released score, one that is not released, one that was transferred, and a decision."""
    person = life.enrolled(name="韦小莉")
    past, coming = ExamSession.objects.get(code="2026-04"), ExamSession.objects.get(code="2026-10")
    ExamSession.objects.filter(pk=past.pk).update(scores_at=clock.now() - timedelta(days=1))
    ExamSession.objects.filter(pk=coming.pk).update(scores_at=clock.now() + timedelta(days=1))
    for session, course, score, more in (
        (past, "13003", 64, {}),
        (coming, "00023", 93, {}),
        (None, "13000", 66, {"source": "transfer", "origin": "广东省", "origin_session": "2023-10"}),
    ):
        facts = {"candidate": person, "session": session, "course": Course.objects.get(code=course), "score": score}
        Score.objects.create(**facts, status="passed", recorded_at=clock.now(), **more)
    days = {"starts": date(2026, 1, 1), "until": date(2027, 1, 1)}
    facts = {"number": "=桂考〔2026〕1号", "penalty": "suspended", "reason": "替考"}
    Discipline.objects.create(candidate=person, recorded_at=clock.now(), **facts, **days)
    return person


def test_one_person_is_found_by_whole_numbers_masked_and_recorded(person: Candidate) -> None:
    desk = at_desk()
    for number in (person.id_number, person.id_number.lower(), person.candidate_number, f" {person.id_number} "):
        page = desk.post(PERSON, {"number": number}).content.decode()
        for said in ("韦*莉", person.masked_id_number, "13003", "00023", "广东省", "停考", "桂考〔2026〕1号"):
            assert said in page, said
        for hidden in ("韦小莉", person.id_number):
            assert hidden not in page
    log = AuditEntry.objects.filter(verb="results.look_up")
    assert (
        list(log.values_list("subject_type", "subject_id", "data"))
        == [("candidate_api.candidate", str(person.pk), {"found": True})] * 4
    )


@pytest.mark.parametrize("number", ["", "4501", "韦小莉", "%", "\0", "x" * 500])
def test_less_than_a_whole_number_finds_nobody(person: Candidate, number: str) -> None:
    assert "没有这名考生" in at_desk().post(PERSON, {"number": number}).content.decode()
    assert AuditEntry.objects.get(verb="results.look_up").data == {"found": False}


def test_each_office_its_own_and_nothing_early_beyond_the_provinces_archive(person: Candidate) -> None:
    for number, (role, office, sees, early) in enumerate(
        [
            ("archive", "45", True, True),
            ("archive", "450100", True, False),
            ("first_reviewer", "45", True, False),
            ("first_reviewer", "450300", False, False),
        ],
        3,
    ):
        desk = at_desk(role, office, number)
        for page in (desk.post(PERSON, {"number": person.candidate_number}), desk.get(LIST)):
            text = page.content.decode()
            assert ("13003" in text, bool(re.search(r">\s*93\s*<", text))) == (sees, early), (role, office)
        assert ("桂考〔2026〕1号" in desk.get(DISCIPLINES).content.decode()) == sees
    for role in ("support", "administrator", "editor", "auditor", "finance"):
        desk = at_desk(role, number=9)
        for answer in (desk.get(LIST), desk.post(PERSON, {"number": person.candidate_number}), desk.get(EXPORT)):
            assert answer.status_code in (302, 403)
        with pytest.raises(Problem) as problem:
            actions.look_up(person.candidate_number or "", by=Actor.of(member(role, number=8), "admin"))
        assert problem.value.code == Code.PERMISSION_DENIED


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_lists_go_out_inert_with_a_reason(person: Candidate, format: str) -> None:
    desk = at_desk()

    def rows(what: str, session: str = "") -> list[list[str]]:
        answer = desk.post(EXPORT, ASK | {"what": what, "session": session, "format": format})
        content = b"".join(answer.streaming_content)
        if format == "csv":
            return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        sheet = load_workbook(io.BytesIO(content)).active
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]

    who = [person.candidate_number, "韦小莉"]
    heads = ["准考证号", "姓名", "考期", "课程代码", "课程名称", "成绩", "等级", "成绩状态", "来源"]
    maths = [*who, "2026-10", "00023", "高等数学（工本）", "93", "", "合格", "统考"]
    algorithms = [*who, "2026-04", "13003", "数据结构与算法", "64", "", "合格", "统考"]
    assert rows("scores") == [heads, maths, algorithms]
    assert rows("scores", "2026-04") == [heads, algorithms]
    assert rows("transferred")[1][-2:] == ["广东省", "2023-10"]
    assert rows("disciplines")[1][2:] == ["停考", "2026-01-01", "2027-01-01", "'=桂考〔2026〕1号", "替考"]
    log = AuditEntry.objects.filter(verb="results.export").order_by("pk")
    assert [(entry.note, entry.data["what"], entry.data["rows"]) for entry in log] == [
        ("报送统计", "scores", 2),
        ("报送统计", "scores", 1),
        ("报送统计", "transferred", 1),
        ("报送统计", "disciplines", 1),
    ]


def test_an_export_that_is_refused_leaves_nothing(person: Candidate) -> None:
    desk = at_desk()
    for more in ({"reason": ""}, {"what": "salaries"}, {"session": "1999-04"}, {"format": "dbf"}):
        assert desk.post(EXPORT, ASK | more).status_code == 400, more
    assert desk.post(EXPORT, ASK | {"what": "disciplines", "session": "2026-04"}).status_code == 400
    assert at_desk("first_reviewer").post(EXPORT, ASK).status_code in (302, 403)
    assert not AuditEntry.objects.filter(verb="results.export").exists()


def test_one_score_or_fifty_take_the_same_queries(person: Candidate) -> None:
    desk, asked = at_desk(), []
    others = Course.objects.exclude(code__in=("13003", "00023", "13000")).values_list("pk", flat=True)[:50]
    desk.get(LIST)
    for keys in ([], others):
        now = clock.now()
        session = ExamSession.objects.get(code="2026-04")
        rows = [{"course_id": key, "score": 70, "status": "passed", "recorded_at": now} for key in keys]
        Score.objects.bulk_create(Score(candidate=person, session=session, **row) for row in rows)
        for method in (lambda: desk.get(LIST), lambda: desk.post(PERSON, {"number": person.candidate_number})):
            with CaptureQueriesContext(connection) as queries:
                assert method().status_code == 200
            asked.append(len(queries))
    assert asked == [12, 15, 12, 15]
