"""What editors make without a developer, and what candidates do with it."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from candidate_api.search.queries import search
from cms.built_pages.actions import forget
from cms.built_pages.models import FaqPage, FormAnswer, FormField, FormPage, PlainPage
from cms.faq.models import FaqCategory, FaqQuestion
from cms.tests.factories import news
from cms.tiles.models import Tile
from home.front.models import HomePage
from home.front.seed import seed_site
from portal.kernel import clock
from portal.kernel.tests.staff import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> HomePage:
    seed_site("http://testserver")
    return HomePage.objects.get()


def survey(home: HomePage) -> FormPage:
    page = FormPage(title="考点服务调查", slug="survey")
    page.form_fields = [
        FormField(label="考点", field_type="singleline", required=True),
        FormField(label="满意吗", field_type="radio", choices="满意,不满意", required=True),
    ]
    home.add_child(instance=page)
    return page


def test_a_form_is_answered_once_and_says_what_is_missing(client: Client, home: HomePage) -> None:
    page = survey(home)
    assert "请不要填写姓名" in client.get("/survey/").content.decode()
    first, second = (field.clean_name for field in page.form_fields.order_by("pk"))
    token = str(uuid4())

    empty = client.post("/survey/", {first: "南宁一中", "token": token}).content.decode()
    assert "请检查以下问题" in empty
    assert "南宁一中" in empty
    assert not FormAnswer.objects.exists()

    filled = {first: "<script>alert(1)</script>", second: "满意", "token": token}
    for _ in range(2):
        response = client.post("/survey/", filled)
        assert (response.status_code, response["Location"]) == (302, "/survey/?done=1")
    assert "提交成功" in client.get("/survey/?done=1").content.decode()
    assert FormAnswer.objects.get().form_data == {first: "<script>alert(1)</script>", second: "满意"}
    editor = Client()
    editor.force_login(member("editor"))
    answers = f"/admin/forms/submissions/{page.pk}/"
    assert editor.get(f"{answers}?export=csv")["Content-Type"].startswith("text/html"), "CSV would run a formula"
    book = load_workbook(io.BytesIO(editor.get(f"{answers}?export=xlsx").getvalue()))
    heads, row = book.active.iter_rows(values_only=True)
    assert (heads[1:], row[1:]) == (("考点", "满意吗"), ("<script>alert(1)</script>", "满意"))
    assert abs(row[0] - clock.local(clock.now()).replace(tzinfo=None)) < timedelta(minutes=1), "on our clock"
    with time_machine.travel(clock.now() + timedelta(days=181), tick=False):
        assert forget() == 1


def test_a_page_stands_on_a_tile_until_it_is_taken_down(client: Client, home: HomePage) -> None:
    page = PlainPage(title="助学点名单", slug="stations")
    page.body = [("text", page.body.stream_block.child_blocks["text"].to_python("<p>南宁助学点</p>"))]
    home.add_child(instance=page)
    Tile.objects.create(slug="stations", label="助学点", icon="building", page=page)

    assert 'href="/stations/"' in client.get("/").content.decode()
    assert "南宁助学点" in client.get("/stations/").content.decode()
    page.unpublish()
    assert 'href="/stations/"' not in client.get("/").content.decode()


def test_a_page_of_questions(client: Client, home: HomePage) -> None:
    category = FaqCategory.objects.create(code="exam", label="考试")
    FaqQuestion.objects.create(category=category, question="迟到能进考场吗？", answer="<p>不能。</p>")
    page = FaqPage(title="考试问答", slug="exam-faq", categories=[category])
    home.add_child(instance=page)

    html = client.get("/exam-faq/").content.decode()
    assert "迟到能进考场吗？" in html
    number = FaqQuestion.objects.get().pk
    assert client.post(f"/services/{number}/vote/", {"helpful": "1"}).status_code == 302


def test_two_characters_are_found_and_the_title_counts_most(client: Client, home: HomePage) -> None:
    news("关于考点的公告", text="<p>报名结束后公布 &lt;b&gt;</p>")
    news("另一公告", summary="报名办法")
    news("广西自学考试2026年上半年报名通知")

    (found,) = search("报名")

    assert ["".join(piece.text for piece in hit.title) for hit in found.hits] == [
        "广西自学考试2026年上半年报名通知",
        "另一公告",
        "关于考点的公告",
    ]
    html = client.get("/search/?q=报名").content.decode()
    assert "上半年<mark>报名</mark>通知" in html
    assert "<b>" not in html
    headless = client.get("/api/v1/pages/?search=上半年")
    assert headless.status_code == 200, headless.content
    assert [item["title"] for item in headless.json()["items"]] == ["广西自学考试2026年上半年报名通知"]
