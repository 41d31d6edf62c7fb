"""Pages that Wagtail opens to everybody at the desk, and this house does not."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from wagtail.admin.auth import permission_denied
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

View = Callable[..., HttpResponseBase]
Patterns = list[URLPattern | URLResolver]
# Its trials of an error: nobody's.
_TRIALS = ("failwhale/", "test404/")
# What a workflow is put together from, new tasks too: for whoever may change workflows.
_WORKFLOWS = ("workflows/task_chooser/",)
# What pages are written and put together with, and what tells of them: for whoever publishes.
_PUBLISHING = (
    *("api/", "choose-", "documents/chooser/", "embeds/", "images/chooser/", "news/choose_parent/", "pages/"),
    *("reports/", "tag-autocomplete/"),
)


def close(patterns: Patterns) -> Patterns:
    """Wagtail's addresses of the desk, with these doors closed."""
    for under, pattern in _all(patterns):
        address = under + str(pattern.pattern)
        if address.startswith(_TRIALS):
            pattern.callback = _nowhere
        elif address.startswith(_WORKFLOWS):
            pattern.callback = _only(_sets_workflows, pattern.callback)
        elif address.startswith(_PUBLISHING):
            pattern.callback = _only(_publishes, pattern.callback)
    return patterns


def _all(patterns: Patterns, under: str = "") -> Any:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield under, pattern
        else:
            yield from _all(pattern.url_patterns, under + str(pattern.pattern))


def _nowhere(request: HttpRequest) -> HttpResponseBase:
    raise Http404


def _sets_workflows(user: Any) -> bool:
    return bool(user.has_perm("wagtailcore.change_workflow"))


def _publishes(user: Any) -> bool:
    """Whoever publishes may choose pictures (cms/seed/roles.py); nobody else may."""
    pictures = policy_registry.get_by_type(get_image_model())
    return bool(pictures.user_has_any_permission(user, ["add", "change", "choose"]))


def _only(who: Callable[[Any], bool], view: View) -> View:
    """The view for these members of staff; whoever is none is sent to sign in by the view itself."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_staff and not who(request.user):
            refused: HttpResponseBase = permission_denied(request)
            return refused
        return view(request, *args, **kwargs)

    return guarded
