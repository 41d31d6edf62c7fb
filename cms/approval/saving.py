"""One save of a page after another: imported by `wagtail_hooks`, before the first page is edited.

While an editor writes, Wagtail saves by itself. Such a save that is still under way when the page is submitted would
come behind it and be the newest version: the colleague who approves would approve the one before, and nothing be
published. Wagtail refuses a save that is late, but looks before it writes; here nobody comes in between.
"""

from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.admin.urls import pages
from wagtail.models import Page

_edit = next(pattern for pattern in pages.urlpatterns if pattern.name == "edit")
_view = _edit.callback


@wraps(_view)
def one_after_another(request: HttpRequest, page_id: int, **kwargs: Any) -> HttpResponseBase:
    """Wagtail's view; what is posted waits for whoever saves this page just now."""
    if request.method != "POST":
        return _view(request, page_id=page_id, **kwargs)
    with transaction.atomic():
        Page.objects.select_for_update(of=("self",)).filter(pk=page_id).first()
        return _view(request, page_id=page_id, **kwargs)


_edit.callback = one_after_another
