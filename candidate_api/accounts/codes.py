"""Verification codes: six digits, ten minutes, one purpose, one address (mobile or e-mail), five wrong tries.

Five for the browser or app that asked for it, and five for all others together: strangers who guess leave the asker's.
"""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.accounts import guard
from candidate_api.accounts.models import VerificationCode
from candidate_api.accounts.rules import (
    CODE_LIFE,
    CODE_RESEND,
    CODE_WRONG_TRIES,
    CODES_A_DAY,
    CODES_KEPT,
    Allowance,
    Purpose,
)
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index, blind_indexes
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.limits import network_of
from portal.kernel.text import digits

_ADDRESS = "accounts.code.address"
_CODE = "accounts.code"


def issue(purpose: Purpose, address: str, allowance: Allowance, asker: str) -> tuple[VerificationCode, str]:
    """A new code for the address, stored as a digest; raises `throttled` within 60 s of the last, and where the day's
    `allowance` is used up.

    Both go by the rows, so that they hold without a cache; `code_once_a_minute` decides between two at once.
    """
    now = clock.now()
    sent = VerificationCode.objects.filter(address_index__in=blind_indexes(address, _ADDRESS)).order_by("-created_at")
    last = sent.filter(purpose=purpose, created_at__gt=now - CODE_RESEND).first()
    if last:
        raise _too_soon(int((last.created_at + CODE_RESEND - now).total_seconds()) + 1)
    most = CODES_A_DAY[allowance]
    today = sent.filter(allowance=allowance, created_at__gt=now - timedelta(days=1))
    today = list(today.values_list("created_at", flat=True)[:most])
    if len(today) == most:
        wait = int((today[-1] + timedelta(days=1) - now).total_seconds()) + 1
        raise Problem(Code.THROTTLED, _("今天的验证码次数已用完，请明天再试或改用其他方式。"), retry_after=wait)
    code = digits(6)
    try:
        with transaction.atomic():
            row = VerificationCode.objects.create(
                purpose=purpose,
                allowance=allowance,
                asker=asker,
                address_index=blind_index(address, _ADDRESS),
                code_digest=_digest(purpose, address, code),
                minute=int(now.timestamp()) // 60,
                created_at=now,
                expires_at=now + CODE_LIFE,
            )
    except IntegrityError as error:
        raise _too_soon(int(CODE_RESEND.total_seconds())) from error
    return row, code


def spend(purpose: Purpose, address: str, code: str, *, by: Actor, field: str = "sms_code") -> None:
    """Use up the code; raises `code_invalid` and counts the wrong try, `throttled` where the caller guesses too often.

    The count must survive whatever the caller rolls back, so a code is spent in a transaction of its own: call it
    outside one. A registration that fails afterwards asks for a new code.
    """
    asked_here = _live(purpose, [address], asker_of(by)).filter(asker=asker_of(by)).exists()
    spend_one_of(purpose, [address], code, asked_here=asked_here, by=by, field=field)


def spend_one_of(
    purpose: Purpose, addresses: Sequence[str], code: str, *, asked_here: bool, by: Actor, field: str
) -> None:
    """As `spend`, of a code for any of these; `asked_here` is whether the caller asked for it on this device, where
    the codes alone must not tell."""
    if not asked_here:
        guard.may_try_code(by)
    if _right(purpose, addresses, code, asker_of(by)):
        return
    if not asked_here:
        guard.tried_wrong_code(by)
    raise refused(field)


def asker_of(by: Actor) -> str:
    """Who asks, as a digest: this browser or app, or whoever shows no name behind this address."""
    place = by.client or (by.address and network_of(by.address))
    return blind_index(place, "accounts.code.asker") if place else ""


def forget() -> int:
    """Let go of what no limit looks back to; how many."""
    return VerificationCode.objects.filter(created_at__lt=clock.now() - CODES_KEPT).delete()[0]


def refused(field: str = "sms_code") -> Problem:
    """The one answer to a code that does not do, whyever."""
    sentence = _("验证码不正确或已过期。")
    return Problem(Code.CODE_INVALID, sentence, errors=[FieldError(field, "code_invalid", sentence)])


@transaction.atomic
def _right(purpose: Purpose, addresses: Sequence[str], code: str, asker: str) -> bool:
    """Whether the code is right; it is used up then, else the try is counted, under the same lock: of many tries at
    once no more than five are looked at."""
    live = list(locking(_live(purpose, addresses, asker)))
    rows = VerificationCode.objects.filter(pk__in=[row.pk for row in live])
    digests = [_digest(purpose, address, code) for address in addresses] if live else []
    if any(hmac.compare_digest(row.code_digest, digest) for row in live for digest in digests):
        return bool(rows.update(used_at=clock.now()))
    rows.filter(asker=asker).update(wrong_tries=F("wrong_tries") + 1)
    rows.exclude(asker=asker).update(strange_tries=F("strange_tries") + 1)
    return False


def locking(rows: "QuerySet[VerificationCode]") -> "QuerySet[VerificationCode]":
    return rows.select_for_update().order_by("pk")


def _live(purpose: Purpose, addresses: Sequence[str], asker: str) -> "QuerySet[VerificationCode]":
    """Those that this asker may still try."""
    return VerificationCode.objects.filter(
        Q(asker=asker, wrong_tries__lt=CODE_WRONG_TRIES) | (~Q(asker=asker) & Q(strange_tries__lt=CODE_WRONG_TRIES)),
        address_index__in=[index for address in addresses for index in blind_indexes(address, _ADDRESS)],
        purpose=purpose,
        used_at=None,
        expires_at__gt=clock.now(),
    )


def _digest(purpose: str, address: str, code: str) -> str:
    return blind_index(f"{purpose}:{address}:{code}", _CODE)


def _too_soon(wait: int) -> Problem:
    return Problem(Code.THROTTLED, _("验证码已发送，请在%(s)d秒后重发。") % {"s": wait}, retry_after=wait)
