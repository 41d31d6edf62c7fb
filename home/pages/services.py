"""服务中心: 常见问题解答."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.faq.queries import categories, questions


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """常见问题解答, by category, with a search."""
    q, category = request.GET.get("q", "").strip(), request.GET.get("category", "")
    found = groupby(questions(category=category, q=q), key=lambda question: question.category)
    context = {
        "groups": [(heading, list(entries)) for heading, entries in found],
        "categories": categories(),
        "category": category,
        "q": q,
        "back": "/",
    }
    return render(request, "home/services/index.html", context)
