"""服务中心: 常见问题解答."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cms.faq import actions
from cms.faq.queries import by_category, categories
from home.doors import public, safe_next
from portal.kernel.edges import actor_of
from portal.kernel.keeping import keeps


@require_safe
@keeps("read")
def index(request: HttpRequest) -> HttpResponse:
    """常见问题解答, by category, with a search."""
    q, category = request.GET.get("q", "").strip()[:60], request.GET.get("category", "")
    context = {
        "groups": by_category(category=category, q=q),
        "categories": categories(),
        "category": category,
        "q": q,
        "back": "/",
    }
    return render(request, "home/services/index.html", context)


@public
@require_POST
def vote(request: HttpRequest, question_id: int) -> HttpResponse:
    """Whether an answer has helped."""
    actions.vote(question_id, is_helpful=request.POST.get("helpful") == "1", by=actor_of(request, "web"))
    messages.success(request, _("感谢您的评价。"))
    back = safe_next(request, request.POST.get("next") or reverse("home:services"))
    return redirect(f"{back}#q{question_id}")
