"""业务办理: read, fill in, add papers, check, hand in, and follow."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from candidate_api.registers import actions as registers
from candidate_api.registers.queries import has_sheet
from home import drafts
from home.application_forms import answers_of, application_form
from home.doors import private, public
from home.problems import Line, explain, page
from portal.kernel.downloads import private_file
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem
from portal.kernel.papers import read
from portal.kernel.states import Who
from portal.kernel.users.models import User
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.states import APPLICATION
from review.types import queries as types
from review.types import rules


@public
@require_safe
def intro(request: HttpRequest, slug: str) -> HttpResponse:
    """What it is, when it is open, what it takes, and whether the reader may apply."""
    type_ = types.one(slug)
    user = request.user if isinstance(request.user, User) and request.user.is_candidate else None
    context = {
        "type": type_,
        "configuration": type_.configuration,
        "opening": types.opening(type_, request.user.pk),
        "reasons": types.obstacles(type_, user) if user else [],
        "running": queries.open_of(user, type_.pk) if user else None,
        "back": reverse("home:business"),
    }
    return render(request, "home/applications/intro.html", context)


@private
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin, or go on with the draft that is there."""
    try:
        application = actions.start(slug, {}, by=actor_of(request, "web"))
    except Problem as problem:
        if problem.code == Code.STATE_CONFLICT and problem.extra.get("number"):
            return redirect("home:application", problem.extra["number"])
        raise
    return redirect("home:application-form", application.number)


@private
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的申请."""
    rows = queries.mine(actor_of(request, "web"))[:100]
    return render(request, "home/applications/mine.html", {"applications": rows, "back": reverse("home:business")})


@private
def form(request: HttpRequest, number: str) -> HttpResponse:
    """The questions; saved as they are typed, without a script by the button."""
    actor = actor_of(request, "web")
    application = queries.own(actor, number)
    if "save" not in application.allowed_to(Who.CANDIDATE):
        return redirect("home:application", number)
    configuration, options = queries.editable(application), queries.options(application)
    if request.method == "POST":
        filled = application_form(configuration, options, request.POST)
        filled.is_valid()
        keeps = answers_of(configuration, filled)
        asked = {q.key for q in configuration.questions if q.is_asked(application.answers | keeps)}
        for name in [name for name in filled.errors if name not in asked]:
            del filled.errors[name]
        try:
            actions.save_draft(number, keeps, by=actor)
        except Problem as problem:
            explain(problem, filled, **{f"data.{q.key}": q.key for q in configuration.questions})
        if request.headers.get("HX-Request"):
            return HttpResponse(_("草稿已保存"))
        if not filled.errors:
            if request.POST.get("go") == "more":
                return redirect("home:application-form", number)
            if request.POST.get("go") == "later":
                flash.success(request, _("草稿已保存，可以随时回来继续。"))
                return redirect("home:application", number)
            onwards = "materials" if configuration.materials else "check"
            return redirect(f"home:application-{onwards}", number)
    else:
        filled = application_form(configuration, options, drafts.kept(request), initial=application.answers)
    context = {
        "application": application,
        "configuration": configuration,
        "remarks": _remarks(application),
        "back": reverse("home:application", args=[number]),
    }
    return page(request, "home/applications/form.html", context, form=filled)


@private
def materials(request: HttpRequest, number: str) -> HttpResponse:
    """证明材料: camera or files, several of a kind, or what was given before."""
    actor = actor_of(request, "web")
    application = queries.own(actor, number)
    if "save" not in application.allowed_to(Who.CANDIDATE):
        return redirect("home:application", number)
    problem = None
    if request.method == "POST":
        try:
            _change_papers(request, number)
            return redirect(f"{request.path}#m-{request.POST.get('key', '')}")
        except Problem as refused:
            problem = refused
    held = list(application.papers.select_related("file"))
    groups = [
        {"rule": rule, "least": application.least(rule), "papers": [p for p in held if p.key == rule.key]}
        for rule in application.configuration.materials
    ]
    context = {
        "application": application,
        "groups": groups,
        "reusable": queries.reusable(actor, application),
        "remarks": _remarks(application),
        "at": request.POST.get("key", ""),
        "back": reverse("home:application-form", args=[number]),
    }
    return page(request, "home/applications/materials.html", context, problem=problem)


def _change_papers(request: HttpRequest, number: str) -> None:
    actor, key = actor_of(request, "web"), request.POST.get("key", "")
    if "remove" in request.POST:
        actions.remove_paper(number, _row(request.POST["remove"]), by=actor)
    elif "reuse" in request.POST:
        actions.reuse_paper(number, key, _row(request.POST["reuse"]), by=actor)
    else:
        for upload in request.FILES.getlist("file") or [None]:
            actions.add_paper(number, key, read(upload), by=actor)


def _row(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


@private
def check(request: HttpRequest, number: str) -> HttpResponse:
    """核对: everything once more, each with a way to change it; the consents; hand in."""
    actor = actor_of(request, "web")
    application = queries.own(actor, number)
    if "submit" not in application.allowed_to(Who.CANDIDATE):
        return redirect("home:application", number)
    problem = None
    if request.method == "POST":
        try:
            for text in application.configuration.consents:
                if request.POST.get(f"consent-{text.key}") == text.version:
                    actions.consent(number, text.key, text.version, by=actor)
            actions.submit(number, by=actor)
            flash.success(request, _("申请已提交。"))
            return redirect("home:application", number)
        except Problem as refused:
            if refused.code == Code.PROOF_REQUIRED:
                raise
            problem = refused
    context = _facts(application) | {
        "agreed": set(application.agreements.values_list("key", "version")),
        "back": reverse("home:application-form", args=[number]),
    }
    context["consents"] = [(t, (t.key, t.version) in context["agreed"]) for t in application.configuration.consents]
    if problem is not None:
        context["problems"] = [Line(str(e.detail), _target(e.field)) for e in problem.errors] or [
            Line(str(problem.detail))
        ]
    return page(request, "home/applications/check.html", context, status=problem.status if problem else 200)


def _target(field: str) -> str:
    return field.replace(".", "-")


@private
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One application: where it stands, what comes next and by when, what was said, what can be done."""
    actor = actor_of(request, "web")
    problem = None
    if request.method == "POST":
        verbs = {"withdraw": actions.withdraw, "confirm": actions.confirm, "dispute": actions.dispute}
        verb = verbs.get(request.POST.get("verb", ""))
        if verb is None:
            raise Problem(Code.NOT_FOUND)
        try:
            verb(number, by=actor)
            return redirect("home:application", number)
        except Problem as refused:
            problem = refused
    application = queries.own(actor, number)
    allowed = application.allowed_to(Who.CANDIDATE)
    context = _facts(application) | {
        "stations": queries.stations(application),
        "events": list(application.events.filter(told=True)),
        "allowed": allowed,
        "register": has_sheet(application),
        "verdicts": _verdicts(application),
        "is_over": APPLICATION.states[application.state].final,
        "back": reverse("home:applications"),
    }
    return page(request, "home/applications/one.html", context, problem=problem)


@private
@require_safe
def register(request: HttpRequest, number: str) -> HttpResponseBase:
    """登记表 or 申请表 itself."""
    file = registers.own(number, by=actor_of(request, "web"))
    return private_file(file.read(), "application/pdf", file.name)


def _facts(application: Application) -> dict[str, Any]:
    """What was answered and given, as it is read."""
    configuration, answers = application.configuration, application.answers
    options = queries.options(application)
    held = list(application.papers.select_related("file"))
    return {
        "application": application,
        "configuration": configuration,
        "answers": [(q, rules.shown(q, answers, options)) for q in configuration.questions if q.is_asked(answers)],
        "papers": [(rule, [p for p in held if p.key == rule.key]) for rule in configuration.materials],
        "remarks": _remarks(application),
    }


def _verdicts(application: Application) -> list[tuple[str, bool, str]]:
    """The rows that were decided one by one, as they are read, with what was decided."""
    told = application.told_rows
    key = next((step.lines for step in application.configuration.steps if step.lines), "")
    question = application.configuration.question(key)
    if question is None or not told:
        return []
    rows = rules.shown_rows(question, application.answers, queries.options(application))
    return [(row, passed, note) for row, (_row, passed, note) in zip(rows, told, strict=True)]


def _remarks(application: Application) -> list[dict[str, str]]:
    label = application.configuration.label
    return [{"label": label(r["target"]), "text": r["text"], "target": r["target"]} for r in application.remarks]
