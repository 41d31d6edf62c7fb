"""Verification codes: six digits, ten minutes, one purpose, one address, five wrong tries."""

import hmac
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from candidate_api.accounts.models import VerificationCode
from candidate_api.accounts.rules import CODE_LIFE, CODE_RESEND, CODE_WRONG_TRIES, CODES_A_DAY, Purpose
from portal.kernel import clock
from portal.kernel.crypto.sealing import blind_index, blind_indexes
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.text import digits

_ADDRESS = "accounts.code.address"
_CODE = "accounts.code"


def issue(purpose: Purpose, address: str) -> tuple[VerificationCode, str]:
    """A new code for the address, stored as a digest; raises `throttled` within 60 s of the last and over the day's."""
    now = clock.now()
    sent = VerificationCode.objects.filter(address_index__in=blind_indexes(address, _ADDRESS))
    last = sent.filter(purpose=purpose, created_at__gt=now - CODE_RESEND).order_by("-created_at").first()
    if last:
        wait = int((last.created_at + CODE_RESEND - now).total_seconds()) + 1
        raise Problem(Code.THROTTLED, _("验证码已发送，请在%(s)d秒后重发。") % {"s": wait}, retry_after=wait)
    if sent.filter(created_at__gt=now - timedelta(days=1)).count() >= CODES_A_DAY:
        raise Problem(Code.THROTTLED, _("今天的验证码次数已用完，请明天再试或改用其他方式。"), retry_after=3600)
    code = digits(6)
    row = VerificationCode.objects.create(
        purpose=purpose,
        address_index=blind_index(address, _ADDRESS),
        code_digest=_digest(purpose, address, code),
        created_at=now,
        expires_at=now + CODE_LIFE,
    )
    return row, code


def spend(purpose: Purpose, address: str, code: str, *, field: str = "sms_code") -> None:
    """Use up the code; raises `code_invalid` and counts the wrong try. Call it outside a transaction.

    The count must survive whatever the caller rolls back, so a code is spent in a transaction of its own: a
    registration that fails afterwards asks for a new one.
    """
    if _spent(purpose, address, code):
        return
    _live(purpose, address).update(wrong_tries=F("wrong_tries") + 1)
    sentence = _("验证码不正确或已过期。")
    raise Problem(Code.CODE_INVALID, sentence, errors=[FieldError(field, "code_invalid", sentence)])


@transaction.atomic
def _spent(purpose: Purpose, address: str, code: str) -> bool:
    live = list(_live(purpose, address).select_for_update().order_by("pk"))
    right = [row for row in live if hmac.compare_digest(row.code_digest, _digest(purpose, address, code))]
    if right:
        VerificationCode.objects.filter(pk__in=[row.pk for row in live]).update(used_at=clock.now())
    return bool(right)


def _live(purpose: Purpose, address: str) -> "QuerySet[VerificationCode]":
    return VerificationCode.objects.filter(
        Q(address_index__in=blind_indexes(address, _ADDRESS)),
        purpose=purpose,
        used_at=None,
        expires_at__gt=clock.now(),
        wrong_tries__lt=CODE_WRONG_TRIES,
    )


def _digest(purpose: str, address: str, code: str) -> str:
    return blind_index(f"{purpose}:{address}:{code}", _CODE)
