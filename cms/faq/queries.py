from django.db.models import QuerySet

from cms.faq.models import FaqCategory, FaqQuestion
from portal.kernel.text import clean


def categories() -> "QuerySet[FaqCategory]":
    return FaqCategory.objects.order_by("order", "code")


def questions(*, category: str = "", q: str = "") -> "QuerySet[FaqQuestion]":
    """What the public reads, in order; `q` words must all occur, two Chinese characters are a word."""
    found = FaqQuestion.objects.filter(is_published=True).select_related("category")
    if category:
        found = found.filter(category__code=clean(category))
    for word in clean(q).split():
        found = found.filter(search_text__icontains=word)
    return found.order_by("category__order", "category__code", "order", "pk")
