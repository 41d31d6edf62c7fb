from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from cms.built_pages.models import PlainPage
from portal.kernel import clock
from portal.kernel.text import clean


def search(q: str) -> "QuerySet[PlainPage]":
    """Plain pages for anyone that have every word of `q`: in the title before in the body, newer first."""
    everywhere, in_title = Q(), Q()
    for word in clean(q).split():
        everywhere &= Q(search_text__icontains=word)
        in_title &= Q(title__icontains=word)
    rank = Case(When(in_title, then=Value(1)), default=Value(0), output_field=IntegerField())
    found = PlainPage.objects.live().public().exclude(expire_at__lte=clock.now()).filter(everywhere).defer("body")
    return found.annotate(rank=rank).order_by("-rank", "-last_published_at", "pk")
