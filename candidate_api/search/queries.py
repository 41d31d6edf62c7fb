"""One search over all that the office publishes; each noun ranks its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from wagtail.rich_text import get_text_for_indexing

from candidate_api.catalogue.models import Course, Major
from candidate_api.catalogue.queries import MAX_WORDS, matching
from candidate_api.search.rules import Piece, excerpt, marked
from cms.built_pages import queries as pages
from cms.faq import queries as faq
from cms.news import queries as news
from portal.kernel.errors import Words
from portal.kernel.text import clean

MOST = 10  # of each kind


@dataclass(frozen=True)
class Hit:
    """One thing found: `url` is a path of the portal; title and summary in pieces, the words that hit marked."""

    url: str
    title: list[Piece]
    summary: list[Piece]
    published_at: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """What was found of one kind: the best `MOST` of `count`."""

    code: str
    label: Words
    count: int
    hits: list[Hit]


def search(q: str) -> list[Kind]:
    """What has every word of `q`, by kind, the best first; kinds without any are left out. Two queries a kind."""
    words = clean(q).split()[:MAX_WORDS]
    if not words:
        return []
    q = " ".join(words)

    def hit(url: str, title: str, text: str, at: datetime | None = None) -> Hit:
        return Hit(url, marked(title, words), marked(excerpt(text, words), words), at)

    def kind(code: str, label: Words, rows: Any, shown: Any) -> Kind:
        best = list(rows[:MOST])
        return Kind(code, label, len(best) if len(best) < MOST else rows.count(), [shown(row) for row in best])

    found = [
        kind("news", _("资讯"), news.search(q), lambda page: hit(
            page.url or "", page.title, page.search_text.removeprefix(page.title), page.published_at
        )),
        kind("faq", _("常见问题"), faq.search(q), lambda one: hit(
            f"/services/#q{one.pk}", one.question, get_text_for_indexing(one.answer)
        )),
        kind("page", _("页面"), pages.search(q), lambda page: hit(
            page.url or "", page.title, page.search_text.removeprefix(page.title)
        )),
        kind("major", _("专业"), _named(Major, words), lambda one: hit(
            f"/business/majors/{one.code}/", f"{one.name} {one.code}", one.get_level_display()
        )),
        kind("course", _("课程"), _named(Course, words), lambda one: hit(
            f"/business/plan/?q={one.code}", f"{one.name} {one.code}", ""
        )),
    ]  # fmt: skip
    return [kind for kind in found if kind.hits]


def _named(model: Any, words: list[str]) -> Any:
    """Majors or courses by name or code, the shortest name first: it is nearest to what was asked."""
    found = model.objects.filter(matching(" ".join(words), "name", "code"))
    return found.annotate(length=Length("name")).order_by("length", "code")
