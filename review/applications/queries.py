"""Whose applications, which of them, in what order. Every door at the desk and over the API goes through here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem
from portal.kernel.text import clean, has_personal_number
from portal.kernel.users.models import User
from review.applications.models import Application, Event
from review.applications.rules import Difference, differences
from review.applications.states import HELD, MAY_DECIDE, MAY_SEE, OPEN
from review.materials.models import Material
from review.offices.models import Office
from review.types import queries as types
from review.types.configuration import Configuration
from review.types.kinds import applicants, kind_of
from review.types.rules import shown, with_former
from review.types.states import StepActor


# -- the candidate's own ----------------------------------------------------------------------------------------------
def mine(actor: Actor) -> "QuerySet[Application]":
    """The actor's own applications, newest first."""
    return Application.objects.filter(applicant_id=actor.user_id).select_related("type").order_by("-pk")


def waiting_for_applicant(actor: Actor) -> "QuerySet[Application]":
    """The actor's own applications that go on only when they do something: sent back, or to be confirmed."""
    return mine(actor).filter(Q(state="returned") | Q(turn=StepActor.CANDIDATE))


def own(actor: Actor, number: str) -> Application:
    """One of them with its applicant; `not_found` for anybody else's."""
    found = mine(actor).select_related("type", "applicant", "office").filter(number=number).first()
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这件申请。"))
    return found


def own_for_update(actor: Actor, number: str) -> Application:
    """The same, locked until the transaction ends."""
    return _locked(Application.objects.filter(applicant_id=actor.user_id), number=number)


def open_of(user: User, type_id: int) -> Application | None:
    """The newest application of this type that is not over."""
    return Application.objects.filter(applicant=user, type_id=type_id, state__in=OPEN).order_by("-pk").first()


def open_titles(user: User, kinds: Sequence[str] = ()) -> list[str]:
    """What of this person's applications is not over, drafts aside, by title; of some `kinds`, or all."""
    rows = Application.objects.filter(applicant=user, state__in=OPEN).exclude(state="draft")
    rows = rows.filter(type__kind__in=kinds) if kinds else rows
    return list(rows.values_list("type__title", flat=True))


def confirming_for_update(user_id: int, business: str) -> "QuerySet[Application]":
    """What of this person waits for their word on a business, locked."""
    rows = Application.objects.select_for_update(of=("self",), no_key=True).select_related("type")
    return rows.filter(applicant=user_id, type__business=business, turn="candidate").order_by("pk")


# -- the desk's -------------------------------------------------------------------------------------------------------
def visible_to(actor: Actor, *roles: str) -> "QuerySet[Application]":
    """What staff see for the offices where they hold one of `roles` (MAY_SEE where none is named): what is or was
    first dealt with there or below. Nobody sees drafts, and other offices' applications do not exist."""
    rows = Application.objects.exclude(state="draft")
    offices = _offices(actor, *(roles or MAY_SEE))
    return rows.none() if offices is None else rows.filter(Q(office__in=offices) | Q(origin__in=offices))


def _offices(actor: Actor, *roles: str) -> "QuerySet[Office] | None":
    """The keys of the offices for which the actor holds one of `roles`, and of those below; None for none. Asked within
    the question about applications, which are then read by their own indexes alone, in their order."""
    where = Q()
    for path in actor.offices_as(*roles):
        where |= Q(path__startswith=path)
    return Office.objects.filter(where).order_by().values("pk") if where else None


def listed(actor: Actor) -> "QuerySet[Application]":
    """The desk's list: what is late first, then what is due soonest. Without what only a case's own page shows."""
    rows = visible_to(actor).select_related("type", "applicant", "office", "claimed_by")
    rows = rows.defer(
        *("frozen", "sealed_answers", "remarks", "verdicts"),
        *(f"type__{part}" for part in ("introduction", "questions", "materials", "steps", "consents")),
    )
    return rows.order_by(F("due_at").asc(nulls_last=True), "pk")


def found(actor: Actor, text: str) -> "QuerySet[Application]":
    """Of these the one with that number, and all of whoever is looked for by a number of theirs or by name."""
    wanted = clean(text)
    if not wanted:
        return listed(actor).none()
    return listed(actor).filter(Q(number=wanted) | Q(applicant__in=applicants.found(wanted)))


def to_decide(actor: Actor) -> "QuerySet[Application]":
    """What waits for a decision of the actor's at an office where they hold the role themselves: for first reviewers
    what nobody has approved, for second reviewers what somebody else has. What waits at offices below is in the list,
    and is theirs only where they open it."""
    firsts, seconds = (list(actor.offices_as(role)) for role in MAY_DECIDE)
    rows = Application.objects.filter(turn=StepActor.OFFICE, office__path__in={*firsts, *seconds})
    first = Q(first_approver=None, office__path__in=firsts)
    second = Q(first_approver__isnull=False, office__path__in=seconds)
    return rows.filter(first | second).exclude(first_approver=actor.user_id)


def to_release(actor: Actor) -> "QuerySet[Application]":
    """What is decided and held back by an office where the actor decides themselves."""
    return Application.objects.filter(turn=HELD, office__path__in=actor.offices_as(*MAY_DECIDE))


def one(actor: Actor, application_id: int) -> Application:
    """One that the actor may see; `not_found` for all others."""
    rows = visible_to(actor).select_related("type", "applicant", "office", "origin", "claimed_by", "first_approver")
    found = rows.filter(pk=application_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND, _("没有这件申请。"))
    return found


def decidable_for_update(actor: Actor, application_id: int) -> Application:
    """One that the actor's office decides about, locked: `not_found` where they may not see it, `permission_denied`
    where they only may see it."""
    found = _locked(visible_to(actor), pk=application_id)
    if not _decides_for(actor, found.office):
        raise Problem(Code.PERMISSION_DENIED, _("这件申请不由您所在的机构审核。"))
    return found


def _decides_for(actor: Actor, office: Office | None) -> bool:
    return office is not None and office.path.startswith(tuple(actor.offices_as(*MAY_DECIDE)))


def next_free_ids(actor: Actor, type_slug: str) -> "QuerySet[Application]":
    """What nobody has in hand, the most urgent first."""
    now = clock.now()
    rows = to_decide(actor).filter(Q(claimed_until=None) | Q(claimed_until__lte=now))
    return (rows.filter(type__slug=type_slug) if type_slug else rows).order_by("due_at", "pk")


def in_hand(actor: Actor) -> "QuerySet[Application]":
    """What the actor has in hand now, also of an office below."""
    held = Application.objects.filter(claimed_by=actor.user_id, claimed_until__gt=clock.now(), turn=StepActor.OFFICE)
    offices = _offices(actor, *MAY_DECIDE)
    return held.none() if offices is None else held.filter(office__in=offices).order_by("due_at", "pk")


def waiting(actor: Actor) -> dict[str, Any]:
    """What waits for the actor's decision, with one query: `count`, `oldest` submission, `overdue`, and what they have
    in hand (`mine`)."""
    now = clock.now()
    return to_decide(actor).aggregate(
        count=Count("pk"),
        oldest=Min("submitted_at"),
        overdue=Count("pk", filter=Q(due_at__lte=now)),
        mine=Count("pk", filter=Q(claimed_by=actor.user_id, claimed_until__gt=now)),
    )


def paper(actor: Actor, application_id: int, material_id: int) -> Material:
    """A paper of an application that the actor may see; `not_found` for others."""
    one(actor, application_id)
    found = Material.objects.select_related("file").filter(application_id=application_id, pk=material_id).first()
    if found is None:
        raise Problem(Code.NOT_FOUND)
    return found


# -- both -------------------------------------------------------------------------------------------------------------
def for_update(application_id: int) -> Application:
    """For jobs: the application, locked until the transaction ends."""
    return _locked(Application.objects.all(), pk=application_id)


def _locked(rows: "QuerySet[Application]", **which: Any) -> Application:
    # Whose they are is asked on the locked row, in a statement of its own: one that waits for a lock sees what it joins
    # as that was before the wait.
    locked = Application.objects.select_for_update(of=("self",), no_key=True).filter(**which).only("pk").first()
    row = locked and rows.select_related("type", "applicant", "office", "origin").filter(pk=locked.pk).first()
    if row is None:
        raise Problem(Code.NOT_FOUND, _("没有这件申请。"))
    return row


def editable(application: Application) -> Configuration:
    """What of its form its applicant may fill in."""
    locked = kind_of(application.type.kind).locked
    configuration = application.configuration
    return replace(configuration, questions=tuple(q for q in configuration.questions if q.key not in locked))


def options(application: Application) -> dict[str, list[tuple[str, str]]]:
    """What may be chosen in its form; once it was handed in, also what was chosen then: whether that still holds is its
    kind's to say."""
    configuration = application.configuration
    found = types.options(configuration, application.type.kind, application.applicant)
    return with_former(configuration, found) if application.frozen else found


def reusable(actor: Actor, application: Application) -> list[Material]:
    """Papers that its applicant has given before, in other applications; each file once, newest first."""
    held = set(application.papers.values_list("file_id", flat=True))
    rows = Material.objects.filter(application__applicant_id=actor.user_id).exclude(application=application)
    found: dict[Any, Material] = {}
    for row in rows.select_related("file", "application__type").order_by("-pk")[:60]:
        if row.file_id not in held:
            found.setdefault(row.file_id, row)
    return list(found.values())[:20]


def changed(application: Application) -> list[Difference]:
    """What the last submission has changed; empty for a first one."""
    rows = list(application.submissions.filter(round__gte=application.round - 1).order_by("round"))
    if len(rows) < 2:
        return []
    before, now = ((row.answers, row.files) for row in rows[-2:])
    return differences(application.configuration, before, now, options(application))


def whole_numbers(application: Application) -> list[str]:
    """The questions whose answers, now or in the round before, show an ID or mobile number whole."""
    configuration, documents = application.configuration, kind_of(application.type.kind).numbers
    handed_in = [row.answers for row in application.submissions.filter(round__gte=application.round - 1)]
    told = [application.answers, *handed_in]
    return [
        question.key
        for question in configuration.questions
        if any(
            question.key in documents or has_personal_number(shown(question, answers, {}))
            for answers in told
            if answers.get(question.key)
        )
    ]


@dataclass(frozen=True)
class Station:
    """One step on the way, as both sides read it. `state`: done, failed (a system step's no), current, problem or
    upcoming."""

    label: str
    state: str
    who: str
    due_at: datetime | None = None


def stations(application: Application) -> list[Station]:
    """The way of an application: each step that it needs, and where it stands."""
    found, kind = [], kind_of(application.type.kind)
    passed = application.state == "approved"
    for index, step in enumerate(application.configuration.steps):
        if kind.skips(step, application) or (passed and index > application.step_index):
            continue
        state = "upcoming"
        if passed or (application.round and index < application.step_index):
            state = "failed" if step.key in application.failed_checks else "done"
        elif application.round and index == application.step_index and application.state != "draft":
            state = "current" if application.turn else "problem"
        who = ""
        if state == "current" and step.actor == StepActor.CANDIDATE:
            who = _("考生本人")
        elif state == "current" and application.office:
            who = application.office.name
        found.append(Station(step.label, state, who, application.due_at if state == "current" else None))
    return found


def was_confirmed(application: Application) -> bool:
    """Whether its applicant has ever said that it is right."""
    return application.events.filter(verb="confirm").exists()


def confirmed_among(application_ids: "QuerySet[Any]") -> int:
    """How many of these their applicants have said to be right."""
    told = Event.objects.filter(application__in=application_ids, verb="confirm")
    return told.values("application").distinct().count()


def due_to_expire() -> "QuerySet[Application]":
    """Applications whose candidate has let the time go by."""
    rows = Application.objects.filter(lapses=True, due_at__lte=clock.now())
    return rows.order_by("due_at", "pk")


def due_soon() -> "QuerySet[Application]":
    """Applications whose candidate has little time left."""
    from_now = clock.now()
    rows = Application.objects.filter(lapses=True, due_at__gt=from_now).exclude(state="draft")
    return rows.select_related("type", "applicant").order_by("due_at", "pk")


def to_ask() -> list[int]:
    """Applications at a system step whose time to ask has come."""
    rows = Application.objects.filter(turn="system", next_ask_at__lte=clock.now())
    return list(rows.order_by("next_ask_at").values_list("pk", flat=True)[:100])
