"""The fifteen kinds of notices that an examination office publishes, with their dates around today."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from openpyxl import Workbook
from wagtail.documents import get_document_model

from cms.news.models import NewsChannel, NewsIndexPage, NewsPage
from cms.seed.data import half_of, month_of, previous, read
from cms.windows.models import BusinessWindow
from cms.windows.rules import deadline, instant
from portal.kernel import clock

_CHANNELS = {
    "notices": "通知公告",
    "exam-news": "考试动态",
    "policies": "政策法规",
    "guides": "报考指南",
    "majors": "专业与课程",
    "textbooks": "教材与大纲",
    "graduation": "毕业与考籍",
    "schools": "主考学校通知",
    "integrity": "考风考纪",
    "downloads": "资料下载",
}


@transaction.atomic
def seed_channels() -> None:
    for order, (code, label) in enumerate(_CHANNELS.items(), 1):
        NewsChannel.objects.get_or_create(code=code, defaults={"label": label, "order": order})


@transaction.atomic
def seed_news(today: date, session: str) -> None:
    """The notices of `fixtures/news.json` under the news index, naming `session` and the windows that are set.

    Needs `seed_channels`, `seed_windows` and the index page. A notice whose slug is there is left alone.
    """
    index = NewsIndexPage.objects.get()
    words = _words(session)
    for entry in read("news"):
        if not NewsPage.objects.child_of(index).filter(slug=entry["slug"]).exists():
            _publish(index, entry, words, today, session)


def _words(session: str) -> dict[str, str]:
    """What the texts name: the session, the one before, and every window as a span of time."""
    last = previous(session)
    words = {
        "session": month_of(session),
        "half": half_of(session),
        "year": session[:4],
        "prev_session": month_of(last),
        "prev_half": half_of(last),
    }
    for window in BusinessWindow.objects.filter(session__in=[session, last]):
        span = f"{instant(window.opens_at)}至{deadline(window.closes_at)}"
        words[f"{window.business}:{window.phase}"] = span
        words[f"{window.business}:{window.phase}-end"] = deadline(window.closes_at)
    return words


def _filled(value: Any, words: dict[str, str]) -> Any:
    """The same structure with every `{name}` in its texts replaced."""
    if isinstance(value, str):
        for name, text in words.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, words) for key, item in value.items()}
    return value


def _publish(index: NewsIndexPage, raw: dict[str, Any], words: dict[str, str], today: date, session: str) -> None:
    entry = _filled(raw, words)
    published_at = clock.at(today - timedelta(days=entry["days_ago"]), 9)
    page = NewsPage(
        title=entry["title"],
        slug=entry["slug"],
        channel=NewsChannel.objects.get(code=entry["channel"]),
        published_at=published_at,
        first_published_at=published_at,
        source=entry["source"],
        summary=entry["summary"],
        pinned_until=_later(today, entry["pinned_days"]),
        valid_until=_later(today, entry["valid_days"]),
        is_correction=entry["is_correction"],
        target=entry["target"],
        target_code=entry["target_code"],
        window=_window(entry, session),
        live=False,
    )
    page.body = [(block["type"], _value(page, block)) for block in entry["body"]]
    index.add_child(instance=page)
    page.save_revision().publish()


def _later(today: date, days: int | None) -> Any:
    return None if days is None else clock.at(today + timedelta(days=days))


def _window(entry: dict[str, Any], session: str) -> BusinessWindow | None:
    if not entry["business"]:
        return None
    windows = BusinessWindow.objects.filter(business=entry["business"], phase=entry["phase"])
    return windows.filter(session__in=[session, previous(session)]).first()


def _value(page: NewsPage, block: dict[str, Any]) -> Any:
    """A block's value from the fixture's plain form."""
    kind, value = block["type"], block["value"]
    if kind == "table":
        value = {
            "caption": value["caption"],
            "columns": [{"type": "text", "heading": heading} for heading in value["columns"]],
            "rows": [{"values": row} for row in value["rows"]],
        }
    elif kind == "attachment":
        value = {"title": value["title"], "document": _document(**value).pk}
    return page.body.stream_block.child_blocks[kind].to_python(value)


def _document(title: str, file: str, rows: list[list[str]]) -> Any:
    """A spreadsheet of these rows among Wagtail's documents."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    document = get_document_model()(title=title, file=ContentFile(content.getvalue(), f"{file}.xlsx"))
    document.file_size = document.file.size
    document.save()
    return document
