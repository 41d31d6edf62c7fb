"""编排时间表: shown before it is done, all of it or nothing, by the same rules as one line at a time."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from candidate_api.catalogue import stamps
from candidate_api.timetables import actions, queries, rules
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.errors import Problem
from portal.kernel.tests.staff import member
from tests import life

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
CODE = "2027-04"
ADDRESS = f"/admin/timetables/{CODE}/"
SYSTEM = Actor.system("tests")


def desk(role: str = "administrator", office: str = "45") -> Client:
    client = Client()
    client.force_login(member(role, office))
    return client


def now() -> dict[str, int]:
    return {code: row.slot for code, row in queries.timetable(queries.session(CODE)).items()}


def text(timetable: dict[str, int]) -> str:
    return "\n".join(f"{code}\t{slot}\t课程名称" for code, slot in timetable.items())


def facts() -> tuple[object, ...]:
    return now(), stamps.current(), AuditEntry.objects.count()


def changed() -> dict[str, int]:
    """One moved, one taken off, one added."""
    wanted = dict(now())
    first, second = sorted(wanted)[:2]
    wanted[first] = wanted[first] % 4 + 1
    del wanted[second]
    return wanted | {"13003": 4} if "13003" not in wanted else wanted | {"00051": 4}


def test_what_is_shown_is_what_becomes_of_it() -> None:
    client, wanted, before = desk(), changed(), facts()
    page = client.post(ADDRESS, {"lines": text(wanted), "preview": "1"})
    assert len(page.context["moves"]) == 3
    assert "不开考" in page.content.decode()
    assert facts() == before, "a preview leaves nothing behind"
    given = dict(page.context["form"].initial) | {"confirm": "1", "reason": "第二次编排会商"}
    assert client.post(ADDRESS, given | {"reason": ""}).status_code == 200
    assert facts() == before
    assert client.post(ADDRESS, given).headers["Location"] == "/admin/timetables/"
    assert now() == wanted
    told = AuditEntry.objects.filter(note="第二次编排会商").order_by("pk")
    assert sorted(told.values_list("verb", flat=True)) == [
        "offering.change",
        "offering.create",
        "offering.delete",
        "session.timetable",
    ]
    stale = client.post(ADDRESS, given)
    assert stale.status_code == 409
    assert "刚被他人修改，请重新打开后再改。" in stale.content.decode()


def test_the_page_opens_with_the_timetable_as_it_is_and_sending_it_back_is_no_change() -> None:
    client, before = desk(), facts()
    lines = client.get(ADDRESS).context["form"].initial["lines"]
    assert len(lines.splitlines()) == len(now())
    page = client.post(ADDRESS, {"lines": lines, "preview": "1"})
    assert "与现在的时间表相同，没有改动。" in page.content.decode()
    assert facts() == before


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("00023 5", "第1行：场次：场次须为1至4，或者“第一天上午”等。"),
        ("23 1", "第1行：课程代码：须为5位数字（在Excel中请设为文本）。"),
        ("00023 1\n\n00023 2", "第3行：课程00023出现了两次。"),
        ("00023", "第1行：场次：不能为空。"),
        ("=1+1 2", "第1行：课程代码：单元格是公式。"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(lines: str, sentence: str) -> None:
    client, before = desk(), facts()
    page = client.post(ADDRESS, {"lines": lines, "preview": "1"})
    assert page.context["form"].errors["lines"] == [sentence]
    assert facts() == before


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_a_file_takes_the_place_of_the_lines(format: str) -> None:
    wanted, client = changed(), desk()
    if format == "csv":
        content = ("课程代码,课程名称,场次\n" + "".join(f"{c},某课,第{s}场\n" for c, s in wanted.items())).encode("gbk")
    else:
        book, kept = Workbook(), io.BytesIO()
        book.active.append(["课程代码", "场次"])
        for code, slot in wanted.items():
            book.active.append([code, slot])
        book.save(kept)
        content = kept.getvalue()
    file = SimpleUploadedFile(f"时间表.{format}", content)
    page = client.post(ADDRESS, {"lines": "", "file": file, "preview": "1"})
    assert len(page.context["moves"]) == 3


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"%PDF", "只能读取csv、xlsx文件。"),
        ("a.csv", "课程\n00023\n".encode(), "缺少列：场次。"),
        ("a.xlsx", b"PK", "不是完整的Excel（xlsx）文件。旧格式xls请另存为xlsx。"),
        ("a.csv", b"\xff\xfe\x00", "文件编码是UTF-16，请另存为UTF-8或者GBK编码。"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, content: bytes, sentence: str) -> None:
    client, before = desk(), facts()
    page = client.post(ADDRESS, {"lines": "", "file": SimpleUploadedFile(name, content), "preview": "1"})
    assert page.context["form"].errors["file"] == [sentence]
    assert facts() == before


def test_one_line_that_may_not_be_changed_stops_all_of_them() -> None:
    wanted = changed() | {"99999": 1}
    moves, refused = actions.preview(CODE, wanted, by=SYSTEM)
    assert (len(moves), [str(error.detail) for error in refused]) == (4, ["99999：没有这门课程。"])
    before = facts()
    with pytest.raises(Problem, match="没有这门课程"):
        actions.set_timetable(CODE, wanted, "编排", seen=rules.digest(now()), by=SYSTEM)
    assert facts() == before
    practice = "00019"
    assert any("不是笔试课程" in str(e.detail) for e in actions.preview(CODE, now() | {practice: 1}, by=SYSTEM)[1])


def test_while_registration_is_open_nothing_is_moved_or_taken_off() -> None:
    life.open_window(CODE)
    before, wanted = facts(), changed()
    page = desk().post(ADDRESS, {"lines": text(wanted), "preview": "1"})
    said = [str(error.detail) for error in page.context["refused"]]
    assert len(said) == 2
    assert all("报考正在进行，不能改变或取消开考课程。" in sentence for sentence in said)
    assert now() == before[0]


def test_a_session_that_is_over_or_unknown_is_not_there() -> None:
    client = desk()
    assert [client.get(f"/admin/timetables/{code}/").status_code for code in ("2025-04", "1999-10")] == [404, 404]
    with pytest.raises(Problem, match="not_found"):
        actions.set_timetable("2025-04", {}, "编排", seen="", by=SYSTEM)


@pytest.mark.parametrize(("role", "office"), [("administrator", "450100"), ("archive", "45"), ("editor", "45")])
def test_others_than_the_provinces_administrators_neither_see_nor_do(role: str, office: str) -> None:
    client, before = desk(role, office), now()
    for path in ("/admin/timetables/", ADDRESS):
        assert client.get(path).headers["Location"] == "/admin/"
        assert client.post(path, {"lines": "", "confirm": "1"}).headers["Location"] == "/admin/"
    with pytest.raises(Problem, match="permission_denied"):
        actions.set_timetable(
            CODE, {}, "编排", seen=rules.digest(before), by=Actor.of(member(role, office, 2), "admin")
        )
    assert now() == before
