"""The candidate's verbs: begin, write, hand in, take back, confirm or dispute."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cms.windows.rules import deadline
from cms.workdays.queries import working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.language import for_the_record
from portal.kernel.states import Who
from portal.kernel.users.models import User
from review.applications import queries
from review.applications.actions.moving import already_open, enter, give_until, rest, save, tell, write
from review.applications.models import Agreement, Application, Submission
from review.applications.rules import DRAFT_LIFE, Remark
from review.applications.states import OPEN, check
from review.types import queries as types
from review.types import rules
from review.types.configuration import Answers
from review.types.kinds import kind_of

ONESELF = "考生本人"
SYSTEM = "系统"


@transaction.atomic
def start(slug: str, data: Answers, *, by: Actor) -> Application:
    """Begin a draft of a type, with what is known already and `data`.

    Raises Problem: `permission_denied` for who is no candidate, `not_found`, `window_closed`, `validation_failed` for
    who cannot apply and for answers that fit no question, `state_conflict` with the `number` of a draft that is there.
    """
    user = _candidate(by)
    type_ = types.one(slug)
    types.require_opening(type_, user.pk)
    if found := types.obstacles(type_, user):
        errors = [FieldError("type", "not_eligible", sentence) for sentence in found]
        raise Problem(Code.VALIDATION_FAILED, found[0], errors=errors)
    there = queries.open_of(user, type_.pk)
    if there is not None and (there.state == "draft" or not type_.subject):
        raise already_open(there.number)
    application = Application(type=type_, applicant=user, created_at=clock.now())
    give_until(application, clock.now() + DRAFT_LIFE)
    application.answers = _read(application, kind_of(type_.kind).initial(user) | data)
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError as error:
        raise already_open() from error
    application.number = f"{clock.today():%y%m%d}{application.pk:06d}"
    application.save(update_fields=["number"])
    record("applications.start", application, by=by, to_state=application.state, type=slug)
    return application


@transaction.atomic
def save_draft(number: str, data: Answers, *, by: Actor) -> Application:
    """Change the answers that `data` names, in draft or after a return; None or empty takes an answer away.

    Raises Problem: `not_found`, `state_conflict`, `validation_failed`.
    """
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "save", Who.CANDIDATE)
    _in_time(application)
    if locked := kind_of(application.type.kind).locked & data.keys():
        errors = [FieldError(f"data.{key}", "locked", _("此项不能修改。")) for key in sorted(locked)]
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    answers = _read(application, application.answers | data)
    if answers != application.answers:
        application.answers = answers
        application.revision += 1
        if application.state == "draft":
            give_until(application, clock.now() + DRAFT_LIFE)
        save(application)
        record("applications.save", application, by=by, fields=sorted(data))
    return application


@transaction.atomic
def consent(number: str, key: str, version: str, *, by: Actor) -> Application:
    """Agree to one version of a text. Raises Problem: `not_found`, `state_conflict`, `validation_failed` where it is
    not the version in force."""
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "consent", Who.CANDIDATE)
    text = application.configuration.consent(key)
    if text is None:
        raise invalid("key", "invalid", _("没有这份同意书。"))
    if text.version != version:
        raise invalid("version", "outdated", _("同意书已更新，请阅读最新版本。"))
    made = Agreement.objects.get_or_create(
        application=application, key=key, version=version, defaults={"at": clock.now()}
    )[1]
    if made:
        record("applications.consent", application, by=by, key=key, version=version)
    return application


@transaction.atomic
def submit(number: str, *, by: Actor) -> Application:
    """Hand in what is complete. The configuration is frozen at the first time; after a return it goes back to whoever
    returned it.

    Raises Problem: `not_found`, `proof_required`, `state_conflict` (also where the time to correct is over, or the same
    is being dealt with already), `window_closed`, `validation_failed` naming each field, paper and consent it lacks.
    """
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "submit", Who.CANDIDATE)
    _in_time(application)
    if application.round == 0:
        types.require_opening(application.type, application.applicant_id)
        if not application.type.is_published:
            raise Problem(Code.WINDOW_CLOSED, _("这项业务已停止受理。"), opens_at=None, closes_at=None)
        if found := types.obstacles(application.type, application.applicant):
            raise Problem(
                Code.VALIDATION_FAILED, found[0], errors=[FieldError("type", "not_eligible", s) for s in found]
            )
    kind_of(application.type.kind).authorise(by=by)
    configuration = application.configuration
    answers = rules.asked(configuration.questions, _read(application, application.answers))
    application.answers = answers
    if errors := problems_of(application):
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    before, now = application.state, clock.now()
    _freeze(application, answers, now)
    enter(application, application.step_index, by=by)
    write(application, "submit", ONESELF, by=by, before=before, at_step=(application.step_index, ""))
    if application.state == "submitted":
        tell(application, "application_submitted", step=application.step_label)
    return application


@transaction.atomic
def arrive(slug: str, applicant: User, data: Answers, *, by: Actor) -> Application:
    """An application that nobody has written: it arrives complete, from the office or another province, and goes to its
    first step. Not for candidates.

    Raises Problem: `permission_denied`, `not_found`, `validation_failed`, `state_conflict` where one is open already.
    """
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    type_ = types.one(slug)
    there = queries.open_of(applicant, type_.pk)
    if there is not None:
        raise already_open(there.number)
    now = clock.now()
    application = Application(type=type_, applicant=applicant, created_at=now)
    application.answers = _read(application, data)
    save(application)
    application.number = f"{clock.today():%y%m%d}{application.pk:06d}"
    _freeze(application, application.answers, now)
    enter(application, 0, by=by)
    write(application, "arrive", SYSTEM, by=by, before="draft", at_step=(0, ""))
    return application


@transaction.atomic
def recall(application_id: int, note: str, *, by: Actor) -> Application:
    """Take back what has arrived by mistake, before its applicant has confirmed it; they read `note`. What is over
    already stays as it ended. Not for candidates; who may is the caller's to say.

    Raises Problem: `permission_denied`, `not_found`, `state_conflict` once it was confirmed.
    """
    if by.is_candidate or not (by.is_system or by.roles):
        raise Problem(Code.PERMISSION_DENIED)
    application = queries.for_update(application_id)
    if queries.was_confirmed(application):
        raise Problem(Code.STATE_CONFLICT, _("考生已经确认，不能撤回。"))
    if application.state not in OPEN:
        return application
    check(application.state, application.turn, "recall", Who.SYSTEM)
    before, step = application.state, (application.step_index, application.step_label)
    application.recall()
    rest(application)
    application.decided_at = clock.now()
    write(application, "recall", SYSTEM, by=by, before=before, note=note, at_step=step)
    tell(application, "application_recalled")
    return application


def _freeze(application: Application, answers: Answers, now: datetime) -> None:
    """From now on it goes by this configuration. The story begins here, whatever the first step makes of it."""
    configuration = application.configuration
    application.frozen = rules.with_chosen(configuration, answers, queries.options(application)).as_json()
    application.subject = str(answers.get(configuration.subject, ""))[:120] if configuration.subject else ""
    application.round += 1
    application.submitted_at = now
    application.remarks, application.verdicts = [], []
    application.submit()
    Submission.objects.create(
        application=application,
        round=application.round,
        sealed_answers=application.sealed_answers,
        files=[list(pair) for pair in application.papers.values_list("key", "file__sha256")],
        at=now,
    )


def problems_of(application: Application) -> list[FieldError]:
    """What is missing or wrong before it can be handed in: answers, what its kind says, papers, consents."""
    configuration = application.configuration
    errors = rules.missing(configuration.questions, application.answers)
    if not errors:
        errors = kind_of(application.type.kind).check(application)
    held = list(application.papers.values_list("key", flat=True))
    for rule in configuration.materials:
        if held.count(rule.key) < application.least(rule):
            words = {"label": rule.label, "least": application.least(rule)}
            sentence = _("请上传%(label)s（至少%(least)d份）。") % words
            errors.append(FieldError(f"materials.{rule.key}", "required", sentence))
    given = set(application.agreements.values_list("key", "version"))
    errors += [
        FieldError(f"consents.{text.key}", "required", _("请阅读并同意“%(title)s”。") % {"title": text.text[:20]})
        for text in configuration.consents
        if (text.key, text.version) not in given
    ]
    return errors


@transaction.atomic
def withdraw(number: str, *, by: Actor) -> Application:
    """Take it back for good. Raises Problem: `not_found`, `state_conflict` once it is over."""
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "withdraw", Who.CANDIDATE)
    _in_time(application)
    before, step = application.state, (application.step_index, application.step_label)
    application.withdraw()
    rest(application)
    application.decided_at = clock.now()
    write(application, "withdraw", ONESELF, by=by, before=before, at_step=step)
    return application


@transaction.atomic
def confirm(number: str, *, by: Actor) -> Application:
    """确认信息无误, at the candidate's own step. Raises Problem: `not_found`, `state_conflict`."""
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "confirm", Who.CANDIDATE)
    _in_time(application)
    before, step = application.state, (application.step_index, application.step_label)
    enter(application, application.step_index + 1, by=by)
    write(application, "confirm", ONESELF, by=by, before=before, at_step=step)
    return application


@transaction.atomic
def dispute(number: str, *, by: Actor) -> Application:
    """信息有误，修改重新提交: back to editing with nothing lost; it then goes through all steps again.

    Raises Problem: `not_found`, `state_conflict`.
    """
    application = queries.own_for_update(by, number)
    check(application.state, application.turn, "dispute", Who.CANDIDATE)
    _in_time(application)
    before, step = application.state, (application.step_index, application.step_label)
    application.dispute()
    rest(application)
    application.step_index = 0
    give_until(application, working_days_after(clock.now(), application.configuration.correction_days))
    with for_the_record():
        remark = Remark("", _("您认为信息有误，请修改后重新提交。"))
    application.remarks = [{"target": remark.target, "text": remark.text}]
    write(application, "dispute", ONESELF, by=by, before=before, at_step=step)
    return application


def _candidate(by: Actor) -> User:
    user = User.objects.filter(pk=by.user_id, is_candidate=True).first() if by.user_id else None
    if user is None:
        raise Problem(Code.PERMISSION_DENIED, _("请用考生账号登录。"))
    return user


def _read(application: Application, given: dict[str, Any]) -> Answers:
    questions = application.configuration.questions
    kept, errors = rules.read(questions, given, queries.options(application))
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    return kept


def _in_time(application: Application) -> None:
    """By the clock, also while no job has looked: what is over cannot be gone on with."""
    if application.has_lapsed and application.due_at is not None:
        due = {"due": deadline(application.due_at)}
        raise Problem(
            Code.STATE_CONFLICT, _("办理期限%(due)s已过，申请已失效。") % due, state="expired", allowed_actions=[]
        )
