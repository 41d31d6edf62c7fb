from collections.abc import Iterable
from itertools import groupby

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from cms.faq.models import FaqCategory, FaqQuestion
from portal.kernel.text import clean


def categories() -> "QuerySet[FaqCategory]":
    return FaqCategory.objects.order_by("order", "code")


def by_category(
    *, category: str = "", q: str = "", among: Iterable[FaqCategory] | None = None
) -> "list[tuple[FaqCategory, list[FaqQuestion]]]":
    """What `questions` finds, under its categories; `among` narrows it to these."""
    rows = questions(category=category, q=q)
    found = groupby(rows if among is None else rows.filter(category__in=among), key=lambda question: question.category)
    return [(heading, list(entries)) for heading, entries in found]


def search(q: str) -> "QuerySet[FaqQuestion]":
    """What has every word of `q`: in the question before in the answer, newer first."""
    in_question = Q()
    for word in clean(q).split():
        in_question &= Q(question__icontains=word)
    rank = Case(When(in_question, then=Value(1)), default=Value(0), output_field=IntegerField())
    return questions(q=q).annotate(rank=rank).order_by("-rank", "-updated_at", "pk")


def weighed() -> "QuerySet[FaqQuestion]":
    """For the desk: every question with how many found it `helpful` and `unhelpful`."""
    return FaqQuestion.objects.annotate(
        helpful=Count("votes", filter=Q(votes__is_helpful=True)),
        unhelpful=Count("votes", filter=Q(votes__is_helpful=False)),
    )


def questions(*, category: str = "", q: str = "") -> "QuerySet[FaqQuestion]":
    """What the public reads, in order; `q` words must all occur, two Chinese characters are a word."""
    found = FaqQuestion.objects.filter(is_published=True).select_related("category")
    if category:
        found = found.filter(category__code=clean(category))
    for word in clean(q).split():
        found = found.filter(search_text__icontains=word)
    return found.order_by("category__order", "category__code", "order", "pk")
