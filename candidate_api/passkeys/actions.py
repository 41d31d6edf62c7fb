"""通行密钥 (指纹登录): add, name, remove, sign in.

django-otp-webauthn has the tables, py_webauthn checks what is signed.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_otp_webauthn.models import WebAuthnCredential
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import CredentialDeviceType
from webauthn.registration.verify_registration_response import VerifiedRegistration

from candidate_api.accounts import guard
from candidate_api.accounts.proofs import demand
from candidate_api.candidates.proving import Proof
from candidate_api.passkeys import ceremonies, messages, origins, queries
from candidate_api.passkeys.ceremonies import Begun
from candidate_api.passkeys.models import Ceremony
from candidate_api.passkeys.rules import (
    CREDENTIAL_ID_MOST,
    NAME_MOST,
    PASSKEYS_PER_PERSON,
    SIGN_COUNT_MOST,
    went_back,
)
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.text import clean
from portal.kernel.users.models import User

# What a stranger's bytes may do to the library; none of it is a passkey.
_REFUSED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)


def begin_adding(proof: Proof, *, by: Actor) -> Begun:
    """What the actor's device is to sign to become a passkey. Call it outside a transaction.

    Raises Problem: `proof_required` and whatever `demand` raises, `state_conflict` with `PASSKEYS_PER_PERSON`.
    """
    user = demand(proof, by=by)
    _check_room(by)
    return ceremonies.begin_adding(user, by)


def add(ceremony_id: UUID, credential: dict[str, Any], name: str, *, by: Actor) -> WebAuthnCredential:
    """Keep the passkey that the actor's device has made. Call it outside a transaction: a ceremony is used up by
    whoever shows it.

    Raises Problem: `validation_failed` for the name, `passkey_invalid`, `state_conflict`.
    """
    name = _clean_name(name)
    challenge = ceremonies.take(ceremony_id, Ceremony.Purpose.ADD, by)
    made = _verified_registration(credential, challenge)
    try:
        with transaction.atomic():
            user = queries.owner_for_update(by)
            _check_room(by)
            passkey = WebAuthnCredential.objects.create(
                user=user,
                name=name,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                aaguid=made.aaguid,
                transports=_transports(credential),
                discoverable=True,
                backup_eligible=made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
                backup_state=made.credential_backed_up,
            )
            record("passkeys.add", passkey, by=by)
            say(f"passkey_added:{passkey.pk}", messages.ADDED, {}, to=user)
            return passkey
    except IntegrityError as error:
        raise _refused("duplicate", _("这个通行密钥已经添加过了。")) from error


@transaction.atomic
def rename(passkey_id: int, name: str, *, by: Actor) -> WebAuthnCredential:
    """Give one's passkey another name. Raises Problem: `not_found`, `validation_failed`."""
    passkey = queries.for_update(passkey_id, by)
    passkey.name = _clean_name(name)
    passkey.save(update_fields=["name"])
    record("passkeys.rename", passkey, by=by)
    return passkey


def remove(passkey_id: int, proof: Proof, *, by: Actor) -> None:
    """Forget one's passkey; nobody signs in with it any more. Call it outside a transaction.

    Raises Problem: `not_found`, `proof_required` and whatever `demand` raises.
    """
    user = demand(proof, by=by)
    with transaction.atomic():
        passkey = queries.for_update(passkey_id, by)
        record("passkeys.remove", passkey, by=by)
        say(f"passkey_removed:{passkey.pk}", messages.REMOVED, {}, to=user)
        passkey.delete()


def remove_all(user: User, by: Actor) -> int:
    """Forget all passkeys of somebody who has reset their password, in the caller's transaction; how many.

    Nobody can tell which of them a stranger has added, and their owner makes a new one with one press.
    """
    passkeys = list(WebAuthnCredential.objects.select_for_update(of=("self",)).filter(user=user).order_by("pk"))
    for passkey in passkeys:
        record("passkeys.remove", passkey, by=by)
    if passkeys:
        say(f"passkeys_ended:{passkeys[-1].pk}", messages.ENDED, {"n": len(passkeys)}, to=user)
    WebAuthnCredential.objects.filter(pk__in=[passkey.pk for passkey in passkeys]).delete()
    return len(passkeys)


def sign_in(ceremony_id: UUID, credential: dict[str, Any], *, by: Actor) -> User:
    """The candidate whose passkey has signed. Call it outside a transaction.

    Raises Problem: `passkey_invalid`, alike for an unknown passkey, a wrong one, and one of somebody who may not come
    in here; `account_frozen` for a right one; `throttled` for a flood. A counter that went back is refused too, and
    its owner is told.
    """
    user: User = _shown(ceremony_id, credential, by, staff=False).user
    return user


def second_factor(ceremony_id: UUID, credential: dict[str, Any], *, by: Actor) -> WebAuthnCredential:
    """The actor's own passkey, which has signed: the second factor of a member of staff whose password was right.

    Call it outside a transaction. Raises Problem as `sign_in` does; a colleague's passkey is `passkey_invalid`.
    """
    return _shown(ceremony_id, credential, by, staff=True)


def _shown(ceremony_id: UUID, credential: dict[str, Any], by: Actor, *, staff: bool) -> WebAuthnCredential:
    guard.may_sign_in(by)
    challenge = ceremonies.take(ceremony_id, Ceremony.Purpose.SIGN_IN, by)
    copied: WebAuthnCredential | None = None
    with transaction.atomic():
        passkey, told = _verified_sign_in(credential, challenge, by, staff=staff)
        if went_back(passkey.sign_count, told.new_sign_count):
            copied = passkey
            record("passkeys.went_back", passkey, by=by, stored=passkey.sign_count, told=told.new_sign_count)
            event = f"passkey_went_back:{passkey.pk}:{passkey.sign_count}:{told.new_sign_count}"
            say(event, messages.WENT_BACK, {}, to=passkey.user)
        else:
            passkey.sign_count = told.new_sign_count
            passkey.backup_state = told.credential_backed_up
            passkey.last_used_at = clock.now()
            passkey.save(update_fields=["sign_count", "backup_state", "last_used_at"])
            verb = "staff_door.verify" if staff else "accounts.sign_in"
            record(verb, passkey.user, by=by.known_as(passkey.user), way="passkey")
    if copied:
        raise _refused("went_back", _("这个通行密钥可能被复制，已拒绝登录。请用其他方式登录后删除它。"))
    return passkey


def _verified_registration(credential: dict[str, Any], challenge: bytes) -> VerifiedRegistration:
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.OTP_WEBAUTHN_RP_ID,
            expected_origin=origins.allowed(),
            require_user_verification=True,
            supported_pub_key_algs=ceremonies.ALGORITHMS,
        )
    except _REFUSED as error:
        raise _refused() from error
    if len(made.credential_id) > CREDENTIAL_ID_MOST or made.sign_count > SIGN_COUNT_MOST:
        raise _refused()
    return made


def _verified_sign_in(
    credential: dict[str, Any], challenge: bytes, by: Actor, *, staff: bool
) -> tuple[WebAuthnCredential, VerifiedAuthentication]:
    """The locked passkey that has signed, and what its authenticator said with it."""
    try:
        answer = parse_authentication_credential_json(credential)
        passkey = queries.by_credential_for_update(answer.raw_id)
        if passkey is None:
            raise _refused()
        told = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=settings.OTP_WEBAUTHN_RP_ID,
            expected_origin=origins.allowed(),
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=0,  # compared by the caller: only what is signed may alarm its owner
            require_user_verification=True,
        )
        known = answer.response.user_handle == queries.handle_of(passkey.user)
    except _REFUSED as error:
        raise _refused() from error
    user = passkey.user
    welcome = (user.pk == by.user_id and user.is_active and user.is_staff) if staff else user.is_candidate
    if not known or not welcome or told.new_sign_count > SIGN_COUNT_MOST:
        raise _refused()
    guard.may_enter(user)
    return passkey, told


def _transports(credential: dict[str, Any]) -> list[str]:
    """How the device may be reached, as it says itself: a hint for the browser, kept within reason."""
    said = credential["response"].get("transports")
    return [str(way)[:20] for way in said[:6]] if isinstance(said, list) else []


def _check_room(by: Actor) -> None:
    if queries.visible_to(by).count() >= PASSKEYS_PER_PERSON:
        sentence = _("最多可添加%(n)d个通行密钥，请先删除不用的。") % {"n": PASSKEYS_PER_PERSON}
        raise Problem(Code.STATE_CONFLICT, sentence)


def _clean_name(name: str) -> str:
    name = clean(name)
    if not 1 <= len(name) <= NAME_MOST:
        raise invalid("name", "length", _("名称为1至%(n)d个字。") % {"n": NAME_MOST})
    return name


def _refused(code: str = "invalid", sentence: str = "") -> Problem:
    sentence = sentence or _("通行密钥没有通过验证。请重试，或改用其他方式。")
    return Problem(Code.PASSKEY_INVALID, sentence, errors=[FieldError("credential", code, sentence)])
