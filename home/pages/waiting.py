"""排队等候: the line before the write journeys, and the page on which one waits in it."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from candidate_api.waiting import actions
from home import drafts
from home.doors import private, safe_next
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem


def at_the_door(request: HttpRequest, *, writes: bool, back: str = "") -> HttpResponse | None:
    """None for who may go on; else away to the line, and `back` (here) when it is their turn. What was typed waits.

    `writes`: something is about to be submitted, which counts as load; looking at a form does not.
    """
    actor = actor_of(request, "web")
    try:
        where = actions.enter(by=actor) if writes else actions.take_place(by=actor)
    except Problem as problem:
        if problem.code != Code.WAITING_ROOM:
            raise
    else:
        if where.may_enter:
            return None
    if request.method == "POST" and not back:
        drafts.keep(request)
    address = f"{reverse('home:waiting')}?{urlencode({'next': back or request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


@private
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """Where one stands. The page looks again by itself, and goes on when it is one's turn."""
    there = request.GET.get("next", "")
    where = actions.take_place(by=actor_of(request, "web"))
    is_part = bool(request.headers.get("HX-Request"))
    if where.may_enter and not there:
        return render(request, "home/waiting/free.html", {"back": reverse("home:business")})
    if where.may_enter:
        there = safe_next(request, there)
        return HttpResponse(headers={"HX-Redirect": there}) if is_part else redirect(there)
    context = {
        "where": where,
        "minutes": -(-where.seconds // 60),
        "again": where.ask_again,
        "here": request.get_full_path(),
        "back": reverse("home:business"),
    }
    response = render(request, "home/waiting/part.html" if is_part else "home/waiting/line.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
