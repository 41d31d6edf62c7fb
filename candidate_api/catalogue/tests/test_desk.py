"""考试目录 at the desk: everybody on the staff reads it, the province keeps it, and each page tells its history."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidate_api.catalogue import queries
from candidate_api.catalogue.models import Course, PlanVersion, School, Substitution
from candidate_api.sessions.models import Room
from candidate_api.wagtail_hooks import CatalogueGroup
from portal.kernel.audit.models import AuditEntry
from portal.kernel.tests.staff import member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
NAMES = [screens.name for screens in CatalogueGroup.items]


def signed_in(role: str, office: str = "45") -> Client:
    client = Client()
    client.force_login(member(role, office))
    return client


@pytest.fixture
def desk() -> Client:
    return signed_in("administrator")


def filled(page: str) -> dict[str, Any]:
    """What a browser would send back of the page's form."""
    form = page[page.index('id="w-editor-form"') :]
    form = form[: form.index("</form>")]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = attrs.get("type") in ("checkbox", "radio")
        if (ticked and " checked" not in tag) or "name" not in attrs or " disabled" in tag:
            continue
        sent.setdefault(attrs["name"], []).append(attrs.get("value", "on" if ticked else ""))
    for name, more, options in re.findall(r'<select name="([^"]+)"([^>]*)>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'<option value="([^"]*)" selected', options)
        if not sent[name] and " multiple" not in more:  # where nothing is chosen, a browser sends the first
            sent[name] = re.findall(r'<option value="([^"]*)"', options)[:1]
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text]
    return sent


def first_row(name: str) -> Any:
    (screens,) = [screens for screens in CatalogueGroup.items if screens.name == name]
    rows = screens.kind.model.objects.order_by("pk")
    if name == "catalogue-sessions":
        rows = rows.filter(closed=False)
    return rows.filter(session__closed=False).first() if name == "catalogue-offerings" else rows.first()


@pytest.mark.parametrize("name", NAMES)
def test_each_table_is_listed_read_and_opened(desk: Client, name: str) -> None:
    row = first_row(name)
    assert desk.get(f"/admin/{name}/").status_code == 200
    table = b"".join(desk.get(f"/admin/{name}/?export=csv").streaming_content).decode()
    assert table.startswith("\ufeff"), "what Excel reads Chinese behind"
    assert not re.search(r"\b(True|False)\b", table)
    assert AuditEntry.objects.get(verb="desk.export").data["format"] == "csv"
    assert desk.get(f"/admin/{name}/?export=xlsx").status_code == 200
    assert "变更记录" in desk.get(f"/admin/{name}/inspect/{row.pk}/").content.decode()
    assert desk.get(f"/admin/{name}/new/").status_code == 200
    stays = name == "catalogue-codes"
    assert desk.get(f"/admin/{name}/delete/{row.pk}/").status_code == (302 if stays else 200)
    page = desk.get(f"/admin/{name}/edit/{row.pk}/").content.decode()
    assert "还没有变更记录。" in page
    sent = filled(page) | {"reason": "核对"}
    answer = desk.post(f"/admin/{name}/edit/{row.pk}/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert not AuditEntry.objects.filter(note="核对").exists(), "what is sent back as it was is no change"


@pytest.mark.parametrize(
    ("role", "office"), [("archive", "45"), ("first_reviewer", "450100"), ("administrator", "450100")]
)
def test_others_read_and_change_nothing(role: str, office: str) -> None:
    reader = signed_in(role, office)
    menu = reader.get("/admin/").content.decode()
    assert "/admin/catalogue-majors/" in menu
    for name in NAMES:
        row = first_row(name)
        page = reader.get(f"/admin/{name}/").content.decode()
        assert f"/admin/{name}/inspect/" in page
        assert f"/admin/{name}/new/" not in page
        assert reader.get(f"/admin/{name}/inspect/{row.pk}/").status_code == 200
        for path in ("new/", f"edit/{row.pk}/", f"delete/{row.pk}/"):
            assert reader.post(f"/admin/{name}/{path}", {"reason": "试试"}).status_code in (302, 403)
    assert not AuditEntry.objects.filter(note="试试").exists()


def test_who_holds_no_role_sees_nothing() -> None:
    nobody = member("editor")
    nobody.staff_roles.all().delete()
    client = Client()
    client.force_login(nobody)
    assert "/admin/catalogue-majors/" not in client.get("/admin/").content.decode()
    assert client.get("/admin/catalogue-majors/").status_code == 302


@pytest.mark.parametrize(
    ("name", "one", "count"),
    [
        ("catalogue-courses", "04736", 15),
        ("catalogue-textbooks", "离散数学", 15),
        ("catalogue-offerings", "02324", 16),
        ("catalogue-plans", "080901", 15),
        ("catalogue-rooms", "", 16),
        ("catalogue-codes", "壮族", 15),
    ],
)
def test_one_row_and_fifty_take_the_same_queries(desk: Client, name: str, one: str, count: int) -> None:
    desk.get(f"/admin/{name}/")
    counts = []
    for query in ("", one):
        if counts and not one:
            Room.objects.exclude(pk=Room.objects.order_by("pk").first().pk).delete()
        with CaptureQueriesContext(connection) as taken:
            assert desk.get(f"/admin/{name}/?q={query}").status_code == 200
        counts.append(len(taken))
    assert counts == [count, count]


def test_a_change_is_made_with_its_reason_and_told_on_the_page(desk: Client) -> None:
    course = Course.objects.get(code="04736")
    address = f"/admin/catalogue-courses/edit/{course.pk}/"
    sent = filled(desk.get(address).content.decode()) | {"name": "数据库系统原理（实践考核）"}
    refused = desk.post(address, sent)
    assert refused.status_code == 200
    assert desk.post(address, sent | {"reason": "规范名称"}).status_code == 302
    page = desk.get(address).content.decode()
    for words in ("周工作 修改", "规范名称", "课程名称", course.name, "数据库系统原理（实践考核）"):
        assert words in page
    stale = desk.post(address, sent | {"reason": "再改", "name": "别的"}).content.decode()
    assert "刚被他人修改，请重新打开后再改。" in stale
    assert Course.objects.get(pk=course.pk).name == "数据库系统原理（实践考核）"


def test_an_inconsistency_is_said_on_the_form(desk: Client) -> None:
    course = Course.objects.get(code="04736")
    address = f"/admin/catalogue-courses/edit/{course.pk}/"
    sent = filled(desk.get(address).content.decode()) | {"theory": "00018", "reason": "改"}
    assert "实践环节04736对应的理论课程00018不在计划中。" in desk.post(address, sent).content.decode()
    sent = sent | {"theory": "77777"}
    assert "没有这门课程，请填写课程代码。" in desk.post(address, sent).content.decode()
    assert Course.objects.get(pk=course.pk).theory.code == "04735"


def test_a_substitution_is_written_by_codes(desk: Client) -> None:
    given = {"code": "n1", "old": "00018 00019", "new": "00051、00052", "valid_from": "2026-10", "reason": "新规定"}
    assert desk.post("/admin/catalogue-substitutions/new/", given).status_code == 302
    made = Substitution.objects.get(code="n1")
    assert {course.code for course in made.new.all()} == {"00051", "00052"}
    wrong = desk.post("/admin/catalogue-substitutions/new/", given | {"code": "n2", "old": "00018 77777"})
    assert "没有课程77777。" in wrong.content.decode()
    assert not Substitution.objects.filter(code="n2").exists()


def test_removal_asks_for_a_reason_and_says_what_stands_in_the_way(desk: Client) -> None:
    school = School.objects.get(code="10593")
    address = f"/admin/catalogue-schools/delete/{school.pk}/"
    assert desk.post(address, {}).status_code == 200
    page = desk.post(address, {"reason": "合并"}).content.decode()
    assert "仍被专业使用，不能删除。" in page
    assert School.objects.filter(pk=school.pk).exists()


class TestPlan:
    def address(self, desk: Client, act: str = "edit") -> tuple[PlanVersion, str, dict[str, Any]]:
        plan = PlanVersion.objects.get(major__code="050101", is_current=True)
        address = f"/admin/catalogue-plans/{act}/{plan.pk}/"
        return plan, address, filled(desk.get(address).content.decode()) | {"reason": "修订"}

    def test_a_line_is_changed_and_another_taken_away(self, desk: Client) -> None:
        plan, address, sent = self.address(desk)
        row = next(name for name, value in sent.items() if name.startswith("lines-") and value == ["07827"])
        prefix = row.rpartition("-")[0]
        assert desk.post(address, sent | {f"{prefix}-credits": "6"}).status_code == 302
        assert plan.groups.get(lines__course__code="07827").lines.get(course__code="07827").credits == 6
        page = desk.get(address).content.decode()
        assert "课程 07827：" in page
        assert re.search(r"第\d组 5 选考课 → <strong>第\d组 6 选考课</strong>", page)
        sent["seen"] = filled(page)["seen"]
        assert desk.post(address, sent | {f"{prefix}-DELETE": "on"}).status_code == 302
        assert not plan.groups.filter(lines__course__code="07827").exists()

    def test_what_cannot_be_reached_is_said_and_what_was_typed_stays(self, desk: Client) -> None:
        plan, address, sent = self.address(desk)
        page = desk.post(address, sent | {"credits_required": "99"}).content.decode()
        assert "总学分要求99，各组合计最多只能取得86学分。" in page
        assert 'value="99"' in page
        plan.refresh_from_db()
        assert plan.credits_required == 76

    def test_a_course_in_a_group_that_there_is_not(self, desk: Client) -> None:
        _plan, address, sent = self.address(desk)
        row = next(name for name, value in sent.items() if name.startswith("lines-") and value == ["07827"])
        page = desk.post(address, sent | {f"{row.rpartition('-')[0]}-group": "8"}).content.decode()
        assert "课程填写的第8组不存在。" in page

    def test_a_row_that_is_half_filled_in(self, desk: Client) -> None:
        _plan, address, sent = self.address(desk)
        empty = max(int(name.split("-")[1]) for name in sent if name.startswith("lines-") and name.endswith("-course"))
        page = desk.post(address, sent | {f"lines-{empty}-course": "00023"}).content.decode()
        assert "课程组或课程填写有误，请检查标出的行。" in page

    def test_the_next_version_is_made_from_this_one(self, desk: Client) -> None:
        plan, address, sent = self.address(desk, "copy")
        assert desk.get(address).status_code == 200
        assert desk.post("/admin/catalogue-plans/new/", sent | {"code": "2030"}).status_code == 302
        made = PlanVersion.objects.get(code="2030")
        assert not made.is_current
        was, now = (queries.facts(queries.plan_of(plan.major, code)) for code in (plan.code, "2030"))
        assert now.groups == was.groups
        assert desk.post(f"/admin/catalogue-plans/delete/{made.pk}/", {"reason": "重复"}).status_code == 302
        assert not PlanVersion.objects.filter(code="2030").exists()

    def test_readers_see_it_whole(self) -> None:
        plan = PlanVersion.objects.get(major__code="050101", is_current=True)
        page = signed_in("archive").get(f"/admin/catalogue-plans/inspect/{plan.pk}/").content.decode()
        for words in ("唐宋诗词鉴赏", "不少于3门、14学分", "不考外语者全选", "毕业论文"):
            assert words in page
