"""The verbs about a person's own record."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from candidate_api.candidates import passed, queries, rules
from candidate_api.candidates import photo as photos
from candidate_api.candidates.models import Candidate, FormerDocument, NumberCounter
from candidate_api.candidates.proving import NO_PROOF, Proof, demand
from candidate_api.candidates.states import CANDIDATE
from candidate_api.catalogue.queries import retired
from cms.windows.queries import current, require_open
from cms.windows.rules import Business, WindowState
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.files.actions import keep
from portal.kernel.messages.actions import say
from portal.kernel.states import Who
from portal.kernel.text import clean_name
from portal.kernel.users.models import User

# What a resident ID number says by itself is not asked and cannot be contradicted.
# Columns of the record that its owner writes; 考生类别 and 助学单位 are the assisting school's to say.
EDITABLE = (
    "id_type",
    "id_number",
    "gender",
    "birth_date",
    "former_name",
    "ethnicity",
    "political_status",
    "education",
    "occupation",
    "employer",
    "native_place",
    "household_area",
    "household_type",
    "address_area",
    "address",
    "postcode",
    "phone",
    "district",
    "major",
)
_OF_THE_ACCOUNT = ("name",)
_ADDRESS = frozenset({"address_area", "address"})
_WHO = frozenset({"name", "id_type", "id_number"})


def create(user: User, *, id_type: str, id_number: str, notice_version: str, by: Actor) -> Candidate:
    """The record of a person who has just registered; in the caller's transaction.

    The database refuses a second record of the same number (`candidate_one_per_document`).
    """
    candidate = Candidate(user=user, id_type=id_type, id_number=id_number, notice_version=notice_version)
    for name, said in rules.said_by(id_number).items():
        setattr(candidate, name, said)
    candidate.save(force_insert=True)
    record("candidates.create", candidate, by=by, to_state=candidate.state, notice_version=notice_version)
    return candidate


def save_profile(values: dict[str, Any], proof: Proof = NO_PROOF, *, by: Actor) -> Candidate:
    """Change the given fields of the actor's own profile; a complete one with a photo gets its 准考证号.

    `values` are validated by type at the edge; keys are those of EDITABLE and `name`, foreign keys as objects. Another
    name, type or number of the document asks for a proof that it is still they; nothing else does. Raises Problem:
    `validation_failed` naming each field, `locked` ones among them; what `demand` raises; `throttled` for who tries one
    document after another. Whoever has such a document already is told, as at a second registration.
    """
    proved = bool(proof) and _proved(values, proof, by=by)
    try:
        return _save_profile(values, proved=proved, by=by)
    except Problem as refused:
        if any(error.code == "already_registered" for error in refused.errors):
            own = queries.of(by)
            number = rules.clean_id_number(values.get("id_number", own.id_number))
            _tell_the_owner(values.get("id_type", own.id_type), number, by=by)
        raise


@transaction.atomic
def _tell_the_owner(id_type: str, id_number: str, *, by: Actor) -> None:
    owner = queries.of_document(id_type, id_number)
    if owner is not None:
        say(f"document_tried:{owner.pk}:{clock.today()}", "document_tried", {}, to=owner.user)
        record("candidates.document_tried", owner, by=by)


def _proved(values: dict[str, Any], proof: Proof, *, by: Actor) -> bool:
    """Spend the proof where it is asked for, before anything is locked: its wrong tries count whatever fails after it.
    What cannot be done costs nobody a code."""
    candidate = queries.of(by)
    changes = _changes(candidate, values)
    if not _WHO & changes.keys() or _refused(candidate, changes):
        return False
    demand(proof, by=by)
    return True


@transaction.atomic
def _save_profile(values: dict[str, Any], *, proved: bool, by: Actor) -> Candidate:
    candidate = queries.for_update(by)
    changes = _changes(candidate, values)
    errors = _refused(candidate, changes)
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    if not changes:
        return candidate
    if _WHO & changes.keys() and not proved:
        demand(NO_PROOF, by=by)
    if "id_number" in changes:
        _may_try_a_document(candidate)
    before = {"name": candidate.user.name, "id_number": candidate.masked_id_number}
    _write(candidate, changes)
    facts = {"before": before} if rules.LOCKED_BY_A_PASS & changes.keys() else {}
    entry = record("candidates.save_profile", candidate, by=by, fields=list(changes), **facts)
    if _WHO & changes.keys():  # by these somebody signs in and is known: the owner hears of it, each time
        say(f"identity_changed:{entry.pk}", "identity_changed", {}, to=candidate.user)
    if _ADDRESS & changes.keys():
        contact_changed(candidate, by=by)
    _enrol_when_ready(candidate, by=by)
    return candidate


def _may_try_a_document(candidate: Candidate) -> None:
    """What one account can find out about documents: as much as one mobile can by registering."""
    sentence = _("证件号码今天修改的次数太多，请明天再试，或到所属市招生考试院办理。")
    try:
        limits.take(rules.DOCUMENTS_OF_ACCOUNT, str(candidate.pk), sentence)
    except limits.Uncounted as away:
        sentence = _("暂时不能修改证件号码，请过几分钟再试。")
        raise Problem(Code.THROTTLED, sentence, retry_after=300) from away


def refusals(candidate: Candidate, values: dict[str, Any]) -> list[FieldError]:
    """Why `save_profile` would refuse these values, field by field; changes nothing.

    For an edge that has more to say itself, so that a person hears of all at once.
    """
    return _refused(candidate, _changes(candidate, values))


def _changes(candidate: Candidate, values: dict[str, Any]) -> dict[str, Any]:
    """What of `values` differs from the record, cleaned; a new ID number brings its birthday and sex along."""
    given = dict(values)
    if "name" in given:
        given["name"] = clean_name(given["name"])
    if "id_number" in given:
        given["id_number"] = rules.clean_id_number(given["id_number"])
    if {"id_type", "id_number"} & given.keys():
        given = rules.said_by(given.get("id_number", candidate.id_number)) | given
    now = {name: getattr(candidate, name) for name in EDITABLE}
    now |= {name: getattr(candidate.user, name) for name in _OF_THE_ACCOUNT}
    return {name: given[name] for name in now if name in given and given[name] != now[name]}


def _refused(candidate: Candidate, changes: dict[str, Any]) -> list[FieldError]:
    """Why these changes cannot be made, field by field."""
    if changes.keys() & rules.LOCKED_BY_A_PASS and passed.has_passed(candidate.pk):
        return [FieldError(name, "locked", rules.LOCKED) for name in changes if name in rules.LOCKED_BY_A_PASS]
    errors = impossible(candidate, changes)
    if candidate.state != "onboarding" and "major" in changes and changes["major"] is None:
        errors.append(FieldError("major", "required", _("请选择报考专业。")))
    if changes.get("major") and not queries.majors_to_choose(candidate).filter(pk=changes["major"].pk).exists():
        errors.append(FieldError("major", "not_taking_new", rules.NOT_TAKING_NEW))
    chosen = {name: changes[name] for name in rules.CODE_LISTS if changes.get(name)}
    if chosen:
        errors += [FieldError(name, "retired", rules.RETIRED) for name in sorted(retired(chosen))]
    return errors


def _write(candidate: Candidate, changes: dict[str, Any]) -> None:
    """Whoever has a 准考证号 is found by the former name and document too; before that there is no archive
    to find them in."""
    if candidate.candidate_number and _WHO & changes.keys():
        before = {"name": candidate.user.name, "id_type": candidate.id_type, "id_number": candidate.id_number}
        FormerDocument.objects.create(candidate=candidate, until=clock.now(), **before)
    of_the_account = [name for name in _OF_THE_ACCOUNT if name in changes]
    of_the_record = [name for name in EDITABLE if name in changes]
    for name in of_the_account:
        setattr(candidate.user, name, changes[name])
    for name in of_the_record:
        setattr(candidate, name, changes[name])
    if _WHO & changes.keys():
        candidate.document_changed_at = clock.now()
        of_the_record.append("document_changed_at")
    if of_the_account:
        candidate.user.save(update_fields=of_the_account)
    if "id_number" in changes:
        of_the_record.append("id_number_index")
    if of_the_record:
        try:
            with transaction.atomic():
                candidate.save(update_fields=of_the_record)
        except IntegrityError as error:
            sentence = _("该证件号码已有考籍，请核对；确有两个准考证号的，请到市招生考试院办理合并。")
            raise invalid("id_number", "already_registered", sentence) from error


@transaction.atomic
def correct(candidate_id: int, values: dict[str, Any], *, by: Actor) -> Candidate:
    """考生信息变更, once it is decided: what a pass has locked is changed too.

    `values` as for `save_profile`. Raises Problem: `validation_failed` where the record cannot become so.
    """
    candidate = queries.record_for_update(candidate_id)
    changes = _changes(candidate, values)
    if errors := impossible(candidate, changes):
        raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
    if not changes:
        return candidate
    _write(candidate, changes)
    record("candidates.correct", candidate, by=by, fields=list(changes))
    return candidate


def close(candidate_id: int, *, by: Actor) -> Candidate:
    """已转出: another province has taken the record over, in the transaction in which that is written down.

    Raises Problem `state_conflict` for a record that is not 在籍.
    """
    candidate = queries.record_for_update(candidate_id)
    CANDIDATE.check(candidate.state, "transfer", Who.STAFF)
    candidate.transfer()
    candidate.save(update_fields=["state"])
    record("candidates.transfer", candidate, by=by, from_state="enrolled", to_state=candidate.state)
    return candidate


def impossible(candidate: Candidate, changes: dict[str, Any]) -> list[FieldError]:
    """Why a record cannot become so, whoever asks for it: names, numbers and birthdays that are none, and what the
    number says otherwise."""
    number, today = changes.get("id_number", candidate.id_number), clock.today()
    found = [rules.name_error(changes[name], name) for name in ("name", "former_name") if changes.get(name)]
    if {"id_type", "id_number"} & changes.keys():
        found.append(rules.id_number_error(changes.get("id_type", candidate.id_type), number, today))
    if changes.get("birth_date"):
        found.append(rules.birth_date_error(changes["birth_date"], today))
    errors = [error for error in found if error]
    said = {} if errors else rules.said_by(number)
    return errors + [
        FieldError(name, "locked", _("与证件号码不一致，此项由证件号码确定。"))
        for name in said
        if name in changes and changes[name] != said[name]
    ]


@transaction.atomic
def confirm_contact(session_code: str, *, by: Actor) -> Candidate:
    """Confirm mobile and address for this session, as each session's registration asks; again changes nothing.

    Raises Problem: `window_closed` outside the session's registration, `onboarding_incomplete` without an address.
    """
    candidate = queries.for_update(by)
    if candidate.contact_confirmed_for == session_code:
        return candidate
    require_open(Business.COURSE_REGISTRATION, session=session_code, user_id=candidate.user_id)
    if not (candidate.address and candidate.address_area):
        raise Problem(Code.ONBOARDING_INCOMPLETE, _("请先填写通信地址。"))
    _confirm(candidate, session_code, by=by)
    return candidate


def contact_changed(candidate: Candidate, *, by: Actor) -> None:
    """Who has just given a new mobile or address need not confirm it again for the session that is open now.

    In the caller's transaction, the record locked.
    """
    window = current(Business.COURSE_REGISTRATION, user_id=candidate.user_id)
    if window and window.session and window.state_at(clock.now()) is WindowState.OPEN:
        _confirm(candidate, window.session, by=by)


def _confirm(candidate: Candidate, session_code: str, *, by: Actor) -> None:
    if not (candidate.address and candidate.address_area):
        return  # half of it is not all of it
    candidate.contact_confirmed_for = session_code
    candidate.save(update_fields=["contact_confirmed_for"])
    record("candidates.confirm_contact", candidate, by=by, session=session_code)


def set_photo(content: bytes, *, by: Actor) -> Candidate:
    """Use this picture, brought into the specification, as the actor's photo.

    Raises Problem with every rule that it breaks; `locked` after the first passed course.
    """
    return _keep_photo(_to_specification(content), by=by)  # judged before anything is locked: it takes a while


@transaction.atomic
def _keep_photo(picture: bytes, *, by: Actor) -> Candidate:
    candidate = queries.for_update(by)
    if candidate.photo_id is not None and passed.has_passed(candidate.pk):
        raise invalid("photo", "locked", rules.LOCKED)
    _put(picture, candidate, by=by)
    _enrol_when_ready(candidate, by=by)
    return candidate


@transaction.atomic
def replace_photo(candidate_id: int, content: bytes, *, by: Actor) -> Candidate:
    """考生信息变更 of the photo, once it is decided: also where a pass has locked it. Raises Problem
    `validation_failed` with every rule that the picture breaks."""
    picture = _to_specification(content)
    candidate = queries.record_for_update(candidate_id)
    _put(picture, candidate, by=by)
    return candidate


def _to_specification(content: bytes) -> bytes:
    judged = photos.judge(content, photos.spec_on(clock.today()))
    if judged.content is None:
        raise Problem(Code.VALIDATION_FAILED, _("照片不符合规格，请按提示修改后重新上传。"), errors=judged.faults)
    return judged.content


def _put(picture: bytes, candidate: Candidate, *, by: Actor) -> None:
    candidate.photo = keep(picture, kind="photo", owner=candidate.user, name="照片.jpg", content_type="image/jpeg")
    candidate.save(update_fields=["photo"])
    record("candidates.set_photo", candidate, by=by, sha256=candidate.photo.sha256)


def _enrol_when_ready(candidate: Candidate, *, by: Actor) -> None:
    """Give the 准考证号, once, when nothing is missing; the record is locked by the caller."""
    if candidate.state != "onboarding" or candidate.photo_id is None or queries.missing(candidate):
        return
    assert candidate.district is not None  # noqa: S101 -- `missing` has just said so
    number = _next_number(candidate.district.code, clock.today())
    before = candidate.state
    candidate.enrol(number)
    candidate.enrolled_at = clock.now()
    candidate.save(update_fields=["state", "candidate_number", "enrolled_at"])
    record("candidates.enrol", candidate, by=by, from_state=before, to_state=candidate.state)
    say(
        f"candidate.enrolled:{candidate.pk}",
        "candidate_enrolled",
        {"number": number},
        to=candidate.user,
        link="/me/",
    )


def _next_number(district_code: str, day: date) -> str:
    """The district's next 准考证号; where a prefix has given all its serials, the next office's goes on.

    The counter's row stays locked until the commit, so no number is lost.
    """
    for office in rules.OFFICES:
        prefix = rules.number_prefix(district_code, day, office)
        NumberCounter.objects.bulk_create([NumberCounter(prefix=prefix)], ignore_conflicts=True)
        if NumberCounter.objects.filter(prefix=prefix, last__lt=rules.LAST_SERIAL).update(last=F("last") + 1):
            return f"{prefix}{NumberCounter.objects.get(prefix=prefix).last:05d}"
    raise Problem(Code.STATE_CONFLICT, _("所属市本期的准考证号已用完，请联系市招生考试院。"))


def state_label(candidate: Candidate) -> str:
    """What the candidate reads as the state of their record."""
    return str(CANDIDATE.states[candidate.state].label)
