"""搜索: over all that the office publishes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candidate_api.search import queries


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What was found, by kind, the words marked."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:60]
    searched, kinds = queries.nearest(q)
    context = {"q": q, "searched": searched, "kinds": kinds, "back": "/"}
    return render(request, "home/search.html", context)
