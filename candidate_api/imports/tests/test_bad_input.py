"""What an archive is sent by mistake: a report by file or by row, and nothing written."""

import struct
from collections.abc import Callable
from datetime import timedelta

import pytest

from candidate_api.candidates.models import Candidate
from candidate_api.imports import actions
from candidate_api.imports.models import ImportBatch, ImportLine
from candidate_api.imports.rules import ATTEMPTS, MOST_BYTES
from candidate_api.imports.tests.files import as_csv, as_dbf, as_xlsx
from candidate_api.imports.tests.scene import SCORES, WORKER, checked, keepers, now, upload, verdicts
from candidate_api.registrations import actions as registrations
from candidate_api.registrations.models import Registration
from candidate_api.results.models import Score
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.errors import Code, Problem
from portal.kernel.files.models import PrivateFile
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


@pytest.fixture
def person() -> Candidate:
    return life.enrolled(name="韦小莉")


def plain(number: str = "450000000001") -> list[list[object]]:
    return [SCORES, *([number, "韦小莉", "00023", mark, ""] for mark in range(60, 100))]


def test_scores_come_after_the_last_day_of_the_session(person, time_machine):
    session = ExamSession.objects.get(code="2026-10")
    one, other = keepers()
    time_machine.move_to(clock.at(session.second_day, 23))
    with pytest.raises(Problem) as caught:
        upload(one, as_csv(plain()))
    assert [(e.field, e.code) for e in caught.value.errors] == [("session", "not_over")]
    assert not ImportBatch.objects.exists()
    assert not PrivateFile.objects.filter(kind="import").exists()
    upload(other, as_csv(plain()), "practice")  # held by host schools at times of their own
    time_machine.move_to(clock.at(session.second_day, 23) + timedelta(hours=2))
    assert upload(one, as_csv(plain())).state == "checking"


# -- the file ---------------------------------------------------------------------------------------------------------
def half(content: bytes) -> bytes:
    return content[: len(content) * 3 // 5]


def lying(content: bytes) -> bytes:
    """A DBF whose head promises more records than there are."""
    return content[:4] + struct.pack("<I", 1000) + content[8:]


FILES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "utf-16": ("a.csv", lambda: as_csv(plain(), "utf-16"), "UTF-16"),
    "big5": ("a.csv", lambda: as_csv([["準考證號", "姓名"], ["1", "龜龍"]], "big5"), ""),
    "broken utf-8": ("a.csv", lambda: as_csv(plain()) + b"\xff\xff", "编码"),
    "missing column": ("a.csv", lambda: as_csv([SCORES[:2], ["1", "2"]]), "缺少列：课程代码、成绩或成绩状态。"),
    "no mark at all": ("a.csv", lambda: as_csv([SCORES[:3], plain()[1][:3]]), "缺少列：成绩或成绩状态。"),
    "column twice": ("a.csv", lambda: as_csv([[*SCORES, "XM"], plain()[1]]), "“姓名”列出现了多次。"),
    "empty": ("a.csv", lambda: b"", "文件是空的。"),
    "open quote": ("a.csv", lambda: as_csv(plain()) + b'"45', "引号不成对"),
    "half a csv": ("a.csv", lambda: half(as_csv(plain())), "文件可能不完整"),
    "binary": ("a.csv", lambda: as_xlsx(plain()), "不是文本"),
    "half an xlsx": ("a.xlsx", lambda: half(as_xlsx(plain())), "不是完整的Excel"),
    "csv called xlsx": ("a.xlsx", lambda: as_csv(plain()), "不是完整的Excel"),
    "formula": ("a.xlsx", lambda: as_xlsx([*plain(), ["450000000001", "韦小莉", "00023", "=1+1", ""]]), "公式（D42）"),
    "half a dbf": ("a.dbf", lambda: half(as_dbf(plain())), "DBF文件不完整"),
    "dbf that lies": ("a.dbf", lambda: lying(as_dbf(plain())), "DBF文件不完整"),
    "csv called dbf": ("a.dbf", lambda: as_csv(plain()), "不是DBF文件"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_used_is_refused_whole(case: str) -> None:
    name, make, said = FILES[case]
    batch = upload(keepers()[0], make(), name=name, expected=40)
    actions.check_due(by=WORKER)
    batch = now(batch)
    assert (batch.state, batch.new, ImportLine.objects.count(), Score.objects.count()) == ("faulty", 0, 0, 0)
    assert said in batch.fault
    assert batch.file is not None
    assert batch.file.expires_at is not None


def test_what_is_refused_at_once_is_not_kept() -> None:
    by = keepers()[0]
    for name, content, more, code in (
        ("a.csv", b"x" * (MOST_BYTES + 1), {}, Code.PAYLOAD_TOO_LARGE),
        ("a.xls", b"x", {}, Code.VALIDATION_FAILED),
        ("a.csv", b"x", {"expected": 0}, Code.VALIDATION_FAILED),
        ("a.csv", b"x", {"expected": 300_001}, Code.VALIDATION_FAILED),
        ("a.csv", b"x", {"session_code": ""}, Code.VALIDATION_FAILED),
        ("a.csv", b"x", {"session_code": "1999-04"}, Code.VALIDATION_FAILED),
        ("a.csv", b"x", {"kind": "salaries"}, Code.NOT_FOUND),
    ):
        with pytest.raises(Problem) as problem:
            upload(by, content, name=name, **more)
        assert problem.value.code == code
    assert (PrivateFile.objects.filter(kind="import").count(), ImportBatch.objects.count()) == (0, 0)


def test_a_column_that_may_be_blank_has_to_be_there() -> None:
    """Left out, it would blank what the record holds."""
    batch = checked(keepers()[0], [["准考证号", "姓名", "考生类别"], ["1", "2", "社会考生"]], "roster")
    assert (batch.state, batch.fault) == ("faulty", "缺少列：助学单位代码。")
    batch = checked(keepers()[0], [SCORES[:3], ["1", "2", "3"]], "practice")
    assert (batch.state, batch.fault) == ("faulty", "缺少列：成绩或等级或成绩状态。")


def test_a_session_from_before_this_house_takes_scores_though_closed(person: Candidate) -> None:
    one, other = keepers()
    ExamSession.objects.filter(code="2026-04").update(closed=True)
    batch = checked(one, [SCORES, [person.candidate_number, "韦小莉", "00023", 71, ""]], session_code="2026-04")
    assert (batch.state, batch.new, batch.refused) == ("checked", 1, 0)
    actions.approve(batch.pk, "旧考籍移交", by=other)
    assert Score.objects.get().session.code == "2026-04"


def test_a_combined_mark_keeps_its_source(person: Candidate) -> None:
    one, other = keepers()
    who = [person.candidate_number, "韦小莉"]
    rows = [
        [*SCORES, "来源"],
        [*who, "00023", 71, "", "专本衔接合成"],
        [*who, "13003", 66, "", "合成"],
        [*who, "13000", 50, "", ""],
        [*who, "02333", 80, "", "免考"],
    ]
    batch = checked(one, rows)
    assert verdicts(batch)[3] == (5, "refused", "来源：须为统考、合成、专本衔接合成、网络助学合成之一")
    actions.approve(checked(one, rows[:-1]).pk, "移交", by=other)
    found = Score.objects.order_by("course__code").values_list("course__code", "source")
    assert list(found) == [("00023", "combined"), ("13000", "written"), ("13003", "combined")]
    batch = checked(one, [SCORES, [*who, "00023", 72, ""]])
    assert verdicts(batch) == [(2, "refused", "已有其他来源的成绩，不能覆盖")]


def test_a_refused_row_is_somebodys_all_the_same(person: Candidate) -> None:
    batch = checked(keepers()[0], [SCORES, [person.candidate_number, "韦小莉", "00023", 101, ""]])
    assert [line.candidate for line in batch.lines.all()] == [person]


def test_the_same_file_waits_once() -> None:
    one, other = keepers()
    upload(one, as_csv(plain()))
    with pytest.raises(Problem) as problem:
        upload(other, as_csv(plain()))
    assert problem.value.code == Code.STATE_CONFLICT
    assert (PrivateFile.objects.filter(kind="import").count(), ImportBatch.objects.count()) == (1, 1)


def test_a_file_that_ends_its_worker_is_given_up() -> None:
    batch = upload(keepers()[0], as_csv(plain()))
    ImportBatch.objects.update(attempts=ATTEMPTS)
    actions.check_due(by=WORKER)
    assert (now(batch).state, "未能核对" in now(batch).fault) == ("faulty", True)


# -- rows -------------------------------------------------------------------------------------------------------------
def test_each_row_says_what_is_wrong_with_it(person: Candidate) -> None:
    number, name = person.candidate_number, person.user.name
    cases: list[tuple[list[object], str]] = [
        ([number, name, "00023", 101, ""], "成绩：须为0到100的整数"),
        ([number, name, "00023", -1, ""], "成绩：须为0到100的整数"),
        ([number, name, "00023", 71.5, ""], "成绩：须为0到100的整数"),
        ([number, name, "00023", "=1+70", ""], "成绩：单元格是公式"),
        ([number, "+cmd|' /C calc'!A0", "00023", 71, ""], "姓名：单元格是公式"),
        ([number, name, "23", 71, ""], "课程代码：须为5位数字（在Excel中请设为文本）"),
        ([number, name, "99999", 71, ""], "没有这门课程"),
        ([number, name, "02333", 71, ""], "该考期没有开考这门课程"),
        (["450000000000", name, "00023", 71, ""], "没有这个准考证号"),
        (
            ["45", name, "23", 71, ""],
            "准考证号：须为12位数字（在Excel中请设为文本）；课程代码：须为5位数字（在Excel中请设为文本）",
        ),
        ([number, "韦大莉", "00023", 71, ""], "姓名与准考证号不符"),
        ([number, name, "00023", "", ""], "没有成绩"),
        ([number, name, "00023", 71, "缺考"], "缺考、违纪等状态不能有成绩"),
        ([number, name, "00023", 59, "合格"], "成绩状态与分数不符"),
        ([number, name, "00023", 71, "优秀"], "成绩状态：须为合格、不合格、缺考、违纪、作弊、取消资格、暂缓公布之一"),
        ([number, name, "13003", 71, ""], "文件中有重复，首次在第17行"),
        ([number, name, "13003", 72, ""], "文件中有重复，首次在第17行"),
        ([number, name, "00023"], "列数与表头不符，文件可能不完整"),
        ([number, name, "00023", 71, "", "多"], "列数与表头不符，文件可能不完整"),
        ([number, f"{name}\ufffd", "00023", 71, ""], "姓名：有无法识别的字符"),
        ([number, "", "00023", 71, ""], "姓名：不能为空"),
    ]
    batch = checked(keepers()[0], [SCORES, *(cells for cells, _said in cases)])
    assert verdicts(batch) == [(place, "refused", said) for place, (_cells, said) in enumerate(cases, 2)]
    assert (batch.state, batch.refused, Score.objects.count()) == ("checked", len(cases), 0)


def test_what_looks_strange_and_is_right(person: Candidate) -> None:
    number, name = person.candidate_number or "", person.user.name
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    rows = [
        [" 准考证号 ", "ＸＭ", "kcdm", "CJ", "备注"],
        [wide, "韦 小 莉", "00023\u200b", "71.0", "=1"],
        [],
        [f" {number} ", name, "13003", "100", ""],
    ]
    by = keepers()[0]
    for encoding in ("utf-8", "utf-8-sig", "gbk"):
        marked = [[str(cell).replace("\u200b", "") if encoding == "gbk" else cell for cell in row] for row in rows]
        batch = upload(by, as_csv(marked, encoding), expected=2)
        actions.check_due(by=WORKER)
        assert verdicts(now(batch)) == [(2, "new", ""), (4, "new", "")]


def test_excel_numbers_and_dates_are_read_as_they_look(person: Candidate) -> None:
    number = int(person.candidate_number or 0)
    heads = ["准考证号", "姓名", "课程代码", "成绩", "成绩状态"]
    batch = checked(keepers()[0], [heads, [str(number).zfill(12), "韦小莉", "00023", 71.0, None]], format="xlsx")
    assert verdicts(batch) == [(2, "new", "")]


def test_an_entry_is_needed_where_the_session_has_entries(person: Candidate) -> None:
    life.open_window()
    life.confirm_contact(person)
    registrations.submit("2026-10", [("00023", "450100")], by=life.actor(person))
    Registration.objects.update(state="confirmed", confirmed_at=person.created_at)
    rows = [[person.candidate_number, "韦小莉", course, 71, ""] for course in ("00023", "13003")]
    batch = checked(keepers()[0], [SCORES, *rows])
    assert verdicts(batch) == [(2, "new", ""), (3, "refused", "该考生没有报考这门课程")]
