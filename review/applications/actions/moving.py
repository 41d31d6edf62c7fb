"""How an application goes from step to step. In the caller's transaction, on the locked row."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from cms.windows.queries import current
from cms.windows.rules import Phase, deadline
from cms.workdays.queries import working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, Problem
from portal.kernel.language import for_the_record
from portal.kernel.messages.actions import say
from portal.kernel.work import wake
from review.applications.models import Application, Event
from review.applications.rules import Remark
from review.offices.models import Office
from review.offices.states import OfficeKind
from review.types.configuration import Step
from review.types.kinds import applicants, kind_of
from review.types.states import Level, StepActor

# What is not told at once: at a step that holds its results back, and by the first of two pairs of eyes, whom the
# second may contradict.
SILENT = ("approve", "reject")


def enter(application: Application, index: int, *, by: Actor) -> None:
    """Go on to the step of that index, past those that have said no before or are not needed; then it is over."""
    steps, kind = application.configuration.steps, kind_of(application.type.kind)
    while index < len(steps) and (
        steps[index].key in application.failed_checks or kind.skips(steps[index], application)
    ):
        index += 1
    if index >= len(steps):
        complete(application, by=by)
        return
    step = steps[index]
    rest(application)
    application.step_index, application.step_label, application.turn = index, step.label, step.actor
    if step.actor == StepActor.OFFICE:
        application.office = office_for(application, step)
        application.origin = application.origin or application.office
        application.due_at = working_days_after(clock.now(), step.working_days)
        until = come_by(application, step)
        if until is not None:
            give_until(application, until)
    elif step.actor == StepActor.CANDIDATE:
        due = give_until(application, confirm_by(application, step))
        tell(application, "application_to_confirm", due=due)
    else:
        # The office that would look next sees it meanwhile, and for good where this settles it.
        ahead = next((later for later in steps[index:] if later.actor == StepActor.OFFICE), None)
        if application.origin is None and ahead is not None:
            application.origin = office_for(application, ahead)
        application.next_ask_at = clock.now()
        wake("applications.ask_due")


def complete(application: Application, *, by: Actor) -> None:
    """The last step has passed: the effect, and the end. The verb that led here writes it down."""
    kind_of(application.type.kind).on_approved(application, by=by)
    application.complete()
    rest(application)
    application.decided_at = clock.now()
    tell(application, "application_approved")


def rest(application: Application) -> None:
    """Nobody's turn: no deadline, nobody has it in hand, no first pair of eyes."""
    application.turn = application.step_label = ""
    application.due_at = application.next_ask_at = None
    application.asked = 0
    application.lapses = False
    application.held_verb = application.held_note = ""
    application.first_approver = application.claimed_by = application.claimed_until = None


def give_until(application: Application, due_at: datetime) -> str:
    """The candidate's time: what is not done by then expires. The deadline in words."""
    application.due_at, application.lapses = due_at, True
    with for_the_record():
        return deadline(due_at)


def office_for(application: Application, step: Step) -> Office:
    """The office that the answers name, else the one of the step's level that looks after the applicant; the province
    where there is none."""
    named = kind_of(application.type.kind).office(step, application)
    own = None if step.level == Level.PROVINCE else applicants.office(application.applicant, step.level)
    code = named or own
    found = Office.objects.filter(code=code).first() if code else None
    found = found or Office.objects.filter(kind=OfficeKind.PROVINCE).order_by("path").first()
    if found is None:
        raise Problem(Code.STATE_CONFLICT, _("尚未设置受理机构，请联系招生考试院。"))
    return found


def come_by(application: Application, step: Step) -> datetime | None:
    """Until when the candidate must have been at the office with the originals: the end of the business's 现场确认."""
    business = application.type.business
    if not (business and step.onsite):
        return None
    window = current(business, phase=Phase.ONSITE, user_id=application.applicant_id)
    return window.ends_at if window is not None and window.ends_at > clock.now() else None


def confirm_by(application: Application, step: Step) -> datetime:
    """Until when the candidate may confirm: the end of the business's 网上确认, else the step's working days."""
    business = application.type.business
    window = current(business, phase=Phase.CONFIRM, user_id=application.applicant_id) if business else None
    if window is not None and window.ends_at > clock.now():
        return window.ends_at
    return working_days_after(clock.now(), step.working_days)


def write(
    application: Application,
    verb: str,
    who: Office | str,
    *,
    by: Actor,
    before: str,
    note: str = "",
    remarks: list[Remark] | None = None,
    at_step: tuple[int, str] | None = None,
    facts: dict[str, Any] | None = None,
) -> Event:
    """Save the row as its next revision, with its line in the story and in the audit log (`facts` there alone)."""
    application.revision += 1
    save(application)
    index, label = at_step or (application.step_index, application.step_label)
    steps = application.configuration.steps
    is_first_of_two = verb == "approve" and application.first_approver_id is not None
    is_silent = verb in SILENT and index < len(steps) and (steps[index].held or is_first_of_two)
    about = [{"target": remark.target, "text": remark.text} for remark in remarks or ()]
    event = Event.objects.create(
        application=application,
        at=clock.now(),
        verb=verb,
        step_label=label,
        step_index=index,
        round=application.round,
        by_id=by.user_id,
        who=str(who),
        office=who if isinstance(who, Office) else None,
        to_state=application.state,
        note=note,
        remarks=about,
        told=not is_silent,
    )
    more: dict[str, Any] = {"step": label, "round": application.round, **(facts or {})}
    record(f"applications.{verb}", application, by=by, from_state=before, to_state=application.state, **more)
    return event


def save(application: Application) -> None:
    """Save the row; a second open application about the same is refused by the database, and the verb with it."""
    try:
        application.save()
    except IntegrityError as error:
        if "application_one_open" not in str(error) and "subject" not in str(error):
            raise
        raise already_open() from error


def already_open(number: str | None = None) -> Problem:
    """There is one already, and it is not over."""
    refusal = Problem(Code.STATE_CONFLICT, _("您已有一件同样的申请正在办理。"))
    if number:
        refusal.extra["number"] = number
    return refusal


def tell(application: Application, template: str, *, event: str = "", **values: str) -> None:
    """Tell the applicant; each fact of each round once."""
    name = event or f"{template}:{application.pk}:{application.round}:{application.revision}"
    facts = {"title": application.configuration.title, "number": application.number, **values}
    say(name, template, facts, to=application.applicant, link=f"/business/applications/{application.number}/")
