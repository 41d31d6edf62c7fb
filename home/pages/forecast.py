"""毕业预测: where one stands, what is missing, the fastest way to the end; another major beside one's own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from candidate_api.candidates.queries import of
from candidate_api.catalogue.models import Major
from candidate_api.catalogue.queries import bare_plans
from candidate_api.forecast.answers import Answer, answer
from candidate_api.forecast.queries import outlooks
from candidate_api.forecast.states import Standing
from home.doors import private
from portal.kernel.edges import actor_of

_TONES = {Standing.CAN_GRADUATE: "success", Standing.CAN_APPLY_THESIS: "info", Standing.BLOCKED: "danger"}


@dataclass(frozen=True)
class Column:
    """One major on the page; `answer` is None where it has no plan."""

    major: Major
    is_own: bool
    answer: Answer | None
    tone: str


@private
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """毕业预测: what counts, what is missing, the fastest path; another major beside one's own."""
    candidate = of(actor_of(request, "web"))
    plans = bare_plans()
    majors = [plan.major for plan in plans.values()]
    code = request.GET.get("major", "").strip()
    other = next((major for major in majors if major.code == code), None)
    if code and other is None:
        other = get_object_or_404(Major, code=code)  # one without a plan, which the page says
    wanted = [candidate.major] if candidate.major else []
    wanted += [other] if other is not None and other != candidate.major else []
    found = outlooks(candidate, wanted, plans=plans)
    columns = []
    for major in wanted:
        outlook = found.get(major.code)
        shown = answer(outlook, outlook.forecast) if outlook and outlook.forecast else None
        tone = _TONES.get(Standing(shown.standing), "warning") if shown else ""
        columns.append(Column(major, major == candidate.major, shown, tone))
    context = {
        "columns": columns,
        "compared": [column for column in columns if column.answer] if len(columns) > 1 else [],
        "has_major": candidate.major is not None,
        "majors": [major for major in majors if major != candidate.major],
        "chosen": code,
        "back": reverse("home:business"),
    }
    return render(request, "home/queries/forecast.html", context)
