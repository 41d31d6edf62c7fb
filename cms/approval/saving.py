"""One save of a page after another.

While an editor writes, Wagtail saves by itself. Such a save that is still under way when the page is submitted would
come behind it and be the newest version: the colleague who approves would approve the one before, and nothing be
published. Wagtail refuses a save that is late, but looks before it writes; here nobody comes in between.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from wagtail.models import Page

Patterns = list[URLPattern | URLResolver]


def one_save_at_a_time(patterns: Patterns) -> Patterns:
    """Wagtail's addresses of the desk; what is posted to a page waits for whoever saves that page just now."""
    [pages] = [p for p in patterns if isinstance(p, URLResolver) and p.namespace == "wagtailadmin_pages"]
    [edit] = [p for p in pages.url_patterns if isinstance(p, URLPattern) and p.name == "edit"]
    edit.callback = _one_after_another(edit.callback)
    return patterns


def _one_after_another(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def handle(request: HttpRequest, page_id: int, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, page_id=page_id, **kwargs)
        with transaction.atomic():
            Page.objects.select_for_update(of=("self",)).filter(pk=page_id).first()
            return view(request, page_id=page_id, **kwargs)

    return handle
