"""The desk's pages: who sees what, what it costs, what leaves the house."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.forms.models import model_to_dict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cms.complaints import actions, queries
from cms.complaints.models import CannedAnswer, Complaint, ComplaintMessage
from cms.complaints.rules import DESK
from cms.complaints.states import COMPLAINT
from cms.complaints.tests import desk
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.models import AuditEntry
from portal.kernel.files.models import PrivateFile
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User
from review.offices.states import Role

pytestmark = pytest.mark.django_db
# Ten of them are the frame of Wagtail's admin: session, person, rights, menu.
MOST_QUERIES = 14
PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def of(actor: Actor) -> Client:
    return browser(User.objects.get(pk=actor.user_id))


def asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def pages(complaint: Complaint) -> list[str]:
    acts = ["accept", "claim", "answer", "release", "transfer", "note"]
    return [reverse(f"complaints:{name}", args=[complaint.pk]) for name in ("one", *acts)]


@pytest.mark.parametrize("role", Role)
def test_every_address_by_role_and_by_team(role: Role) -> None:
    complaint = desk.complaint()
    user = member(role)
    mine = browser(user)
    desk.team("record").members.add(user)
    before = model_to_dict(complaint)
    lists = [reverse(f"complaints:{name}") for name in ("index", "index_results", "figures", "export")]
    in_lists, foreign = (200, 404) if role in DESK else (302, 302)
    if role == Role.ADMINISTRATOR:
        foreign = 200
    for address in lists:
        answer = mine.get(address)
        assert answer.status_code == in_lists, address
        if role == Role.SUPPORT:
            assert complaint.title not in answer.content.decode()
    for address in pages(complaint):
        assert mine.get(address).status_code == foreign, address
        if role != Role.ADMINISTRATOR:
            assert mine.post(address, {"text": "x", "reason": "转给别人", "seen": "0"}).status_code == foreign
    assert model_to_dict(Complaint.objects.get()) == before
    assert not ComplaintMessage.objects.exists()
    assert Client().get(lists[0]).status_code == 302


def test_the_buttons_are_the_table(subtests: Any) -> None:
    by = desk.supporter()
    client = of(by)
    for state in COMPLAINT.states:
        complaint = desk.brought_to(state, by)
        with subtests.test(state):
            html = client.get(reverse("complaints:one", args=[complaint.pk])).content.decode()
            shown = set(re.findall(rf"/complaints/{complaint.pk}/(\w+)/", html))
            assert shown == {
                verb for verb, move in COMPLAINT.moves.items() if state in move.sources and "staff" in move.who
            }


def test_a_day_at_the_desk() -> None:
    by = desk.supporter()
    client = of(by)
    complaint = desk.complaint(title="成绩<b>没有</b>公布", content=PAYLOAD)
    CannedAnswer.objects.create(team=complaint.team, title="看公告", text="您好，{number}请看公告。{别的}")
    address = {name: reverse(f"complaints:{name}", args=[complaint.pk]) for name in ("one", "accept", "answer", "note")}
    assert PAYLOAD not in client.get(address["one"]).content.decode()
    assert client.post(address["accept"]).url == address["answer"]
    page = client.get(address["answer"])
    canned = CannedAnswer.objects.get()
    assert f"您好，{complaint.number}请看公告。{{别的}}" in page.content.decode()
    chosen = (
        client.post(address["answer"], {"canned": canned.pk, "text": "写了一半", "seen": 0}).context["form"].initial
    )
    assert chosen["text"] == f"写了一半\n您好，{complaint.number}请看公告。{{别的}}"
    client.post(address["note"], {"text": "核实过"})
    colleague = of(desk.supporter(number=2))
    late = colleague.post(address["answer"], {"text": "我来答", "seen": "99"})
    assert late.status_code == 409
    assert "已经接手处理" in late.content.decode()
    assert client.post(address["answer"], {"text": "请看公告", "seen": "99"}).url == address["one"]
    assert Complaint.objects.get().state == "answered"


def test_who_answers_reads_what_came_meanwhile_and_then_answers() -> None:
    by = desk.supporter()
    client = of(by)
    complaint = desk.complaint()
    client.post(reverse("complaints:accept", args=[complaint.pk]))
    address = reverse("complaints:answer", args=[complaint.pk])
    form = client.get(address).context["form"]
    actions.add_message(complaint.number, "补充：是2026年10月的", by=desk.author(complaint))
    held_up = client.post(address, {"text": "请看公告", "seen": form.initial["seen"]})
    assert held_up.status_code == 409
    page = held_up.content.decode()
    assert "补充：是2026年10月的" in page
    again = held_up.context["form"]
    assert (again["text"].value(), Complaint.objects.get().state) == ("请看公告", "handling")
    assert client.post(address, {"text": "请看公告", "seen": again["seen"].value()}).status_code == 302
    assert Complaint.objects.get().state == "answered"


def test_what_is_due_next_stands_first_and_what_is_done_last() -> None:
    by = desk.supporter()
    done, handled, pending = desk.brought_to("answered", by), desk.brought_to("handling", by), desk.complaint()
    older = desk.complaint()
    Complaint.objects.filter(pk=older.pk).update(accept_due_at=pending.accept_due_at - timedelta(hours=1))
    Complaint.objects.filter(pk=handled.pk).update(answer_due_at=pending.accept_due_at - timedelta(minutes=30))
    page = of(by).get(reverse("complaints:index"))
    shown = [complaint.pk for complaint in page.context["object_list"]]
    assert shown == [older.pk, handled.pk, pending.pk, done.pk]


def test_a_paper_goes_with_the_answer() -> None:
    by = desk.supporter()
    client, complaint = of(by), desk.complaint()
    client.post(reverse("complaints:accept", args=[complaint.pk]))
    address = reverse("complaints:answer", args=[complaint.pk])
    assert 'enctype="multipart/form-data"' in client.get(address).content.decode()
    given = {"text": "见附件", "seen": "0"}
    lying = SimpleUploadedFile("表.pdf", b"<script>alert(1)</script>", "application/pdf")
    refused = client.post(address, {**given, "file": lying})
    assert list(refused.context["form"].errors) == ["file"]
    assert (Complaint.objects.get().state, ComplaintMessage.objects.count(), PrivateFile.objects.count()) == (
        "handling",
        0,
        0,
    )
    client.post(address, {**given, "file": SimpleUploadedFile("办理流程.jpg", desk.jpeg(), "image/jpeg")})
    [message] = queries.thread(complaint)
    [row] = message.files.all()
    assert (row.file.name, row.file.owner_id, message.text) == ("办理流程.jpg", complaint.author_id, "见附件")
    assert list(queries.candidates_files(complaint)) == []
    candidate = browser(complaint.author)
    assert "办理流程.jpg" in candidate.get(reverse("home:complaint", args=[complaint.number])).content.decode()
    assert candidate.get(reverse("home:file", args=[row.file_id])).status_code == 200
    assert browser(desk.person()).get(reverse("home:file", args=[row.file_id])).status_code == 404


def test_the_list_shows_what_is_late_in_words_and_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    by = desk.supporter()
    client = of(by)
    complaint = desk.complaint()
    for at, words, colour in (
        (clock.now(), "时限内", ""),
        (complaint.accept_due_at - timedelta(hours=1), "即将超时", "w-text-warning-100"),
        (complaint.accept_due_at, "已超时", "w-text-critical-200"),
    ):
        Complaint.objects.update(accept_due_at=complaint.accept_due_at - (at - clock.now()))
        html = client.get(reverse("complaints:index")).content.decode()
        [cell] = re.findall(r'<span class="w-status ([^"]*)">([^<]*)</span>', html)
        assert cell[1] == words
        assert colour in cell[0]
    for due, count in (("overdue", 1), ("soon", 0), ("ok", 0), ("none", 0)):
        rows = queries.by_due(Complaint.objects.all(), due, timedelta(hours=4))
        assert rows.count() == count


def test_the_list_and_a_thread_cost_the_same_with_one_row_and_with_fifty() -> None:
    by = desk.supporter()
    client = of(by)
    complaint = desk.complaint()
    actions.note(complaint.pk, "备注", by=by)
    addresses = [reverse("complaints:index"), reverse("complaints:figures"), pages(complaint)[0]]
    first = [asked(client, address) for address in addresses]
    many(complaint, 49)
    for number in range(49):
        actions.note(complaint.pk, f"备注{number}", by=by)
    assert [asked(client, address) for address in addresses] == first == [14, 15, 15]


def many(like: Complaint, count: int) -> None:
    facts = {field.attname: getattr(like, field.attname) for field in Complaint._meta.fields if field.name != "id"}
    Complaint.objects.bulk_create(
        [Complaint(**{**facts, "number": f"ZX{number:016d}"}) for number in range(count)], batch_size=2000
    )


@pytest.mark.postgresql
def test_ten_thousand_are_listed_by_an_index() -> None:
    by = desk.supporter()
    client = of(by)
    many(desk.complaint(), 2_000)
    many_numbers = Complaint.objects.count()
    with connection.cursor() as cursor:
        columns = ", ".join(f.column for f in Complaint._meta.fields if f.column not in ("id", "number"))
        cursor.execute(
            f"INSERT INTO cms_complaint (number, {columns}) SELECT 'ZY' || lpad(n::text, 16, '0'), {columns}"  # noqa: S608 -- our own names
            f" FROM (SELECT * FROM cms_complaint LIMIT 1) one, generate_series(1, {10_000 - many_numbers}) n"
        )
        cursor.execute("ANALYZE cms_complaint")
    assert Complaint.objects.count() == 10_000
    plan = queries.visible_to(by).filter(state="pending")[:50].explain()
    assert "Seq Scan on cms_complaint" not in plan.replace("Seq Scan on cms_complaintcategory", "")
    assert asked(client, reverse("complaints:index") + "?state=pending") <= MOST_QUERIES


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_is_inert_has_a_reason_and_only_what_is_seen(format: str) -> None:
    by = desk.supporter()
    client = of(by)
    complaint = desk.complaint(title="=cmd|' /C calc'!A0", content="+1+1")
    actions.accept(complaint.pk, by=by)
    actions.note(complaint.pk, "绝密备注", by=by)
    desk.complaint(to="record", title="别组的")
    today = str(clock.today())
    given = {"first": today, "last": today, "format": format, "reason": "月度汇总"}
    assert client.post(reverse("complaints:export"), {**given, "reason": ""}).status_code == 200
    assert not AuditEntry.objects.filter(verb="complaints.export").exists()
    content = b"".join(client.post(reverse("complaints:export"), given).streaming_content)
    if format == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:  # a zipped file: its cells say what is in it, and that none is a formula
        sheet = load_workbook(io.BytesIO(content)).active
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}
        rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [(row[0], row[5], row[6]) for row in rows[1:]] == [(complaint.number, "'=cmd|' /C calc'!A0", "'+1+1")]
    assert "绝密" not in str(rows)
    entry = AuditEntry.objects.get(verb="complaints.export")
    assert (entry.note, entry.data["rows"], entry.data["format"]) == ("月度汇总", 1, format)


def test_the_export_page_brings_what_its_dates_are_chosen_with() -> None:
    page = of(desk.supporter()).get(reverse("complaints:export")).content.decode()
    assert page.index("js/date-time-chooser.js") < page.index("initDateChooser(")


def test_figures_count_what_came_in() -> None:
    by = desk.supporter()
    desk.brought_to("rated", by)
    desk.complaint()
    [row] = queries.figures(by, clock.now() - timedelta(days=1), "team")
    assert (row.name, row.received, row.open, row.overdue, row.rated, row.rating) == ("exam组", 2, 1, 0, 1, 5.0)
    assert row.to_answer is not None
    assert row.to_answer < timedelta(minutes=1)
    assert of(by).get(reverse("complaints:figures")).status_code == 200


def test_a_canned_answer_knows_its_placeholders() -> None:
    client = browser(User.objects.create_superuser("root", "pw", name="根"))
    address = reverse("wagtailsnippets_cms_cannedanswer:add")
    given = {"team": desk.team().pk, "title": "看公告", "text": "{nobody}您好"}
    assert "没有{nobody}这个占位符" in client.post(address, given).content.decode()
    assert not CannedAnswer.objects.exists()
    client.post(address, {**given, "text": "{title}：您好"})
    assert CannedAnswer.objects.get().text == "{title}：您好"
