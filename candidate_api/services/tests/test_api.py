import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db.models import F
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import PageViewRestriction, Site

from candidate_api.accounts.actions import issue_token
from candidate_api.services.ready import FRESH, shelf
from cms.editions.models import Edition
from cms.faq.models import FaqCategory, FaqQuestion
from cms.news.models import NewsPage
from cms.seed import seed_faq, seed_tiles
from cms.tests.factories import DESK, draft, index, news, publish, window
from cms.tiles.models import Banner
from cms.windows.actions import change_window
from portal.kernel import clock, health
from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from tests import life

pytestmark = pytest.mark.django_db
Queries = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def site() -> None:
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})


def titles(client: Client, query: str = "") -> list[str]:
    return [item["title"] for item in client.get(f"/api/v1/news/{query}").json()["results"]]


# -- news -------------------------------------------------------------------------------------------------------
def test_a_notice_in_the_list_and_by_itself(client: Client) -> None:
    opens = clock.at(date(2026, 11, 20), 9)
    with time_machine.travel(opens + timedelta(days=1), tick=False):
        made = window(opens=opens, closes_at=opens + timedelta(days=9), session="2027-04", notice="最多4门")
        page = draft(
            "广西自学考试2026年上半年报名通知", summary="报名须知", window=made, pinned_until=opens + timedelta(days=5)
        )
        document = get_document_model()(title="课程表", file=ContentFile(b"PK", "plan.xlsx"), file_size=2)
        document.save()
        block = page.body.stream_block.child_blocks["attachment"]
        page.body = [
            *((child.block_type, child.value) for child in page.body),
            ("attachment", block.to_python({"document": document.pk, "title": ""})),
        ]
        page.save_revision().publish()

        listed = client.get("/api/v1/news/").json()
        detail = client.get(f"/api/v1/news/{page.pk}/").json()

    row = {
        "id": page.pk,
        "title": "广西自学考试2026年上半年报名通知",
        "channel": "notices",
        "channel_label": "通知公告",
        "published_at": "2026-11-21T09:00:00+08:00",
        "source": "自治区招生考试院",
        "summary": "报名须知",
        "pinned": True,
        "is_correction": False,
        "highlighted": False,
        "valid_until": None,
    }
    assert listed == {"count": 1, "next": None, "previous": None, "results": [row]}
    attachment = {
        "id": document.pk,
        "title": "课程表",
        "filename": document.filename,
        "url": f"http://testserver/documents/{document.pk}/{document.filename}",
        "size": 2,
        "content_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
    body = detail.pop("body")
    assert "<p>正文</p>" in body
    assert f'href="http://testserver{document.url}"' in body
    assert [(b["type"], b["value"]) for b in detail.pop("blocks")] == [
        ("text", "<p>正文</p>"),
        ("attachment", attachment),
    ]
    assert detail == {
        **row,
        "target": "all",
        "target_code": "",
        "target_label": "全区考生",
        "url": f"http://testserver/{page.slug}/",
        "attachments": [attachment],
        "window": {
            "business": "course-registration",
            "phase": "apply",
            "session": "2027-04",
            "opens_at": "2026-11-20T09:00:00+08:00",
            "closes_at": "2026-11-29T09:00:00+08:00",
            "state": "open",
            "is_open": True,
            "notice": "最多4门",
        },
    }


def test_the_list_is_filtered_and_paged(client: Client) -> None:
    news("广西自学考试2026年上半年报名通知")
    news("关于停考的公告", channel="majors")

    assert titles(client, "?q=报名") == ["广西自学考试2026年上半年报名通知"]
    assert titles(client, "?channel=majors&q=") == ["关于停考的公告"]
    assert len(titles(client, "?channel=&q=&page=1")) == 2
    second = client.get("/api/v1/news/?page=2&page_size=1").json()
    assert (second["count"], len(second["results"]), second["next"]) == (2, 1, None)
    channels = client.get("/api/v1/news/channels/").json()
    assert (channels["count"], channels["results"][0]) == (10, {"code": "notices", "label": "通知公告"})


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("?channel=none", "channel", "does_not_exist"),
        ("?chanel=notices", "chanel", "unknown_field"),
        ("?q=%00", "q", "null_characters_not_allowed"),
        (f"?q={'长' * 61}", "q", "max_length"),
    ],
)
def test_a_wrong_filter_is_told(client: Client, query: str, field: str, code: str) -> None:
    response = client.get(f"/api/v1/news/{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [(e["field"], e["code"]) for e in response.json()["errors"]] == [(field, code)]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail leaves the picture open
def test_what_an_app_shows_leads_somewhere(client: Client) -> None:
    """Links, files and pictures in the body carry the site's address, as HTML and in each block; text stays text."""
    other, page = news("考试大纲"), draft("通知")
    document = get_document_model()(title="课程表", file=ContentFile(b"PK", "plan.xlsx"), file_size=2)
    document.save()
    picture = get_image_model()(title="考点", file=get_test_image_file())
    picture.save()
    linked = f'<p><a linktype="page" id="{other.pk}">大纲</a> <a href="//example.org/">外</a> href="/x"</p>'
    stream = page.body.stream_block
    cells = {"columns": [{"type": "rich_text", "heading": "表"}], "rows": [{"values": [linked]}], "caption": ""}
    values = {
        "text": f'<p><a linktype="document" id="{document.pk}">附件</a></p>',
        "notice": {"tone": "info", "title": "", "text": linked},
        "table": cells,
        "attachment": {"document": document.pk, "title": ""},
        "image": {"image": picture.pk, "decorative": False, "alt_text": "考点"},
    }
    page.body = [(name, stream.child_blocks[name].to_python(value)) for name, value in values.items()]
    page.save_revision().publish()
    faq = FaqQuestion.objects.create(
        category=FaqCategory.objects.create(code="c", label="类"), question="在哪里？", answer=linked
    )

    detail = client.get(f"/api/v1/news/{page.pk}/").json()
    headless = client.get(f"/api/v1/pages/{page.pk}/").json()
    [answered] = client.get("/api/v1/faq/").json()["results"]

    for shown in (detail["body"], json.dumps(detail["blocks"]), json.dumps(headless["body"]), answered["answer"]):
        text = shown.replace("\\", "")
        assert re.findall(r'<[^<>]*(?:href|src)="/(?!/)[^"]*"', text) == []
        assert f'href="http://testserver{other.get_url()}"' in text
        assert 'href="//example.org/"' in text
        assert ' href="/x"</p>' in text
    urls = {block["type"]: block["value"].get("url") for block in detail["blocks"] if type(block["value"]) is dict}
    assert urls["attachment"] == detail["attachments"][0]["url"] == f"http://testserver{document.url}"
    assert urls["image"].startswith("http://testserver/media/images/")
    assert answered["id"] == faq.pk


def test_what_is_not_public_is_not_found(client: Client) -> None:
    hidden = draft()
    private = news()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    gone = news()
    gone.unpublish()

    for number in (hidden.pk, private.pk, gone.pk, index().pk, 10**30):
        response = client.get(f"/api/v1/news/{number}/")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert titles(client) == []
    assert client.get("/api/v1/news/?page=2").status_code == 404


# -- freshness --------------------------------------------------------------------------------------------------
def test_nothing_is_sent_again_until_something_changes(client: Client) -> None:
    page = news()
    address = f"/api/v1/news/{page.pk}/"
    for path in ("/api/v1/news/", address, "/api/v1/news/channels/", "/api/v1/home/", "/api/v1/faq/", "/api/v1/pages/"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert again["ETag"] == first["ETag"]
        assert first["Cache-Control"] == "public, max-age=1, must-revalidate"

    before = client.get("/api/v1/news/")["ETag"]
    other = publish(draft("关于成绩公布的公告"))
    after = client.get("/api/v1/news/", headers={"If-None-Match": before})
    assert (after.status_code, after.json()["count"]) == (200, 2)
    other.unpublish()
    last = client.get("/api/v1/news/", headers={"If-None-Match": after["ETag"]})
    assert (last.status_code, last.json()["count"]) == (200, 1)


def test_the_clock_changes_what_is_shown(client: Client) -> None:
    seed_tiles()
    now = clock.now().replace(microsecond=0)
    made = window(opens=now + timedelta(minutes=1), closes_at=now + timedelta(minutes=2))
    path = "/api/v1/home/"

    def is_open(etag: str = "") -> tuple[bool, str]:
        response = client.get(path, headers={"If-None-Match": etag} if etag else {})
        assert response.status_code == 200
        tile = next(t for t in response.json()["tiles"] if t["slug"] == "course-registration")
        return tile["is_open"], response["ETag"]

    with time_machine.travel(made.opens_at - timedelta(seconds=1), tick=False):
        opened, etag = is_open()
        assert opened is False
    with time_machine.travel(made.opens_at, tick=False):
        opened, etag = is_open(etag)
        assert opened is True
        since = {"If-None-Match": etag}
    with time_machine.travel(made.closes_at - timedelta(seconds=1), tick=False):
        assert client.get(path, headers=since).status_code == 304
    with time_machine.travel(made.closes_at, tick=False):
        opened, etag = is_open(etag)
        assert opened is False
        change_window(made.pk, by=DESK, reason="延长", closes_at=made.closes_at + timedelta(hours=1))
        assert is_open(etag)[0] is True


def test_a_date_is_as_good_as_a_tag_once_it_is_past(client: Client) -> None:
    news()
    with time_machine.travel(clock.now() + timedelta(seconds=5), tick=False):
        modified = client.get("/api/v1/news/")["Last-Modified"]
        assert client.get("/api/v1/news/", headers={"If-Modified-Since": modified}).status_code == 304
        news("第二条")
        fresh = client.get("/api/v1/news/", headers={"If-Modified-Since": modified})
        assert (fresh.status_code, "Last-Modified" in fresh) == (200, False)


def test_what_is_kept_goes_with_a_publication_anywhere(client: Client) -> None:
    """By this process at once; by another one, which this one does not hear of, within half a second."""
    news("第一条")
    with time_machine.travel(clock.now() + timedelta(seconds=5), tick=False) as now:
        assert titles(client) == ["第一条"]
        news("第二条")
        assert titles(client) == ["第二条", "第一条"]
        NewsPage.objects.filter(title="第二条").update(title="改")
        Edition.objects.filter(area="news").update(number=F("number") + 1)
        assert titles(client) == ["第二条", "第一条"]
        now.shift(FRESH)
        assert titles(client) == ["改", "第一条"]


@pytest.mark.usefixtures("reference")
def test_what_is_for_somebody_is_highlighted_for_them_alone(client: Client) -> None:
    page = news("南宁考点调整", target="city", target_code="4501")
    token, _ = issue_token(life.enrolled(district="450100").user, "", by=Actor.system("test"))
    own = {"Authorization": f"Bearer {token}"}
    for path, found in (
        ("/api/v1/news/", lambda said: said["results"][0]),
        ("/api/v1/home/", lambda said: said["news"][0]),
        (f"/api/v1/news/{page.pk}/", lambda said: said),
    ):
        mine = client.get(path, headers=own)
        assert (found(mine.json())["highlighted"], mine["Cache-Control"]) == (True, "private, no-store")
        assert found(client.get(path).json())["highlighted"] is False
    assert client.get(f"/api/v1/news/{page.pk}/").json()["target_label"] == "南宁市考生"


def test_the_list_is_narrowed_by_time_and_target(client: Client) -> None:
    news("全区")
    news("专业", target="major", target_code="080901")
    NewsPage.objects.filter(title="全区").update(published_at=clock.at(date(2026, 1, 1)))

    assert titles(client, "?target=major") == ["专业"]
    assert titles(client, "?since=2026-01-02") == ["专业"]
    assert len(titles(client, "?since=2026-01-01&target=")) == 2
    assert client.get("/api/v1/news/?target=mine").status_code == 400


def test_an_app_gets_structure_and_words_without_our_own_marks(client: Client) -> None:
    text = '<h2 data-block-key="a1">一</h2><p data-block-key="b2">1 &lt; 2<br/><a href="/x/">去</a></p>'
    hint = {"tone": "info", "title": "注意", "text": '<p data-block-key="c3">甲</p>'}
    page = draft("办理", text=text)
    document = get_document_model()(title="课程表", file=ContentFile(b"PK", "plan.xlsx"), file_size=2)
    document.save()
    parts = page.body.stream_block.child_blocks
    page.body = [
        *((child.block_type, child.value) for child in page.body),
        ("attachment", parts["attachment"].to_python({"document": document.pk, "title": ""})),
        ("notice", parts["notice"].to_python(hint)),
        ("steps", parts["steps"].to_python({"title": "", "steps": [{"title": "登录", "text": "一"}]})),
    ]
    page.save_revision().publish()

    detail = client.get(f"/api/v1/news/{page.pk}/").json()

    for mark in ("data-block-key", "class=", "<svg", "<use"):
        assert mark not in detail["body"], mark
    assert "data-block-key" not in str(detail["blocks"])
    assert '<h2>一</h2><p>1 &lt; 2<br><a href="http://testserver/x/">去</a></p>' in detail["body"]
    assert "<p>甲</p>" in detail["body"]
    assert f'href="http://testserver{document.url}"' in detail["body"]


# -- home -------------------------------------------------------------------------------------------------------
def test_home_shows_banners_tiles_and_news(client: Client) -> None:
    seed_tiles()
    Banner.objects.create(title="诚信考试", target="/news/")
    made = window("course-registration", notice="核对照片")
    news("第一条")

    response = client.get("/api/v1/home/")
    shown = response.json()

    assert shown["banners"] == [{"title": "诚信考试", "target": "/news/", "image": None}]
    assert [item["title"] for item in shown["news"]] == ["第一条"]
    assert shown["unread_messages"] is None
    groups = [tile["group"] for tile in shown["tiles"]]
    assert groups == ["query"] * 7 + ["business"] * 14
    first = shown["tiles"][7]
    assert first == {
        "slug": "course-registration",
        "label": "课程报考",
        "icon": "edit",
        "group": "business",
        "group_label": "业务办理",
        "target": "/business/registration/",
        "business": "course-registration",
        "is_open": True,
        "state": "open",
        "opens_at": clock.local(made.opens_at).isoformat(),
        "closes_at": clock.local(made.closes_at).isoformat(),
        "notice": "核对照片",
    }
    assert "Authorization" in response["Vary"]


def test_a_candidate_also_sees_how_many_messages_wait(client: Client) -> None:
    user = User.objects.create_user("c1", "pw", name="李考生", is_candidate=True)
    token, _ = issue_token(user, "", by=Actor.of(user, "api"))

    response = client.get("/api/v1/home/", headers={"Authorization": f"Bearer {token}"})

    assert response.json()["unread_messages"] == 0
    assert response["Cache-Control"] == "private, no-store"
    assert client.get("/api/v1/home/")["ETag"] != response["ETag"]
    assert client.get("/api/v1/home/", headers={"Authorization": "Bearer wrong"}).status_code == 401


# -- questions --------------------------------------------------------------------------------------------------
def test_questions_and_answers(client: Client) -> None:
    seed_faq()

    found = client.get("/api/v1/faq/?q=迟到&category=exam").json()

    question = FaqQuestion.objects.get(question="迟到能进考场吗？")
    assert found["results"] == [
        {
            "id": question.pk,
            "question": "迟到能进考场吗？",
            "answer": "<p>开考15分钟后不能进，按缺考处理。</p>",
            "category": "exam",
            "category_label": "准考证与考试",
        }
    ]
    assert client.get("/api/v1/faq/").json()["count"] == 30
    assert client.get("/api/v1/faq/categories/").json()["results"][0] == {"code": "account", "label": "注册与登录"}
    assert client.get("/api/v1/faq/?category=none").status_code == 400


# -- cost -------------------------------------------------------------------------------------------------------
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail leaves the picture open
@pytest.mark.parametrize(("path", "queries"), [("news/?page_size=100", 5), ("faq/?page_size=100", 3), ("home/", 11)])
def test_the_same_queries_for_one_and_for_fifty(
    client: Client, django_assert_num_queries: Queries, path: str, queries: int
) -> None:
    image = get_image_model().objects.create(title="横幅", file=get_test_image_file())
    category = FaqCategory.objects.create(code="exam", label="考试")
    for count in (1, 49):
        for number in range(count):
            news(f"公告{count}-{number}")
            FaqQuestion.objects.create(category=category, question=f"问题{count}-{number}", answer="<p>答</p>")
            Banner.objects.create(title=f"{count}-{number}", image=image)
        client.get(f"/api/v1/{path}")  # the picture's rendition is made once
        shelf.empty()
        with django_assert_num_queries(queries):
            assert client.get(f"/api/v1/{path}").status_code == 200
        with django_assert_num_queries(0):
            assert client.get(f"/api/v1/{path}").status_code == 200


# -- Wagtail's own ----------------------------------------------------------------------------------------------
def test_the_headless_api_reads_what_is_public(client: Client) -> None:
    page = news("广西自学考试2026年上半年报名通知")
    hidden = draft()
    taken_down = news()
    type(taken_down).objects.filter(pk=taken_down.pk).update(expire_at=clock.now())

    listed = client.get("/api/v1/pages/?type=cms.NewsPage&fields=body,channel_code").json()

    assert [item["id"] for item in listed["items"]] == [page.pk]
    assert listed["items"][0]["body"][0]["value"] == "<p>正文</p>"
    assert listed["items"][0]["channel_code"] == "notices"
    detail = client.get(listed["items"][0]["meta"]["detail_url"])
    assert detail.json()["title"] == "广西自学考试2026年上半年报名通知"
    assert client.get(f"/api/v1/pages/find/?html_path=/{page.slug}/").status_code == 302
    for number in (hidden.pk, taken_down.pk, 10**9):
        assert client.get(f"/api/v1/pages/{number}/").status_code == 404
    for path in ("images/", "documents/"):
        assert client.get(f"/api/v1/pages/{path}").json()["meta"] == {"total_count": 0}
    assert client.post("/api/v1/pages/", {}).status_code == 405
    assert client.get("/api/v1/pages/?type=auth.User").status_code == 400


# -- probes -----------------------------------------------------------------------------------------------------
def test_the_probes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/api/v1/health/live/").json() == {"status": "ok"}
    well = client.get("/api/v1/health/ready/")
    assert (well.status_code, well.json()) == (200, {"status": "ok", "database": True, "cache": True, "broker": True})

    def lost() -> None:
        raise ConnectionError("10.0.0.7 refused")

    monkeypatch.setitem(health.CHECKS, "broker", lost)
    ill = client.get("/api/v1/health/ready/")
    assert (ill.status_code, ill.json()) == (
        503,
        {"status": "failing", "database": True, "cache": True, "broker": False},
    )
