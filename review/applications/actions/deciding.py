"""The reviewers' verbs: pass, return, reject, hand to another office. On the locked row, by the office's own people."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cms.windows.rules import deadline
from cms.workdays.queries import working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.language import for_the_record
from portal.kernel.messages.queries import worded
from portal.kernel.states import Who
from portal.kernel.text import has_personal_number
from review.applications import queries
from review.applications.actions.moving import enter, give_until, rest, tell, write
from review.applications.models import Application
from review.applications.rules import Foretold, Remark, Verdict
from review.applications.states import APPLICATION, HELD, check
from review.offices.models import Office
from review.offices.states import Role
from review.types.configuration import Step
from review.types.kinds import kind_of
from review.types.rules import shown_rows

MOST_REMARKS = 20
LONGEST = 500


@transaction.atomic
def approve(
    application_id: int,
    revision: int,
    note: str = "",
    outcome: str = "",
    verdicts: Sequence[Verdict] = (),
    value: str = "",
    *,
    by: Actor,
) -> Application:
    """通过 at an office's step. A step of two pairs of eyes then waits for another person, who holds 复核; one that is
    held back waits for `release`. Where rows are decided one by one, `verdicts` has one for each, in their order;
    `value` stands beside an outcome whose kind asks for one, and the second person must find the same.

    Raises Problem: `not_found`, `permission_denied` (another office decides, or the same person twice),
    `state_conflict` where it has moved on, changed since `revision`, or is in somebody else's hands,
    `validation_failed` without one of the step's outcomes where it has some, for verdicts that do not fit, and where
    its kind wants something done first.
    """
    application = _locked(application_id, revision, "approve", by)
    step, before = application.step, application.state
    assert step is not None  # noqa: S101 -- `check` has said that an office's step is on
    at_step, office = (application.step_index, step.label), _office(application)
    _without_numbers("note", note)
    if errors := kind_of(application.type.kind).hinders(step, application):
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    if step.outcomes:
        note = "：".join(filter(None, [_find(application, step, outcome, value), note]))
    if step.lines:
        note = "；".join(filter(None, [_judge_rows(application, step, verdicts), note]))
    if step.eyes > 1 and application.first_approver_id is None:
        application.first_approver_id = by.user_id
        application.claimed_by = application.claimed_until = None
    else:
        if step.eyes > 1:
            _require_second(application, by)
        if step.held:
            _hold(application, "approve", note)
        else:
            enter(application, application.step_index + 1, by=by)
    try:
        write(application, "approve", office, by=by, before=before, note=note[:LONGEST], at_step=at_step)
    except IntegrityError as error:
        if "event" not in str(error):
            raise
        raise _not_the_same_person() from error
    return application


@transaction.atomic
def return_(
    application_id: int, revision: int, remarks: Sequence[Remark], days: int | None = None, *, by: Actor
) -> Application:
    """退回修改, with at least one remark; each points to a question or a paper, or to the whole. `days` are working
    days to correct it in (the type's own where none are named). Raises as `approve`, and `validation_failed`."""
    application = _locked(application_id, revision, "return_", by)
    _judge(application, remarks, days)
    before, at_step, office = application.state, (application.step_index, application.step_label), _office(application)
    step = application.step
    application.return_()
    rest(application)
    due = give_until(application, _correct_by(application, days))
    application.remarks = [{"target": remark.target, "text": remark.text} for remark in remarks]
    canned = _canned(application, step, *(remark.text for remark in remarks))
    write(application, "return_", office, by=by, before=before, remarks=list(remarks), at_step=at_step, facts=canned)
    tell(application, "application_returned", due=due)
    return application


@transaction.atomic
def reject(application_id: int, revision: int, note: str, *, by: Actor) -> Application:
    """不予通过, for good; the candidate reads `note`. Raises as `approve`, and `validation_failed` without a note."""
    application = _locked(application_id, revision, "reject", by)
    _judge_note(note)
    before, at_step, office = application.state, (application.step_index, application.step_label), _office(application)
    step = application.step
    assert step is not None  # noqa: S101 -- `check` has said that an office's step is on
    if step.held:
        _hold(application, "reject", note)
    else:
        _end_rejected(application)
    canned = _canned(application, step, note)
    write(application, "reject", office, by=by, before=before, note=note[:LONGEST], at_step=at_step, facts=canned)
    if application.state == "rejected":
        tell(application, "application_rejected")
    return application


@transaction.atomic
def foretell_return(
    application_id: int, revision: int, remarks: Sequence[Remark], days: int | None = None, *, by: Actor
) -> Foretold:
    """What the candidate would read if it were returned so; nothing is changed. Raises as `return_`."""
    application = _locked(application_id, revision, "return_", by)
    _judge(application, remarks, days)
    with for_the_record():
        due = deadline(_correct_by(application, days))
    label = application.configuration.label
    told = [(label(remark.target), remark.text) for remark in remarks]
    return Foretold(str(APPLICATION.states["returned"].label), _message(application, "application_returned", due), told)


@transaction.atomic
def foretell_reject(application_id: int, revision: int, note: str, *, by: Actor) -> Foretold:
    """What the candidate would read if it were rejected so; nothing is changed. Raises as `reject`."""
    application = _locked(application_id, revision, "reject", by)
    _judge_note(note)
    told = [("", note[:LONGEST])]
    return Foretold(str(APPLICATION.states["rejected"].label), _message(application, "application_rejected"), told)


@transaction.atomic
def release(application_id: int, *, by: Actor) -> Application:
    """公布结果 of what was decided and held back: now it takes effect, and the candidate reads it.

    Raises Problem: `not_found`, `permission_denied`, `state_conflict` where nothing is held back.
    """
    application = queries.decidable_for_update(by, application_id)
    check(application.state, application.turn, "release", Who.STAFF)
    before, at_step, office = application.state, (application.step_index, application.step_label), _office(application)
    note = application.held_note
    if application.held_verb == "approve":
        enter(application, application.step_index + 1, by=by)
    else:
        _end_rejected(application)
        tell(application, "application_rejected")
    write(application, "release", office, by=by, before=before, note=note, at_step=at_step)
    return application


@transaction.atomic
def ask(application_id: int, revision: int, office_code: str, note: str, *, by: Actor) -> Application:
    """转交其他机构: another office decides this step; both see it. Raises as `approve`, and `validation_failed`."""
    application = _locked(application_id, revision, "ask", by)
    office = Office.objects.filter(code=office_code).first()
    if office is None or office == application.office:
        raise invalid("office", "invalid", _("请选择另一个机构。"))
    if not note.strip():
        raise invalid("note", "required", _("请写明转交的理由。"))
    _without_numbers("note", note)
    before, from_office = application.state, _office(application)
    application.office = office
    application.first_approver = application.claimed_by = application.claimed_until = None
    write(application, "ask", from_office, by=by, before=before, note=f"{office.name}：{note}"[:LONGEST])
    tell(application, "application_moved", office=office.name)
    return application


def _find(application: Application, step: Step, outcome: str, value: str) -> str:
    """Keep the outcome; what it says, in words. The second person must find the same as the first."""
    if outcome not in dict(step.outcomes):
        raise invalid("outcome", "required", _("请选择结果。"))
    found = (outcome, value.strip()[:40])
    if application.first_approver_id and found != (application.outcome, application.outcome_value):
        raise Problem(Code.STATE_CONFLICT, _("与初审登记的结果不一致，请核对；确需更改的，退回后重新办理。"))
    application.outcome, application.outcome_value = found
    if errors := kind_of(application.type.kind).judge(application):
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    return " ".join(filter(None, [dict(step.outcomes)[outcome], application.outcome_value]))


def _hold(application: Application, verb: str, note: str) -> None:
    application.turn, application.held_verb, application.held_note = HELD, verb, note[:LONGEST]
    application.claimed_by = application.claimed_until = application.due_at = None
    application.lapses = False


def _end_rejected(application: Application) -> None:
    application.reject()
    rest(application)
    application.verdicts = []
    application.decided_at = clock.now()


def _judge_rows(application: Application, step: Step, verdicts: Sequence[Verdict]) -> str:
    """Keep the verdicts; what they say, in words."""
    question = application.configuration.question(step.lines)
    assert question is not None  # noqa: S101 -- a type that names none cannot be saved
    rows = shown_rows(question, application.answers, queries.options(application))
    if len(verdicts) != len(rows):
        raise invalid("verdicts", "required", _("请逐行给出审核结果。"))
    if any(not verdict.passed and not verdict.note.strip() for verdict in verdicts):
        raise invalid("verdicts", "required", _("不予通过的行请写明理由。"))
    for verdict in verdicts:
        _without_numbers("verdicts", verdict.note)
    if not any(verdict.passed for verdict in verdicts):
        raise invalid("verdicts", "none_passed", _("没有一行通过，请选择“不予通过”。"))
    application.verdicts = [[verdict.passed, verdict.note.strip()[:100]] for verdict in verdicts]
    refused = [(number, v.note.strip()) for number, v in enumerate(verdicts, 1) if not v.passed]
    if not refused:
        return _("全部通过")
    words = [_("第%(number)d行不予通过（%(why)s）") % {"number": n, "why": why} for n, why in refused]
    return "；".join([*words, _("其余通过")])


def _locked(application_id: int, revision: int, verb: str, by: Actor) -> Application:
    application = queries.decidable_for_update(by, application_id)
    check(application.state, application.turn, verb, Who.STAFF)
    if application.is_claimed_by_another(by.user_id, clock.now()):
        raise Problem(Code.STATE_CONFLICT, _("这件申请正由其他工作人员审核。"))
    if application.revision != revision:
        sentence = _("这件申请在您打开之后有变动，请重新查看后再决定。")
        raise Problem(Code.STATE_CONFLICT, sentence, revision=application.revision)
    return application


def _correct_by(application: Application, days: int | None) -> datetime:
    return working_days_after(clock.now(), days or application.configuration.correction_days)


def _message(application: Application, template: str, due: str = "") -> str:
    facts = {"title": application.configuration.title, "number": application.number, "due": due}
    return worded(template).text.format(**facts)


def _canned(application: Application, step: Step | None, *words: str) -> dict[str, int]:
    """For the log: of which version of the type the canned reasons are that were given."""
    used = step is not None and any(reason in text for reason in step.reasons for text in words)
    return {"canned_of_version": application.configuration.version} if used else {}


def _judge_note(note: str) -> None:
    if not note.strip():
        raise invalid("note", "required", _("请填写不予通过的理由。"))
    _without_numbers("note", note)


def _judge(application: Application, remarks: Sequence[Remark], days: int | None) -> None:
    configuration = application.configuration
    if not 1 <= len(remarks) <= MOST_REMARKS:
        raise invalid("remarks", "required", _("请至少写明一条退回意见。"))
    for remark in remarks:
        if not remark.text.strip() or len(remark.text) > LONGEST:
            raise invalid("remarks", "invalid", _("退回意见为1至500个字。"))
        if remark.target and not configuration.label(remark.target):
            raise invalid("remarks", "invalid", _("退回意见指向的项目不存在。"))
        _without_numbers("remarks", remark.text)
    if days is not None and not 1 <= days <= 120:
        raise invalid("days", "invalid", _("修改时限为1至120个工作日。"))


def _without_numbers(field: str, words: str) -> None:
    """What is said stays readable for good: whose number is meant stands in the application itself."""
    if has_personal_number(words):
        raise invalid(field, "personal", _("请勿填写完整的证件号码或手机号码，意见会长期保留。"))


def _require_second(application: Application, by: Actor) -> None:
    path = _office(application).path
    if application.first_approver_id == by.user_id:
        raise _not_the_same_person()
    if not path.startswith(tuple(by.offices_as(Role.SECOND_REVIEWER))):
        raise Problem(Code.PERMISSION_DENIED, _("这一步须由复核人员复核。"))


def _not_the_same_person() -> Problem:
    return Problem(Code.PERMISSION_DENIED, _("这一步须由另一位工作人员复核。"))


def _office(application: Application) -> Office:
    assert application.office is not None  # noqa: S101 -- `check` has said that an office's step is on
    return application.office
