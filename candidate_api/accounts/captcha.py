"""A captcha that nobody has to see: read the picture, or let the device work for a second. Single use."""

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import altcha
from captcha.models import CaptchaStore
from captcha.views import captcha_image
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from candidate_api.accounts import guard
from candidate_api.accounts.models import Captcha
from candidate_api.accounts.rules import CAPTCHA_LIFE, WORK_COST, WORK_TRIES
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.errors import Code, FieldError, Problem

# None that is read for another letter or for a digit, and none so wide that four of them fill the picture.
_LETTERS = "ACEFHJKNPRTUXY"
_LENGTH = 4


def readable() -> tuple[str, str]:
    """What a picture shows, and what is compared with what was typed (`CAPTCHA_CHALLENGE_FUNCT`)."""
    shown = "".join(secrets.choice(_LETTERS) for _letter in range(_LENGTH))
    return shown, shown.lower()


@dataclass(frozen=True)
class Challenge:
    """`image` is a PNG data URI, `work` an ALTCHA v2 challenge, `expires_in` seconds."""

    captcha_id: UUID
    image: str
    work: dict[str, Any]
    expires_in: int


def issue(*, by: Actor) -> Challenge:
    """A new challenge for this browser or app; valid for ten minutes. Raises Problem: `throttled`."""
    guard.may_ask_captcha(by)
    expires_at = clock.now() + CAPTCHA_LIFE
    Captcha.objects.filter(expires_at__lt=clock.now() - CAPTCHA_LIFE).delete()
    captcha = Captcha.objects.create(picture_key=CaptchaStore.generate_key(), client=_digest(by), expires_at=expires_at)
    picture = captcha_image(HttpRequest(), captcha.picture_key).content
    least, most = WORK_TRIES
    work = altcha.create_challenge(
        "PBKDF2/SHA-256",
        WORK_COST,
        counter=least + secrets.randbelow(most - least),
        expires_at=int(expires_at.timestamp()),
        data={"captcha_id": str(captcha.pk)},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    image = "data:image/png;base64," + base64.b64encode(picture).decode()
    return Challenge(captcha.pk, image, work.to_dict(), int(CAPTCHA_LIFE.total_seconds()))


def spend(captcha_id: UUID | None, value: str, *, by: Actor) -> None:
    """Use up a challenge; raises `captcha_invalid` unless the value is its picture's text or its solved work.

    One that was given to a browser opens nothing in another's hands.
    """
    captcha = Captcha.objects.filter(pk=captcha_id).first() if captcha_id else None
    # The delete decides: of two requests with the same challenge one deletes it and goes on.
    if captcha is None or not Captcha.objects.filter(pk=captcha.pk, expires_at__gt=clock.now()).delete()[0]:
        raise _refused()
    if captcha.client not in ("", _digest(by)):
        raise _refused()
    if not (_reads(captcha, value) or _solves(captcha, value)):
        raise _refused()


def _reads(captcha: Captcha, value: str) -> bool:
    seen = CaptchaStore.objects.filter(hashkey=captcha.picture_key, response=value.strip().lower())
    return bool(seen.delete()[0])


def _solves(captcha: Captcha, value: str) -> bool:
    """Whether `value` is ALTCHA's payload (base64 of JSON) with the work of this very challenge done."""
    try:
        payload = json.loads(base64.b64decode(value, validate=True))
        own = payload["challenge"]["parameters"]["data"]["captcha_id"] == str(captcha.pk)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return own and altcha.verify_solution(value, _secret("challenge"), hmac_key_secret=_secret("key")).verified


def _digest(by: Actor) -> str:
    return blind_index(by.client, "accounts.captcha.client") if by.client else ""


def _secret(use: str) -> bytes:
    return salted_hmac("candidate_api.captcha", use, algorithm="sha256").digest()


def _refused() -> Problem:
    sentence = _("校验码不正确或已过期，请换一张再试。")
    error = FieldError("captcha_value", "captcha_invalid", sentence)
    return Problem(Code.CAPTCHA_INVALID, sentence, errors=[error])
