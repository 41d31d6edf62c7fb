"""身份认证: ask the police's records about the candidate, now or as soon as they answer."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.candidates import queries as candidates
from candidate_api.candidates.rules import clean_id_number
from candidate_api.candidates.states import IdType
from candidate_api.identity import queries, rules, texts
from candidate_api.identity.models import IdentityCheck
from candidate_api.identity.providers.contract import Answer, ProviderUnavailable
from candidate_api.identity.providers.registry import provider
from candidate_api.identity.states import IDENTITY, MAY_CONFIRM, ON_SITE, Kind, Result
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.text import clean_name

log = structlog.get_logger("portal.identity")


def verify(kind: str = Kind.NAME_NUMBER, *, consent_version: str = "", by: Actor) -> IdentityCheck:
    """Have name and ID number, or the photo of the record, held against the police's records.

    Without an answer the check stays pending and is asked again by a job. What has passed is not asked again.
    Raises Problem: `state_conflict` for documents that are not in those records or without a photo to compare,
    `validation_failed` without consent to the comparison of a face, `throttled` beyond the day's tries.
    """
    check, is_due = _open(kind, consent_version, by=by)
    return _ask(check.pk, by=by) if is_due else check


@transaction.atomic(durable=True)
def _open(kind: str, consent_version: str, *, by: Actor) -> tuple[IdentityCheck, bool]:
    """The check to ask about, and whether it is to be asked now."""
    candidate = candidates.for_update(by)
    if candidate.id_type != IdType.RESIDENT_ID:
        raise Problem(Code.STATE_CONFLICT, _("在线认证只支持居民身份证。") + str(texts.OFFLINE))
    if kind == Kind.FACE:
        if candidate.photo_id is None:
            raise Problem(Code.STATE_CONFLICT, _("请先上传照片，再进行照片比对。"))
        if consent_version != texts.CONSENT_VERSION:
            raise invalid("consent_version", "required", _("照片比对须先阅读并同意最新的同意书。"))
    now = clock.now()
    # What waits first: an answer that arrives between two looks is then seen by the second.
    waiting = queries.pending(candidate, kind)
    if waiting is not None:
        return waiting, _take(waiting)
    standing = queries.status(candidate, kind)
    if standing.check and standing.result == Result.PASSED:
        return standing.check, False
    if queries.asked_today(candidate) >= rules.TRIES_A_DAY:
        midnight = clock.at(clock.today() + timedelta(days=1))
        sentence = _("今天的认证次数已用完，请明天再试。") + str(texts.OFFLINE)
        raise Problem(Code.THROTTLED, sentence, retry_after=int((midnight - now).total_seconds()) + 1)
    check = IdentityCheck(
        candidate=candidate,
        kind=kind,
        consent_version=consent_version if kind == Kind.FACE else "",
        requested_at=now,
        asked_at=now,
        next_at=now + rules.FIRST_RETRY,
    )
    check.save(force_insert=True)
    record("identity.verify", check, by=by, to_state=check.state, kind=kind, consent_version=check.consent_version)
    return check, True


@transaction.atomic
def confirm_on_site(candidate_id: int, name: str, id_number: str, reason: str, *, by: Actor) -> IdentityCheck:
    """现场核验: `name` and `id_number`, as they are read from the document that the person shows at the counter, of
    whatever type, are those of the record. It counts as the answer of the police's records does; a question that waits
    is answered by it.

    Raises Problem: `permission_denied`, `not_found` for records of other offices, `state_conflict` where it has passed
    already or the account is shut, `validation_failed` for what is not as the record has it.
    """
    candidate = candidates.visible_for_update(by, candidate_id, *MAY_CONFIRM)
    if not candidate.user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用。"))
    read = {
        "name": clean_name(name) == candidate.user.name,
        "id_number": clean_id_number(id_number) == candidate.id_number,
    }
    sentence = _("与考籍中的不一致。请核对是否输错；证件确实不同的，由考生申请考生信息变更。")
    if wrong := [FieldError(field, "mismatch", sentence) for field, agrees in read.items() if not agrees]:
        raise Problem(Code.VALIDATION_FAILED, sentence, errors=wrong)
    waiting = queries.pending(candidate, Kind.NAME_NUMBER)
    check = queries.for_update(waiting.pk) if waiting else None
    if check is None or check.state != "pending":
        if queries.status(candidate).result == Result.PASSED:
            raise Problem(Code.STATE_CONFLICT, _("该考生已通过身份认证。"))
        now = clock.now()
        check = IdentityCheck(candidate=candidate, kind=Kind.NAME_NUMBER, requested_at=now, asked_at=now, next_at=now)
    IDENTITY.check(check.state, "succeed", Who.STAFF)
    before = check.state
    check.succeed()
    check.asked_at = check.checked_at = clock.now()
    check.note = ON_SITE
    check.save()
    record("identity.confirm_on_site", check, by=by, from_state=before, to_state=check.state, note=reason)
    _tell(check, "identity_passed")
    return check


def _take(check: IdentityCheck) -> bool:
    """Whether a locked check is due; whoever takes it puts the next try off, so that nobody asks beside them."""
    now = clock.now()
    if check.state != "pending" or check.next_at > now:
        return False
    check.tries += 1
    check.asked_at, check.next_at = now, now + rules.retry_after(check.tries)
    check.save(update_fields=["tries", "asked_at", "next_at"])
    return True


def _ask(check_id: int, *, by: Actor) -> IdentityCheck:
    """Ask the provider, holding no lock meanwhile."""
    check = queries.one(check_id)
    candidate = check.candidate
    try:
        if check.kind == Kind.FACE:
            assert candidate.photo is not None  # noqa: S101 -- `_open` has seen it, and a photo is never taken away
            answer = provider().compare_face(candidate.user.name, candidate.id_number, candidate.photo.read())
        else:
            answer = provider().check_name_and_number(candidate.user.name, candidate.id_number)
    except ProviderUnavailable as error:
        log.warning("identity.unavailable", check=check.pk, tries=check.tries, why=str(error))
        return _give_up(check.pk, by=by) if clock.now() - check.requested_at > rules.GIVE_UP else check
    return _finish(check.pk, answer, by=by)


@transaction.atomic(durable=True)
def _finish(check_id: int, answer: Answer, *, by: Actor) -> IdentityCheck:
    """Keep the answer; whoever is not looking at the page just now is told."""
    check = queries.for_update(check_id)
    if check.state != "pending":
        return check
    before = check.state
    if answer.passed:
        check.succeed()
    else:
        check.fail()
    check.checked_at, check.transaction_id, check.note = clock.now(), answer.transaction_id, answer.note
    check.save(update_fields=["state", "checked_at", "transaction_id", "note"])
    record(
        "identity.answer", check, by=by, from_state=before, to_state=check.state, transaction_id=answer.transaction_id
    )
    if by.user_id is None:
        _tell(check, "identity_passed" if answer.passed else "identity_failed")
    return check


@transaction.atomic(durable=True)
def _give_up(check_id: int, *, by: Actor) -> IdentityCheck:
    check = queries.for_update(check_id)
    if check.state == "pending":
        before = check.state
        check.abandon()
        check.checked_at = clock.now()
        check.save(update_fields=["state", "checked_at"])
        record("identity.abandon", check, by=by, from_state=before, to_state=check.state)
        _tell(check, "identity_abandoned")
    return check


def _tell(check: IdentityCheck, template: str) -> None:
    values = {"kind": Kind(check.kind).label}
    say(f"identity.answer:{check.pk}", template, values, to=check.candidate.user, link="/me/identity/")


def retry_pending(*, by: Actor) -> None:
    """Ask again about what has no answer yet and is due."""
    for check_id in queries.due_ids():
        with transaction.atomic(durable=True):
            is_taken = _take(queries.for_update(check_id))
        if is_taken:
            _ask(check_id, by=by)
