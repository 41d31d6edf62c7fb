"""Which of the editors' files the public may open: those that something published shows."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, QuerySet
from django.db.models.functions import Cast
from wagtail.documents import get_document_model
from wagtail.models import Page, ReferenceIndex

from portal.kernel import clock


def readable() -> "QuerySet[Any]":
    """Documents that a page shows which anyone may open now; Wagtail's reference index knows which page shows what."""
    documents = get_document_model().objects.annotate(key=Cast("pk", CharField()))
    return documents.filter(key__in=_shown().values("to_object_id"))


def is_readable(document: Any) -> bool:
    """Whether anyone may open this document now."""
    return _shown().filter(to_object_id=str(document.pk)).exists()


def _shown() -> "QuerySet[Any]":
    """The references to documents from pages that are live, not private and not past their end."""
    pages = Page.objects.live().public().exclude(expire_at__lte=clock.now()).annotate(key=Cast("pk", CharField()))
    return ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(get_document_model()),
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=pages.values("key"),
    )
