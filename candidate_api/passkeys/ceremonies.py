"""A ceremony: we ask an authenticator to sign something new, it answers once, within five minutes.

Kept in a table and not in a session: apps have none, and any app machine may get the answer.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from webauthn import generate_authentication_options, generate_registration_options
from webauthn.helpers import generate_challenge, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from candidate_api.accounts import guard
from candidate_api.passkeys import queries
from candidate_api.passkeys.models import Ceremony
from candidate_api.passkeys.rules import CEREMONY_LIFE
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.text import mask_mobile
from portal.kernel.users.models import User

# What every phone and key can do; a longer list only gives a stranger more to try.
ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_MILLISECONDS = int(CEREMONY_LIFE.total_seconds() * 1000)


@dataclass(frozen=True)
class Begun:
    """`options` go to the platform as they are (WebAuthn Level 3 JSON); `expires_in` seconds."""

    ceremony_id: UUID
    options: dict[str, Any]
    expires_in: int = int(CEREMONY_LIFE.total_seconds())


def begin_sign_in(by: Actor) -> Begun:
    """Somebody, we do not know who, shows a passkey that they choose on their device; a member of staff at the door,
    one of their own. Raises Problem: `throttled`."""
    guard.may_sign_in(by)
    ceremony = _start(Ceremony.Purpose.SIGN_IN, None)
    options = generate_authentication_options(
        rp_id=settings.OTP_WEBAUTHN_RP_ID,
        challenge=ceremony.challenge,
        timeout=_MILLISECONDS,
        allow_credentials=queries.visible_to(by).as_credential_descriptors() if by.user_id else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Begun(ceremony.pk, options_to_json_dict(options))


def begin_adding(user: User, by: Actor) -> Begun:
    """This person's device makes a passkey for us: one that it can find without a name, and opens only to them."""
    ceremony = _start(Ceremony.Purpose.ADD, user)
    options = generate_registration_options(
        rp_id=settings.OTP_WEBAUTHN_RP_ID,
        rp_name=settings.OTP_WEBAUTHN_RP_NAME,
        user_id=queries.handle_of(user),
        user_name=mask_mobile(user.mobile) or user.username,
        user_display_name=user.name,
        challenge=ceremony.challenge,
        timeout=_MILLISECONDS,
        exclude_credentials=queries.visible_to(by).as_credential_descriptors(),
        supported_pub_key_algs=ALGORITHMS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return Begun(ceremony.pk, options_to_json_dict(options))


def _start(purpose: Ceremony.Purpose, user: User | None) -> Ceremony:
    now = clock.now()
    Ceremony.objects.filter(expires_at__lt=now).delete()
    return Ceremony.objects.create(
        purpose=purpose, user=user, challenge=generate_challenge(), expires_at=now + CEREMONY_LIFE
    )


def take(ceremony_id: UUID, purpose: Ceremony.Purpose, by: Actor) -> bytes:
    """Use up a ceremony; what was to be signed. Raises `passkey_invalid` for one that is used, old or another's."""
    known = Ceremony.objects.filter(pk=ceremony_id, purpose=purpose, expires_at__gt=clock.now())
    if purpose == Ceremony.Purpose.ADD:
        known = known.filter(user_id=by.user_id)
    ceremony = known.first()
    # The delete decides: of two answers to the same ceremony one deletes it and goes on.
    if ceremony is None or not _use_up(ceremony):
        sentence = _("验证已超时或已使用，请重新开始。")
        error = FieldError("ceremony_id", "expired", sentence)
        raise Problem(Code.PASSKEY_INVALID, sentence, errors=[error])
    return bytes(ceremony.challenge)


def _use_up(ceremony: Ceremony) -> bool:
    return bool(Ceremony.objects.filter(pk=ceremony.pk).delete()[0])
