"""准考证, 考场安排, and whether a paper is genuine."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from candidate_api.arrangements.queries import being_seated, mine
from candidate_api.tickets import actions, queries, texts
from home.doors import in_wechat, private, public
from home.problems import Line, page
from portal.kernel.downloads import private_file
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem
from portal.kernel.keeping import keeps


@private
@require_safe
@keeps("own")
def tickets(request: HttpRequest) -> HttpResponse:
    """打印准考证: each session with what is still in the way."""
    context = {"statuses": queries.statuses(actor_of(request, "web")), "back": reverse("home:business")}
    if in_wechat(request):
        context["elsewhere"] = request.build_absolute_uri()
    return render(request, "home/papers/tickets.html", context)


@private
def pledge(request: HttpRequest, session: str) -> HttpResponse:
    """诚信考试承诺书: read, agree, go on to the ticket."""
    actor = actor_of(request, "web")
    status = queries.status(actor, session)
    problems = []
    if request.method == "POST":
        if request.POST.get("agree") == "1":
            actions.sign_pledge(session, by=actor)
            return redirect("home:tickets")
        problems = [Line(_("请勾选“我已阅读并承诺遵守”。"), "agree")]
    lines = str(texts.PLEDGE).replace("：一、", "：\n一、").replace("；", "；\n").split("\n")
    context = {"status": status, "lines": lines, "problems": problems, "back": reverse("home:tickets")}
    return page(request, "home/papers/pledge.html", context)


@private
@require_safe
@keeps("own")
def ticket(request: HttpRequest, session: str) -> HttpResponse:
    """The paper itself."""
    try:
        made = actions.ticket_pdf(session, by=actor_of(request, "web"))
    except Problem as problem:
        if problem.code == Code.PLEDGE_REQUIRED:
            return redirect("home:ticket-pledge", session)
        raise
    return private_file(made, "application/pdf", f"准考证-{session}.pdf", attached=True)


@private
@require_safe
@keeps("own")
def arrangements(request: HttpRequest) -> HttpResponse:
    """考场安排 of every released session, with the courses that still wait for a seat."""
    actor = actor_of(request, "web")
    groups: dict[str, dict[str, Any]] = {}
    for what, rows in (("seats", mine(actor)), ("waiting", being_seated(actor))):
        for row in rows:
            group = groups.setdefault(row.session.code, {"session": row.session, "seats": [], "waiting": []})
            group[what].append(row)
    newest_first = [groups[code] for code in sorted(groups, reverse=True)]
    context = {"groups": newest_first, "back": reverse("home:business")}
    return render(request, "home/papers/arrangements.html", context)


@public
@require_safe
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """真伪核验: by the code on the paper, typed or scanned."""
    code = code or request.GET.get("code", "").strip()
    proof, problem = None, None
    if code:
        try:
            proof = queries.proof(code)
        except Problem as refused:
            problem = refused
    context = {"code": code, "proof": proof, "refused": problem, "back": "/"}
    return page(request, "home/papers/verify.html", context, status=404 if problem else 200)
