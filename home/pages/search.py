"""搜索: over all that the office publishes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from candidate_api.search import queries
from candidate_api.search.rules import rewordings


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What was found, by kind, the words marked; where that is nothing, other words to look for."""
    q = request.GET.get("q", "").replace("\0", "").strip()[:60]
    kinds = queries.search(q)
    context = {"q": q, "kinds": kinds, "suggestions": [] if kinds else rewordings(q), "back": "/"}
    return render(request, "home/search.html", context)
