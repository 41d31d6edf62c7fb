"""课程报考 and 我的报考."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import of
from candidate_api.catalogue.models import District
from candidate_api.registrations import actions, queries
from candidate_api.registrations.models import Registration
from candidate_api.registrations.states import LIVE, REGISTRATION
from candidate_api.sessions.models import ExamSession
from cms.windows.models import BusinessWindow
from home import drafts
from home.doors import private
from home.forms import PortalForm
from home.pages.waiting import at_the_door
from home.problems import Line, explain, page
from home.sessions import window_of
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem, invalid

_SCOPES = {queries.OWN: gettext_lazy("本专业课程"), queries.OTHER: gettext_lazy("其他专业课程")}


@dataclass
class Course:
    """One line of the list: an option, and whether it is ticked."""

    option: queries.Option
    chosen: bool
    error: str = ""


@private
def choose(request: HttpRequest) -> HttpResponse:
    """Choose courses and a district, and submit them in one order."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    if not candidate.candidate_number:
        return render(request, "home/registration/not_yet.html", {"back": reverse("home:business")})
    window, others = window_of(request, actor)
    session = ExamSession.objects.filter(code=window.session).first() if window else None
    closed = queries.barrier(candidate, session, window) if session else None
    if closed and closed.code == Code.CONTACT_UNCONFIRMED:
        if request.method == "POST":
            drafts.keep(request)  # what was ticked is there again afterwards
        here = f"{request.path}?{urlencode({'session': session.code})}"
        return redirect(f"{reverse('home:contact')}?{urlencode({'session': session.code, 'next': here})}")
    if window is None or session is None or closed:
        context = {"window": window, "refused": closed, "others": others, "back": reverse("home:business")}
        return render(request, "home/registration/closed.html", context)
    if (line := at_the_door(request, writes="submit" in request.POST)) is not None:
        return line
    given = request.POST if request.method == "POST" else drafts.restore(request) or request.GET
    problem, warning = None, ""
    if request.method == "POST" and "submit" in request.POST:
        district = given.get("district", "")
        entries = [(code, district) for code in given.getlist("course")]
        warning = _unconfirmed(request, queries.warnings(candidate, session, entries))
        try:
            if entries and not district:
                raise invalid("district", "required", _("请选择考区。"))
            if not warning:
                order = actions.submit(session.code, entries, by=actor).order
                return redirect("home:order", order.number)
        except Problem as refused:
            problem = refused
    return _list(request, candidate, session, window, given, problem, warning, others)


def _unconfirmed(request: HttpRequest, warnings: list[queries.Warned]) -> str:
    """What the candidate has not yet said yes to: a tick is for the very sentence that was shown."""
    sentence = "".join(warned.detail for warned in warnings)
    return "" if request.POST.get("confirmed") == sentence else sentence


def _list(
    request: HttpRequest,
    candidate: Candidate,
    session: ExamSession,
    window: BusinessWindow,
    given: Any,
    problem: Problem | None,
    warning: str,
    others: list[ExamSession],
) -> HttpResponse:
    """The course list by slot; what was ticked in the other list or another search stays on top."""
    scope = given.get("scope", queries.OWN)
    scope = scope if scope in _SCOPES else queries.OWN
    q = given.get("q", "").strip()
    chosen = given.getlist("course")
    options = queries.options(candidate, session, None, scope=scope)
    known = {option.offering.course.code: option for option in options}
    if not known.keys() >= set(chosen):
        elsewhere = queries.OTHER if scope == queries.OWN else queries.OWN
        known |= {o.offering.course.code: o for o in queries.options(candidate, session, None, scope=elsewhere)}
    shown = [o for o in options if q in o.offering.course.name or q in o.offering.course.code]
    listed = {option.offering.course.code for option in shown}
    errors = _errors(problem, chosen)
    kept = [Course(known[c], True, errors.get(c, "")) for c in chosen if c in known and c not in listed]
    slots = []
    for sitting in session.slots:
        rows = [option for option in shown if option.offering.slot == sitting.number]
        courses = [Course(o, o.offering.course.code in chosen, errors.get(o.offering.course.code, "")) for o in rows]
        if courses:
            slots.append({"sitting": sitting, "courses": courses})
    context = {
        "candidate": candidate,
        "session": session,
        "others": others,
        "window": window,
        "scope": scope,
        "scopes": _SCOPES.items(),
        "q": q,
        "kept": kept,
        "slots": slots,
        "districts": _districts(known.values()),
        "district": given.get("district", "") or (candidate.district.code if candidate.district else ""),
        "count": len(chosen),
        "total_fen": sum(known[c].offering.fee_fen for c in chosen if c in known),
        "back": reverse("home:business"),
        "warning": warning,
        "problems": [Line(warning, "confirmed")] if warning else _lines(problem, known, chosen),
    }
    return page(request, "home/registration/choose.html", context)


def _districts(options: Iterable[queries.Option]) -> list[tuple[str, str]]:
    """Each 考区, with the slots in which it has no seat left."""
    full: dict[str, set[int]] = {}
    for option in options:
        for place in option.limited_districts:
            if not place["seats_left"]:
                full.setdefault(str(place["district"]), set()).add(option.offering.slot)
    shown = []
    for district in District.objects.all():
        slots = "、".join(str(slot) for slot in sorted(full.get(district.code, ())))
        note = _("（第%(slots)s场已满）") % {"slots": slots} if slots else ""
        shown.append((district.code, f"{district.name}{note}"))
    return shown


def _errors(problem: Problem | None, chosen: list[str]) -> dict[str, str]:
    """By course code, what the verb said about that entry."""
    found = {}
    for error in problem.errors if problem else []:
        _entries, _dot, place = error.field.partition(".")
        if place.isdigit() and int(place) < len(chosen):
            found[chosen[int(place)]] = str(error.detail)
    return found


def _lines(problem: Problem | None, known: dict[str, queries.Option], chosen: list[str]) -> list[Line]:
    if problem is None:
        return []
    named = _errors(problem, chosen)
    if not named:
        target = "district" if any(error.field == "district" for error in problem.errors) else ""
        return [Line(str(problem.errors[0].detail if problem.errors else problem.detail), target)]
    return [
        Line(f"{known[code].offering.course.name if code in known else code}：{sentence}", f"course-{code}")
        for code, sentence in named.items()
    ]


@private
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的报考, newest session first."""
    actor = actor_of(request, "web")
    rows = list(queries.mine(actor))
    open_sessions = queries.open_sessions(actor.user_id, (row.session.code for row in rows if row.state in LIVE))
    sessions: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = sessions.setdefault(row.session.code, {"session": row.session, "unpaid": {}, "rows": [], "past": []})
        entry = {
            "row": row,
            "state": REGISTRATION.states[row.state],
            "sitting": row.session.slots[row.slot - 1],
            "actions": queries.allowed_actions(row, window_open=row.session.code in open_sessions),
        }
        group["rows" if row.state in LIVE else "past"].append(entry)
        if row.state == "pending" and row.order.effective_state == "pending":
            group["unpaid"].setdefault(row.order_id, {"order": row.order, "rows": []})["rows"].append(row)
    context = {"sessions": sessions.values(), "back": reverse("home:me")}
    return render(request, "home/registration/mine.html", context)


@private
def cancel(request: HttpRequest, registration_id: int) -> HttpResponse:
    """取消报考 of one entry, before payment: GET asks back, POST does it."""
    actor = actor_of(request, "web")
    if request.method != "POST":
        row = queries.one(actor, registration_id)
        if row.session.code not in queries.open_sessions(actor.user_id, [row.session.code]) or row.state != "pending":
            return redirect("home:my-registrations")
        is_last = not queries.visible_to(actor).filter(order=row.order, state="pending").exclude(pk=row.pk).exists()
        context = {"row": row, "is_last": is_last, "back": reverse("home:my-registrations")}
        return render(request, "home/registration/cancel.html", context)
    try:
        row = actions.cancel(registration_id, by=actor)
    except Problem as problem:
        if problem.code == Code.NOT_FOUND:
            raise
        messages.error(request, str(problem.detail))
    else:
        messages.success(request, _("已取消报考“%(course)s”。") % {"course": row.course.name})
    return redirect("home:my-registrations")


class ChangeForm(PortalForm):
    course = forms.ChoiceField(label=gettext_lazy("课程"))
    district = forms.ChoiceField(label=gettext_lazy("考区"))

    def __init__(self, *args: Any, row: Registration, candidate: Candidate, scope: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = _choices(row, candidate, scope)
        self.fields["district"].choices = [(d.code, d.name) for d in District.objects.all()]


def _choices(row: Registration, candidate: Candidate, scope: str) -> list[Any]:
    """The course itself, and those that could take its place; the verb has the last word."""
    same_fee = row.state != "pending"
    found = [(row.course.code, _course(row.course.code, row.course.name, row.slot, row.fee_fen))]
    for option in queries.options(candidate, row.session, None, scope=scope):
        offering = option.offering
        if offering.course.code == row.course.code or (same_fee and offering.fee_fen != row.fee_fen):
            continue
        # Its own slot and place count as free: they are what the swap gives back.
        if option.blocked in (None, "over_limit") or (option.blocked == "clash" and offering.slot == row.slot):
            label = _course(offering.course.code, offering.course.name, offering.slot, offering.fee_fen)
            found.append((offering.course.code, label))
    return found


def _course(code: str, name: str, slot: int, fee_fen: int) -> str:
    facts = {"code": code, "name": name, "slot": slot, "fee": fee_fen // 100}
    return _("%(code)s %(name)s（第%(slot)d场，%(fee)d元）") % facts


@private
def change(request: HttpRequest, registration_id: int) -> HttpResponse:
    """修改课程或者考区."""
    actor = actor_of(request, "web")
    row = queries.one(actor, registration_id)
    if (line := at_the_door(request, writes=request.method == "POST")) is not None:
        return line
    candidate = of(actor)
    initial = {"course": row.course.code, "district": row.district.code}
    scope = queries.OTHER if request.GET.get("scope") == queries.OTHER else queries.OWN
    form = ChangeForm(request.POST or None, initial=initial, row=row, candidate=candidate, scope=scope)
    warning = ""
    if form.is_valid():
        changed = {name: value for name, value in form.cleaned_data.items() if value != initial[name]}
        if changed:
            wished = (form.cleaned_data["course"], form.cleaned_data["district"])
            warning = _unconfirmed(request, queries.warnings(candidate, row.session, [wished], without=row.pk))
        try:
            if changed and not warning:
                actions.change(registration_id, **changed, by=actor)
        except Problem as problem:
            explain(problem, form, **{"entries.0": "course"})
        else:
            if not warning:
                messages.success(request, _("已保存修改。"))
                return redirect("home:my-registrations")
    context = {"row": row, "scope": scope, "scopes": _SCOPES.items(), "back": reverse("home:my-registrations")}
    if warning:
        context |= {"warning": warning, "problems": [Line(warning, "confirmed")]}
    return page(request, "home/registration/change.html", context, form=form)
