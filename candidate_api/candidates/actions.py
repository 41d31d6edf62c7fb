"""The verbs about a person's own record."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from candidate_api.candidates import photo as photos
from candidate_api.candidates import queries
from candidate_api.candidates.models import Candidate, NumberCounter
from candidate_api.candidates.rules import number_prefix, resident_birth_date, resident_gender
from candidate_api.candidates.states import CANDIDATE, IdType
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.files.actions import keep
from portal.kernel.messages.actions import say
from portal.kernel.users.models import User

# What a resident ID number says by itself is not asked and cannot be contradicted.
_FROM_ID = ("gender", "birth_date")
EDITABLE = (
    *_FROM_ID,
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


def create(user: User, *, id_type: str, id_number: str, notice_version: str, by: Actor) -> Candidate:
    """The record of a person who has just registered; in the caller's transaction.

    The database refuses a second record of the same document (`candidate_one_per_document`).
    """
    candidate = Candidate(user=user, id_type=id_type, id_number=id_number, notice_version=notice_version)
    if id_type == IdType.RESIDENT_ID:
        candidate.birth_date = resident_birth_date(id_number)
        candidate.gender = resident_gender(id_number)
    candidate.save(force_insert=True)
    record("candidates.create", candidate, by=by, to_state=candidate.state, notice_version=notice_version)
    return candidate


@transaction.atomic
def save_profile(values: dict[str, Any], *, by: Actor) -> Candidate:
    """Change the given fields of the actor's own profile; a complete one with a photo gets its 准考证号.

    `values` are validated by type at the edge; keys are those of EDITABLE, foreign keys as objects. Raises Problem.
    """
    candidate = queries.for_update(by)
    fixed = _FROM_ID if candidate.id_type == IdType.RESIDENT_ID else ()
    errors = [
        FieldError(name, "locked", _("与身份证号不一致，此项由身份证号确定。"))
        for name in fixed
        if name in values and values[name] != getattr(candidate, name)
    ]
    if candidate.state != "onboarding" and "major" in values and values["major"] is None:
        errors.append(FieldError("major", "required", _("请选择报考专业。")))
    if errors:
        raise Problem(Code.VALIDATION_FAILED, errors=errors)
    changed = [name for name in EDITABLE if name in values and getattr(candidate, name) != values[name]]
    for name in changed:
        setattr(candidate, name, values[name])
    email_changed = "email" in values and values["email"] != candidate.user.email
    if email_changed:
        candidate.user.email = values["email"]
        candidate.user.save(update_fields=["email"])
        changed.append("email")
    if not changed:
        return candidate
    candidate.save(update_fields=[name for name in changed if name != "email"] or ["district"])
    record("candidates.save_profile", candidate, by=by, fields=changed)
    _enrol_when_ready(candidate, by=by)
    return candidate


@transaction.atomic
def set_photo(content: bytes, *, by: Actor) -> Candidate:
    """Use this picture as the actor's photo. Raises Problem with every rule of the specification that it breaks."""
    broken = photos.faults(content, photos.spec_on(clock.today()))
    if broken:
        raise Problem(Code.VALIDATION_FAILED, _("照片不符合规格，请按提示修改后重新上传。"), errors=broken)
    candidate = queries.for_update(by)
    candidate.photo = keep(
        photos.without_metadata(content), kind="photo", owner=candidate.user, name="照片.jpg", content_type="image/jpeg"
    )
    candidate.save(update_fields=["photo"])
    record("candidates.set_photo", candidate, by=by, sha256=candidate.photo.sha256)
    _enrol_when_ready(candidate, by=by)
    return candidate


def _enrol_when_ready(candidate: Candidate, *, by: Actor) -> None:
    """Give the 准考证号, once, when nothing is missing; the record is locked by the caller."""
    if candidate.state != "onboarding" or candidate.photo_id is None or queries.missing(candidate):
        return
    assert candidate.district is not None  # noqa: S101 -- `missing` has just said so
    number = _next_number(number_prefix(candidate.district.code, clock.today()))
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


def _next_number(prefix: str) -> str:
    """The next 准考证号 under `prefix`. The counter's row stays locked until the commit, so no number is lost."""
    NumberCounter.objects.bulk_create([NumberCounter(prefix=prefix)], ignore_conflicts=True)
    NumberCounter.objects.filter(prefix=prefix).update(last=F("last") + 1)
    return f"{prefix}{NumberCounter.objects.get(prefix=prefix).last:05d}"


def state_label(candidate: Candidate) -> str:
    """What the candidate reads as the state of their record."""
    return str(CANDIDATE.states[candidate.state].label)
