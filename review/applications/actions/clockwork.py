"""What happens by itself: deadlines end, reminders go out, system steps are asked until they answer."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from cms.windows.models import BusinessWindow
from cms.windows.rules import Phase, deadline
from cms.workdays.queries import working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Problem
from portal.kernel.states import Who
from review.applications import queries, rules
from review.applications.actions.moving import enter, give_until, rest, save, tell, write
from review.applications.models import Application
from review.applications.rules import Remark
from review.applications.states import check
from review.types.kinds import Unavailable, kind_of

log = structlog.get_logger("portal.applications")
SYSTEM = "系统"


def expire_due(*, by: Actor) -> int:
    """Close what its candidate has let go by; how many. Each in a transaction of its own."""
    ids = list(queries.due_to_expire().values_list("pk", flat=True)[:500])
    return sum(_expire(application_id, by) for application_id in ids)


@transaction.atomic
def _expire(application_id: int, by: Actor) -> int:
    application = queries.for_update(application_id)
    if not application.has_lapsed:
        return 0
    check(application.state, application.turn, "expire", Who.SYSTEM)
    before, step = application.state, (application.step_index, application.step_label)
    application.expire()
    rest(application)
    application.decided_at = clock.now()
    write(application, "expire", SYSTEM, by=by, before=before, at_step=step)
    if before != "draft":
        tell(application, "application_expired")
    return 1


def follow_extension(window: BusinessWindow, user_id: int, before: datetime, until: datetime) -> None:
    """The time to confirm of one person was extended, or ended: what waits for their word until `before` waits until
    then, and nothing is due earlier than the window allows.

    In the transaction of the extension.
    """
    if window.phase != Phase.CONFIRM:
        return
    for application in queries.confirming_for_update(user_id, window.business):
        if application.due_at is not None and (application.due_at == before or application.due_at < until):
            application.due_at = until
            application.revision += 1
            save(application)


def remind_due(*, by: Actor) -> None:
    """Tell candidates whose time runs out; each reminder of each deadline once, however often this runs."""
    longest = max(rules.REMINDERS.values())
    for application in queries.due_soon().filter(due_at__lte=clock.now() + longest)[:1000]:
        assert application.due_at is not None  # noqa: S101 -- found by it
        name = rules.reminder(application.due_at, clock.now())
        if name is not None:
            with transaction.atomic():
                event = f"applications.due:{application.pk}:{application.due_at:%Y%m%d%H%M}:{name}"
                tell(application, "application_due", event=event, due=deadline(application.due_at))


def ask_due(*, by: Actor) -> int:
    """Ask what system steps wait for; how many were asked. Nobody is asked twice at once, no lock is held meanwhile."""
    asked = 0
    for application_id in queries.to_ask():
        asked += ask_now(application_id, by=by)
    return asked


def ask_now(application_id: int, *, by: Actor) -> int:
    """Ask one of them, if it is due. Call it outside a transaction."""
    application = _take(application_id)
    if application is None:
        return 0
    step = application.step
    assert step is not None  # noqa: S101 -- `_take` has seen that a system step is on
    try:
        passed = kind_of(application.type.kind).ask(step, application)
    except Unavailable as error:
        log.warning("applications.unavailable", application=application.pk, step=step.key, why=str(error))
        return 1
    _answer(application.pk, application.revision, passed, by=by)
    return 1


@transaction.atomic(durable=True)
def _take(application_id: int) -> Application | None:
    application = queries.for_update(application_id)
    now = clock.now()
    if application.turn != "system" or application.next_ask_at is None or application.next_ask_at > now:
        return None
    application.asked += 1
    application.next_ask_at = now + rules.retry_after(application.asked)
    application.save(update_fields=["asked", "next_ask_at"])
    return application


@transaction.atomic(durable=True)
def _answer(application_id: int, revision: int, passed: bool, *, by: Actor) -> None:
    application = queries.for_update(application_id)
    if application.turn != "system" or application.revision != revision:
        return  # taken back, or answered beside us
    step, before = application.step, application.state
    assert step is not None  # noqa: S101 -- a system step is on
    at_step = (application.step_index, step.label)
    if passed:
        try:
            with transaction.atomic():
                last = len(application.configuration.steps)
                enter(application, last if step.ends_if_passed else application.step_index + 1, by=by)
        except Problem as problem:
            # What it was for cannot be had at once: people decide.
            log.warning("applications.no_effect", application=application.pk, code=problem.code.value)
            application = queries.for_update(application_id)
            enter(application, application.step_index + 1, by=by)
        write(application, "check_passed", SYSTEM, by=by, before=before, at_step=at_step)
        return
    check(application.state, application.turn, "send_back", Who.SYSTEM)
    application.send_back()
    rest(application)
    application.failed_checks = [*application.failed_checks, step.key]
    due = give_until(application, working_days_after(clock.now(), application.configuration.correction_days))
    remark = Remark("", _("%(step)s未通过，请上传证明材料后重新提交，由工作人员审核。") % {"step": step.label})
    application.remarks = [{"target": "", "text": remark.text}]
    write(application, "send_back", SYSTEM, by=by, before=before, remarks=[remark], at_step=at_step)
    tell(application, "application_returned", due=due)
