"""数据导入 at the desk: the screens, by role; what a browser sends that it should not."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.candidates.models import Candidate
from candidate_api.catalogue.models import Course
from candidate_api.imports import actions
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.rules import MOST_BYTES
from candidate_api.imports.tests.files import as_csv
from candidate_api.imports.tests.scene import SCORES, WORKER, checked, now
from candidate_api.registrations import actions as registrations
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.files.models import PrivateFile
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LIST, UPLOAD = "/admin/imports/", "/admin/imports/upload/"
REASON = "考试中心移交"


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


def at_desk(role: str = "archive", office: str = "45", number: int = 1, **more: bool) -> Client:
    client = Client(**more)
    client.force_login(member(role, office, number))
    return client


def form(content: bytes, **more: object) -> dict[str, object]:
    file = SimpleUploadedFile("成绩.csv", content)
    return {"kind": "scores", "session": "2026-10", "file": file, "expected": 1, "reason": REASON} | more


def test_the_whole_way_at_the_desk(person):
    one, other = at_desk(), at_desk(number=2)
    content = as_csv([SCORES, [person.candidate_number, "韦小莉", "00023", 71, ""]])
    page = one.get(UPLOAD).content.decode()
    assert all(column in page for column in ("准考证号", "ZKZH", "转出省份", "助学单位代码"))
    answer = one.post(UPLOAD, form(content))
    batch = ImportBatch.objects.get()
    address = f"{LIST}{batch.pk}/"
    assert (answer.status_code, answer["Location"]) == (302, address)
    waiting = one.get(address)
    assert (waiting["Refresh"], "已核对 0 / 1 行" in waiting.content.decode()) == ("3", True)
    actions.check_due(by=WORKER)
    page = one.get(address).content.decode()
    for said in ("待审批", "须由另一名考籍人员审批", "韦*莉", "00023 高等数学（工本）", "71", "新增 1"):
        assert said in page
    assert "韦小莉" not in page
    assert "待审批的导入" in other.get("/admin/").content.decode()
    assert "须由上传人以外的考籍人员审批" in one.post(f"{address}approve/", {"reason": REASON}).content.decode()
    assert other.post(f"{address}approve/", {"reason": REASON})["Location"] == address
    assert (now(batch).state, Score.objects.get().score) == ("applied", 71)
    other.post(f"{address}ask_undo/", {"reason": REASON})
    assert "须由申请撤销以外的考籍人员撤销" in other.post(f"{address}undo/", {"reason": REASON}).content.decode()
    page = other.get(address).content.decode()
    assert ("撤销整批" in page, "不撤销" in page, "待同意撤销" in page) == (False, True, True)
    one.post(f"{address}keep/", {"reason": REASON})
    assert (now(batch).state, now(batch).undo_asked_by, Score.objects.count()) == ("applied", None, 1)
    other.post(f"{address}ask_undo/", {"reason": REASON})
    one.post(f"{address}undo/", {"reason": REASON})
    assert (now(batch).state, Score.objects.count()) == ("undone", 0)
    assert "已撤销" in one.get(LIST).content.decode()


def test_refused_rows_are_shown_and_handed_out(person):
    one = at_desk()
    one.post(UPLOAD, form(as_csv([SCORES, [person.candidate_number, "韦小莉", "00023", 101, ""]])))
    actions.check_due(by=WORKER)
    address = f"{LIST}{ImportBatch.objects.get().pk}/"
    page = one.get(address).content.decode()
    assert "有 1 行不能导入" in page
    assert (person.candidate_number in page, "韦*莉" in page) == (True, True)
    shown = re.findall(r"\?show=(\w+)", page)
    assert shown == ["refused", "changed", "new", "unchanged"]
    assert "成绩：须为0到100的整数" in page
    answer = one.post(f"{address}refused-rows/")
    assert b"101" in b"".join(answer.streaming_content)
    assert AuditEntry.objects.filter(verb="imports.export_refused").count() == 1
    one.post(f"{address}refuse/", {"reason": REASON})
    assert one.post(f"{address}refused-rows/").status_code == 404


@pytest.mark.parametrize(
    ("role", "office"), [("archive", "450100"), ("administrator", "45"), ("support", "45"), ("auditor", "45")]
)
def test_others_see_and_do_nothing(person, role, office):
    batch = checked(
        Actor.of(member("archive"), "admin"), [SCORES, [person.candidate_number, "韦小莉", "00023", 71, ""]]
    )
    client = at_desk(role, office, number=2)
    assert "数据导入" not in client.get("/admin/").content.decode()
    before = list(ImportBatch.objects.values()), Score.objects.count(), PrivateFile.objects.count()
    acts = ("", "approve/", "refuse/", "recheck/", "ask_undo/", "undo/", "keep/", "refused-rows/")
    for address in (LIST, UPLOAD, *(f"{LIST}{batch.pk}/{act}" for act in acts)):
        for answer in (client.get(address), client.post(address, form(b"x"))):
            assert answer.status_code in (302, 403, 404, 405), address
            assert "成绩" not in answer.content.decode()
    assert (list(ImportBatch.objects.values()), Score.objects.count(), PrivateFile.objects.count()) == before


def test_the_form_offers_whose_marks_may_come(person):
    life.open_window()
    life.confirm_contact(person)
    registrations.submit("2026-10", [("00023", "450100")], by=life.actor(person))
    ExamSession.objects.update(closed=True)
    page = at_desk().get(UPLOAD).content.decode()
    assert ('value="2026-10"' in page, 'value="2026-04"' in page) == (False, True)


def test_a_mark_that_goes_with_cheating_says_why_in_the_preview(person):
    by, client = Actor.of(member("archive", number=2), "admin"), at_desk(number=3)
    first = checked(by, [SCORES, [person.candidate_number, "韦小莉", "00023", 71, ""]])
    actions.approve(first.pk, REASON, by=Actor.of(member("archive"), "admin"))
    batch = checked(by, [SCORES, [person.candidate_number, "韦小莉", "13003", "", "作弊"]])
    page = client.get(f"{LIST}{batch.pk}/").content.decode()
    assert all(said in page for said in ("71 → —", "合格 → 作弊", "该考生本考期有作弊记录，各科成绩无效"))


class Endless:
    """A body that says how long it is and is read by nobody."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def test_half_a_gigabyte_is_refused_before_it_is_read():
    client = at_desk(enforce_csrf_checks=True)
    sent = {"CONTENT_LENGTH": str(500 * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = client.generic("POST", UPLOAD, b"", **sent, **{"wsgi.input": Endless()})
    assert (answer.status_code, "文件不能超过50MB" in answer.content.decode()) == (413, True)
    assert not ImportBatch.objects.exists()


def test_a_file_without_the_pages_token_is_refused(person):
    client = at_desk(enforce_csrf_checks=True)
    content = as_csv([SCORES, [person.candidate_number, "韦小莉", "00023", 71, ""]])
    assert client.post(UPLOAD, form(content)).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(UPLOAD).content.decode())
    assert token is not None
    assert client.post(UPLOAD, form(content, csrfmiddlewaretoken=token[1])).status_code == 302
    assert ImportBatch.objects.count() == 1


def test_a_form_that_is_not_filled_in_says_what_is_missing():
    client = at_desk()
    for more, said in (
        ({"session": ""}, "请选择考期"),
        ({"expected": ""}, "请填写此项"),
        ({"expected": "300001"}, "300000"),
        ({"kind": "salaries"}, "没有这个选项"),
        ({"reason": "身份证450103199803124525"}, "请勿填写"),
        ({"file": SimpleUploadedFile("a.exe", b"x")}, "只能导入csv"),
        ({"file": SimpleUploadedFile("a.csv", b"")}, "空"),
    ):
        answer = client.post(UPLOAD, form(b"x") | more)
        assert (answer.status_code, said in answer.content.decode()) == (400, True), more
    assert MOST_BYTES == 50 * 1024 * 1024
    assert not ImportBatch.objects.exists()


def test_one_line_or_fifty_take_the_same_queries(person):
    client, by = at_desk(), Actor.of(member("archive", number=2), "admin")
    codes = list(Course.objects.exclude(assessment="written").values_list("code", flat=True))
    people = [person, life.enrolled(name="陆大海")]
    asked = []
    for number in (1, 50):
        rows = [[p.candidate_number, p.user.name, code, 71] for code in codes for p in people][:number]
        batch = checked(by, [SCORES[:4], *rows], "practice")
        assert batch.new == len(rows)
        client.get(LIST)
        for address in (f"{LIST}{batch.pk}/", LIST):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            asked.append(len(queries))
    assert asked == [12, 11, 12, 11]
