"""Editors at work, through Wagtail's real screens."""

import re
from ast import literal_eval
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from gettext import GNUTranslations
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
import wagtail
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Page, Site, Task, TaskState
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from cms.news.models import NewsChannel, NewsPage
from cms.news.queries import published
from cms.tests.factories import index, news, staff
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.dashboard.panels import QUEUES
from portal.kernel.tests.staff import member
from portal.kernel.users.models import User

pytestmark = pytest.mark.django_db
JSON = "application/json"


def form(title: str = "关于开考新专业的通知", *blocks: tuple[str, object], **fields: object) -> dict[str, object]:
    body = streamfield([("text", rich_text("<p>现将有关事项通知如下。</p>")), *blocks])
    values = {
        "title": title,
        "slug": "new-major",
        "channel": NewsChannel.objects.get(code="majors").pk,
        "source": "自治区招生考试院",
        "summary": "小学教育专业开考",
        "body": body,
        "target": "all",
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000},
    }
    flat = {key: value for key, value in (values | fields).items() if not isinstance(value, dict)}
    nested = {key: value for key, value in values.items() if isinstance(value, dict)}
    for prefix, inner in nested.items():
        joint = "-" if prefix in {"body", "comments"} else "_"
        flat |= {f"{prefix}{joint}{key}": value for key, value in nested_form_data(inner).items()}
    return flat


def approve(client: Client, page: NewsPage, by: User) -> int:
    """Press 批准 on what waits; the status of the answer."""
    client.force_login(by)
    state = TaskState.objects.get(task=Task.objects.get(name="审核"), status="in_progress")
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    return client.post(address, {"comment": "同意"}).status_code


def add_address() -> str:
    return reverse("wagtailadmin_pages:add", args=["cms", "newspage", index().pk])


def test_an_editor_publishes_a_notice_with_an_attachment(client: Client) -> None:
    client.force_login(staff("editor"))
    file = SimpleUploadedFile("专业计划.pdf", b"%PDF-1.4 plan", content_type="application/pdf")
    uploaded = client.post(reverse("wagtaildocs:add_multiple"), {"files[]": file, "title": "专业计划", "collection": 1})
    assert uploaded.json()["success"] is True
    document = get_document_model().objects.get()

    filled = form("关于开考新专业的通知", ("attachment", {"document": document.pk, "title": "专业考试计划"}))
    response = client.post(add_address(), filled | {"action-submit": "action-submit"})

    assert response.status_code == 302, response.context["form"].errors
    approve(client, NewsPage.objects.get(), staff("editor", 2))
    page = published().get()
    assert (page.title, page.channel.code) == ("关于开考新专业的通知", "majors")
    assert page.published_at is not None
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    html = client.get("/new-major/").content.decode()
    assert "现将有关事项通知如下。" in html
    assert document.url in html
    served = client.get(document.url)
    assert b"".join(served.streaming_content) == b"%PDF-1.4 plan"


def test_what_an_editor_writes_is_published_when_a_colleague_approves(client: Client) -> None:
    author = staff("editor")
    client.force_login(author)
    client.post(add_address(), form() | {"action-publish": "action-publish"})
    page = NewsPage.objects.get()
    assert (page.live, page.published_at) == (False, None)
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form() | {"action-submit": "action-submit"})
    page.refresh_from_db()
    assert page.current_workflow_state.status == "in_progress"
    colleague, queue = staff("editor", 2), QUEUES["approval"]
    waiting = [queue.look(Actor.of(one, "admin")).count for one in (author, colleague)]
    assert waiting == [0, 1], "nobody waits for oneself"
    client.force_login(colleague)
    assert client.get(reverse(queue.link)).status_code == 200

    approve(client, page, colleague)

    page.refresh_from_db()
    assert list(published()) == [page]
    assert page.published_at == page.first_published_at


def test_nobody_publishes_what_they_wrote(client: Client) -> None:
    """Neither by the button, nor by approving it, nor from the list of pages."""
    author = staff("editor")
    client.force_login(author)
    client.post(add_address(), form() | {"action-publish": "action-publish"})
    page = NewsPage.objects.get()
    assert not page.live, "by the button"
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form() | {"action-submit": "action-submit"})

    approve(client, page, author)
    client.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", {"next": "/admin/"})

    page.refresh_from_db()
    assert not page.live
    approve(client, page, staff("editor", 2))
    page.refresh_from_db()
    assert page.live


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_save_that_is_late_does_not_come_behind_what_was_submitted(client: Client) -> None:
    """Red without cms/approval/saving.py: the late save would be the newest version, and not what is approved."""
    client.force_login(staff("editor"))
    client.post(add_address(), form())
    page = NewsPage.objects.get()
    late = form("晚到的改动") | {"overwrite_revision_id": page.latest_revision_id}
    answers = []

    def save() -> None:
        answers.append(client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), late, HTTP_ACCEPT=JSON))
        connection.close()

    saving = Thread(target=save)
    with transaction.atomic():
        Page.objects.select_for_update(of=("self",)).get(pk=page.pk)
        saving.start()
        sleep(1)  # it has looked by now, or waits
        submitted = page.save_revision()
    saving.join(30)
    page.refresh_from_db()
    assert page.latest_revision == submitted
    assert [answer.status_code for answer in answers] == [400]


def test_an_old_address_leads_to_the_new_one(
    client: Client, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> None:
    page = news()
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    old = page.slug
    client.force_login(staff("editor"))
    client.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]), form(slug="renamed") | {"action-submit": "action-submit"}
    )
    with django_capture_on_commit_callbacks(execute=True):
        approve(client, page, staff("editor", 2))

    response = client.get(f"/{old}/")

    assert response.status_code == 301, list(Redirect.objects.values())
    assert response["Location"] == "/renamed/"


def test_the_preview_has_phones_first(client: Client) -> None:
    client.force_login(staff("editor"))
    page = news()
    assert page.default_preview_size == "mobile"
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])

    assert client.post(address, form("预览中的标题")).json()["is_valid"] is True
    assert "预览中的标题" in client.get(address).content.decode()
    page.refresh_from_db()
    assert page.title == "关于系统维护的公告"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/admin/", "资讯"),
        ("/admin/news/", "全部资讯"),
        ("/admin/snippets/cms/newschannel/", "通知公告"),
        ("/admin/snippets/cms/faqquestion/", "常见问题"),
        ("/admin/snippets/cms/faqquestion/add/", "解答"),
        ("/admin/snippets/cms/faqcategory/", "问题分类"),
    ],
)
def test_the_editors_screens_are_in_chinese(client: Client, path: str, words: str) -> None:
    client.force_login(staff("editor"))

    response = client.get(path)

    assert response.status_code == 200
    # The menu is JSON in the page, its characters escaped.
    assert words in response.content.decode() or words.encode("unicode_escape") in response.content


@pytest.mark.parametrize("path", ["/admin/windows/", "/admin/windows/new/"])
def test_the_screens_of_whoever_keeps_windows(client: Client, path: str) -> None:
    client.force_login(staff("administrator"))

    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/admin/", "/admin/news/", "/admin/windows/", "/admin/pages/", "/admin/documents/"])
def test_a_candidate_never_gets_in(client: Client, path: str) -> None:
    user = User.objects.create_user("c1", "pw", name="李考生", is_candidate=True)
    client.force_login(user)

    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_what_wagtail_leaves_in_english_is_said_in_chinese(client: Client) -> None:
    client.force_login(staff("editor"))

    html = client.get(add_address()).content.decode()

    assert "Choose when this page should go live" not in html
    assert "设置该页面何时发布、何时下线" in html


def test_a_slip_of_the_editor_is_told_in_chinese(client: Client) -> None:
    client.force_login(staff("editor"))
    news()

    taken = client.post(add_address(), form(slug="n0")).content.decode()
    empty = client.post(add_address(), form(title="")).content.decode()

    for html in (taken, empty):
        assert "填写有误，页面未能建立。" in html
        assert "validation errors" not in html
    assert "路径“n0”在上级页面" in taken
    assert "is already in use" not in taken


@pytest.mark.usefixtures("reference")
def test_a_notice_is_for_a_group_that_the_catalogue_has(client: Client) -> None:
    client.force_login(staff("editor"))
    for target, code in (("city", "4599"), ("city", "45010"), ("school", "99999"), ("major", "no-such")):
        answer = client.post(add_address(), form(target=target, target_code=code))
        assert "目录中没有这个代码，请核对。" in answer.content.decode(), (target, code)
    assert not NewsPage.objects.exists()

    assert client.post(add_address(), form(target="city", target_code="4501")).status_code == 302
    assert NewsPage.objects.get().target_label == "南宁市考生"


def test_whoever_has_nothing_to_do_with_news_does_not_see_it(client: Client) -> None:
    client.force_login(staff("editor"))
    assert "/admin/news/" in client.get("/admin/").content.decode()
    client.force_login(member("support"))
    assert "/admin/news/" not in client.get("/admin/").content.decode()


# What is switched off here: other languages, Wagtail's upgrades, its API tokens and sitemaps, permissions by site.
NOT_SHOWN = re.compile(
    r"locale|translat|upgrade|Your version|release notes|Wagtail (?:%|API|sitemaps|Editor)|[Tt]oken|[Rr]evoke"
    r"|[Ll]ast used|site permission|^created$"
)
CONTRIB = ["contrib/forms", "contrib/redirects", "contrib/settings", "contrib/typed_table_block", "embeds", "sites"]
MSGID = re.compile(r'^msgid ((?:".*"\n)+)', re.MULTILINE)


def translated(path: Path) -> set[str]:
    with path.open("rb") as file:
        return {
            key[0] if isinstance(key, tuple) else key for key, said in GNUTranslations(file)._catalog.items() if said
        }


@pytest.mark.parametrize("app", [*("admin", "documents", "images", "snippets", "users", "."), *CONTRIB])
def test_what_wagtail_says_at_the_desk_is_chinese(app: str) -> None:
    """Every sentence of its source, ours where its own catalogue lacks it: a new Wagtail brings new ones."""
    catalogues = Path(wagtail.__file__).parent / app / "locale"
    source = (catalogues / "en/LC_MESSAGES/django.po").read_text()
    said = {"".join(literal_eval(line) for line in found.splitlines()) for found in MSGID.findall(source)}
    chinese = translated(catalogues / "zh_Hans/LC_MESSAGES/django.mo")
    chinese |= translated(settings.ROOT / "portal/locale/zh_Hans/LC_MESSAGES/django.mo")
    assert sorted(sentence for sentence in said - chinese if not NOT_SHOWN.search(sentence)) == []


def test_versions_are_compared_in_chinese(client: Client) -> None:
    page = news()
    first = page.latest_revision
    page.pinned_until, page.is_correction = clock.at(date(2026, 12, 1), 9), True
    second = page.save_revision()
    client.force_login(staff("editor"))

    address = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, first.pk, second.pk])
    html = client.get(address).content.decode()

    for words in ("（空）", "2026-12-01 09:00", "否", "是"):
        assert f">{words}</span>" in html, words
    assert ">None<" not in html


def test_groups_are_called_by_their_roles(client: Client) -> None:
    page = news()
    admin = User.objects.create_superuser("root-1", "pw", name="周管理")
    client.force_login(admin)
    html = client.get(reverse("wagtailadmin_pages:set_privacy", args=[page.pk])).json()["html"]
    assert "系统管理员" in html
    assert "administrator" not in html
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    assert "端口" in client.get("/admin/sites/").content.decode()


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(("path", "queries"), [("/admin/news/", 27), ("/?page=1", 9)])
def test_one_notice_and_fifty_take_the_same_queries(
    client: Client, django_assert_num_queries: Any, count: int, path: str, queries: int
) -> None:
    Site.objects.update_or_create(is_default_site=True, defaults={"hostname": "testserver", "root_page": index()})
    for number in range(count):
        news(f"公告{number}")
    if path.startswith("/admin/"):
        client.force_login(staff("editor"))
    client.get(path)  # what is read once a process: sites, content types
    with django_assert_num_queries(queries):
        assert client.get(path).status_code == 200
