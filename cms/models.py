"""Table of contents: what the office publishes, by noun."""

from cms.editions.models import Edition
from cms.faq.models import FaqCategory, FaqQuestion
from cms.news.models import NewsChannel, NewsIndexPage, NewsPage
from cms.tiles.models import Banner, Tile
from cms.windows.models import BusinessWindow

__all__ = [
    "Banner",
    "BusinessWindow",
    "Edition",
    "FaqCategory",
    "FaqQuestion",
    "NewsChannel",
    "NewsIndexPage",
    "NewsPage",
    "Tile",
]
