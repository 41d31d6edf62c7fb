"""Table of contents: what the office publishes, by noun."""

from cms.approval.models import SecondPairOfEyes
from cms.built_pages.models import FaqPage, FormAnswer, FormField, FormPage, PlainPage
from cms.complaints.models import (
    CannedAnswer,
    Complaint,
    ComplaintCategory,
    ComplaintFile,
    ComplaintMessage,
    SupportTeam,
)
from cms.editions.models import Edition
from cms.faq.models import FaqCategory, FaqQuestion, FaqVote
from cms.news.models import NewsChannel, NewsIndexPage, NewsPage
from cms.service.models import ServiceNotice
from cms.tiles.models import Banner, Tile
from cms.windows.models import BusinessWindow, WindowExtension
from cms.workdays.models import SpecialDay

__all__ = [
    "Banner",
    "BusinessWindow",
    "CannedAnswer",
    "Complaint",
    "ComplaintCategory",
    "ComplaintFile",
    "ComplaintMessage",
    "Edition",
    "FaqCategory",
    "FaqPage",
    "FaqQuestion",
    "FaqVote",
    "FormAnswer",
    "FormField",
    "FormPage",
    "NewsChannel",
    "NewsIndexPage",
    "NewsPage",
    "PlainPage",
    "SecondPairOfEyes",
    "ServiceNotice",
    "SpecialDay",
    "SupportTeam",
    "Tile",
    "WindowExtension",
]
