"""A draft's attachment is for who may see the draft."""

from typing import Any

from django.http import Http404, HttpRequest

from cms.documents.queries import is_readable


def only_what_is_published(document: Any, request: HttpRequest) -> None:
    """Wagtail's hook before a document is served: 404 unless it is public, or its reader works at the desk."""
    if not (is_readable(document) or request.user.has_perm("wagtailadmin.access_admin")):
        raise Http404
