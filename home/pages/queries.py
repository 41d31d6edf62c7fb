"""业务查询: scores, the timetable, majors with their plans, textbooks."""

from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from candidate_api.catalogue.models import Major
from candidate_api.catalogue.queries import majors as find_majors
from candidate_api.catalogue.queries import plan_of
from candidate_api.catalogue.queries import textbooks as find_textbooks
from candidate_api.catalogue.states import Level
from candidate_api.results.queries import visible_to
from candidate_api.sessions.queries import offerings
from candidate_api.sessions.queries import sessions as find_sessions
from home.doors import private
from portal.kernel.edges import actor_of

_PAGE = 50
_TONES = {"passed": "success", "failed": "neutral", "absent": "neutral", "withheld": "warning"}


@private
@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """成绩查询: what has been released, by session; scores without a session (transferred, exempted) last."""
    rows = list(visible_to(actor_of(request, "web")))
    rows.sort(key=lambda row: row.session.code if row.session else "", reverse=True)
    groups = [
        {"session": session, "rows": [{"score": row, "tone": _TONES.get(row.status, "danger")} for row in found]}
        for session, found in groupby(rows, key=lambda row: row.session)
    ]
    return render(request, "home/queries/scores.html", {"groups": groups, "back": reverse("home:business")})


@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """考试计划: which course sits when, in one session."""
    known = list(find_sessions())
    chosen = next((s for s in known if s.code == request.GET.get("session")), known[0] if known else None)
    q = request.GET.get("q", "").strip()
    major = request.GET.get("major", "").strip()
    slot = request.GET.get("slot", "")
    days = []
    if chosen:
        found = offerings(chosen.code, major=major, slot=int(slot) if slot in ("1", "2", "3", "4") else None)
        rows = [row for row in found if q in row.course.name or q in row.course.code]
        days = [(sitting, [row for row in rows if row.slot == sitting.number]) for sitting in chosen.slots]
    context = {
        "sessions": known,
        "chosen": chosen,
        "q": q,
        "majors": Major.objects.all(),
        "major": major,
        "slot": slot,
        "days": [(sitting, rows) for sitting, rows in days if rows],
        "back": reverse("home:business"),
    }
    return render(request, "home/queries/plan.html", context)


@require_safe
def majors(request: HttpRequest) -> HttpResponse:
    """专业查询."""
    q, level = request.GET.get("q", "").strip(), request.GET.get("level", "")
    found = Paginator(find_majors(q=q, level=level), _PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": found, "q": q, "level": level, "levels": Level.choices, "back": reverse("home:business")}
    return render(request, "home/queries/majors.html", context)


@require_safe
def major(request: HttpRequest, code: str) -> HttpResponse:
    """One major: its host, its dates, its plan."""
    found = Major.objects.select_related("school").filter(code=code).first()
    if found is None:
        raise Http404
    context = {"major": found, "plan": plan_of(found), "back": reverse("home:majors")}
    return render(request, "home/queries/major.html", context)


@require_safe
def textbooks(request: HttpRequest) -> HttpResponse:
    """教材查询."""
    q, session = request.GET.get("q", "").strip(), request.GET.get("session", "")
    found = Paginator(find_textbooks(q=q, session=session), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": found,
        "q": q,
        "session": session,
        "sessions": find_sessions(),
        "back": reverse("home:business"),
    }
    return render(request, "home/queries/textbooks.html", context)
