"""What staff see and change of a person's numbers: nothing without a reason that stays."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.accounts import codes
from candidate_api.accounts.actions import end_all
from candidate_api.accounts.rules import Allowance, Purpose
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import visible_for_update, visible_to
from candidate_api.candidates.rules import mobile_error
from candidate_api.registry.states import MAY_CHANGE_MOBILE, MAY_UNMASK, TAKEN
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.crypto.fields import blind_lookup
from portal.kernel.errors import Code, Problem, invalid
from portal.kernel.files.models import PrivateFile
from portal.kernel.messages.actions import say
from portal.kernel.text import clean, clean_mobile, mask_mobile
from portal.kernel.users.models import User


@transaction.atomic
def unmask(candidate_id: int, what: str, reason: str, *, by: Actor) -> str:
    """The whole `id_number`, `mobile`, `name`, `birth_date` or `address` of a person, for this one answer; the log
    keeps who read it and why.

    Raises Problem: `permission_denied`, `not_found` for records of other offices.
    """
    candidate = visible_for_update(by, candidate_id, *MAY_UNMASK)
    user = candidate.user
    value = {
        "id_number": candidate.id_number,
        "mobile": user.mobile,
        "name": user.name,
        "birth_date": candidate.birth_date,
        "address": candidate.address,
    }[what]
    record("registry.unmask", candidate, by=by, note=reason, what=what)
    return str(value or "")


@transaction.atomic
def open_photo(candidate_id: int, *, by: Actor) -> PrivateFile:
    """The photo of a record for a member of staff's eyes; who looked at it is written down. Raises Problem:
    `permission_denied`, `not_found` for records of other offices and for those without a photo."""
    if not by.has_role(*MAY_UNMASK):
        raise Problem(Code.PERMISSION_DENIED)
    candidate = visible_to(by, *MAY_UNMASK).select_related("photo").filter(pk=candidate_id).first()
    if candidate is None or candidate.photo is None:
        raise Problem(Code.NOT_FOUND)
    record("registry.open_photo", candidate, by=by, sha256=candidate.photo.sha256)
    return candidate.photo


def send_code(candidate_id: int, mobile: str, *, by: Actor) -> None:
    """Send a code to the number that a person at the counter wants to use. Raises Problem: `permission_denied`,
    `not_found`, `validation_failed`, `throttled`."""
    mobile = _checked(candidate_id, mobile, by)
    if User.objects.filter(blind_lookup(User, "mobile_index", mobile)).exclude(candidate=candidate_id).exists():
        raise invalid("mobile", "taken", TAKEN)  # nobody else's telephone gets a code from the counter
    with transaction.atomic():
        row, code = codes.issue(Purpose.ON_SITE, mobile, Allowance.COUNTER, codes.asker_of(by))
        say(f"code:{row.pk}", "code_on_site", {"code": code}, mobile=mobile)


def _checked(candidate_id: int, mobile: str, by: Actor) -> str:
    if not by.has_role(*MAY_CHANGE_MOBILE):
        raise Problem(Code.PERMISSION_DENIED)
    if not visible_to(by, *MAY_CHANGE_MOBILE).filter(pk=candidate_id).exists():
        raise Problem(Code.NOT_FOUND)
    mobile = clean_mobile(mobile)
    if error := mobile_error(mobile):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    return mobile


def change_mobile(candidate_id: int, mobile: str, code: str, reason: str, *, by: Actor) -> Candidate:
    """证件核验后更换手机号码: at the counter, the document seen. The old number is told, sessions and tokens end.

    The new number is proved by a code sent to it (`send_code`), unless ON_SITE_MOBILE_NEEDS_CODE is off. Call it
    outside a transaction: a wrong code is counted. Raises Problem: `permission_denied`, `not_found`,
    `validation_failed`, `code_invalid`, `state_conflict` for a closed account.
    """
    mobile = proved_mobile(candidate_id, mobile, code, by=by)
    try:
        return _bind(candidate_id, mobile, reason, verified=bool(code), by=by)
    except IntegrityError as error:
        raise invalid("mobile", "taken", TAKEN) from error


def proved_mobile(candidate_id: int, mobile: str, code: str, *, by: Actor) -> str:
    """The number that a person at the counter can read `code` from, as it is stored. Outside a transaction: a wrong
    code is counted. Raises Problem: `permission_denied`, `not_found`, `validation_failed`, `code_invalid`."""
    mobile = _checked(candidate_id, mobile, by)
    if code or settings.ON_SITE_MOBILE_NEEDS_CODE:
        codes.spend(Purpose.ON_SITE, mobile, clean(code), by=by, field="code")
    return mobile


@transaction.atomic
def _bind(candidate_id: int, mobile: str, reason: str, *, verified: bool, by: Actor) -> Candidate:
    candidate = visible_for_update(by, candidate_id, *MAY_CHANGE_MOBILE)
    user = candidate.user
    if not user.is_active:
        raise Problem(Code.STATE_CONFLICT, _("该账号已冻结或已停用，不能更换手机号码。"))
    if user.mobile == mobile:
        raise invalid("mobile", "same", _("新手机号码与原号码相同。"))
    old = user.mobile
    user.mobile = mobile
    user.save(update_fields=["mobile", "mobile_index"])
    end_all(user)
    made = record("registry.change_mobile", candidate, by=by, note=reason, verified=verified)
    values = {"office": _("招生考试机构"), "mobile": mask_mobile(mobile)}
    say(f"registry.mobile:{made.pk}", "mobile_changed_on_site", values, to=user, mobile=old)
    return candidate
