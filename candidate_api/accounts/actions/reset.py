"""找回密码 (manual 二(二)): say who you are, give the code that was sent, set a new password.

Whoever asks learns nothing about an account: for a number that nobody has the same steps are walked, and the code is
sent, or not, by a job afterwards, so that the answer does not take longer for one than for the other.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.accounts import captcha, codes, guard, passwords, queries, recovery, tokens
from candidate_api.accounts.actions.devices import end_all
from candidate_api.accounts.models import PasswordReset
from candidate_api.accounts.rules import (
    CODE_RESEND,
    RESET_LIFE,
    RESETS_A_DAY,
    Allowance,
    Channel,
    Purpose,
    clean_email,
    email_error,
)
from candidate_api.candidates.rules import clean_account, is_mobile, mobile_error
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.crypto.sealing import blind_index, blind_indexes
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.text import clean, clean_mobile, mask_email, mask_mobile
from portal.kernel.users.models import User
from portal.kernel.work import wake

_IDENTIFIER = "accounts.reset.identifier"
_UNSAID = "1**********"


@dataclass(frozen=True)
class Started:
    """What the first step answers: the id for the next one, and where the code goes, masked."""

    reset_id: str
    destination: str
    expires_in: int = int(RESET_LIFE.total_seconds())
    resend_after: int = int(CODE_RESEND.total_seconds())


def start_reset(
    channel: Channel, identifier: str, captcha_id: UUID | None, captcha_value: str, *, by: Actor
) -> Started:
    """Ask for a code: to the mobile, to the e-mail, or to whatever the account of that number has bound.

    Raises Problem: `validation_failed`, `captcha_invalid`, `throttled`; all alike for known and unknown accounts.
    """
    identifier = _cleaned(channel, identifier)
    captcha.spend(captcha_id, captcha_value, by=by)
    guard.may_send_code(identifier, by)
    _throttle(channel, identifier)
    user = _owner(channel, identifier)
    reset_id, digest = tokens.new()
    now = clock.now()
    with transaction.atomic():
        PasswordReset.objects.create(
            user=user,
            channel=channel,
            identifier_index=blind_index(f"{channel}:{identifier}", _IDENTIFIER),
            asker=codes.asker_of(by),
            id_digest=digest,
            created_at=now,
            expires_at=now + RESET_LIFE,
        )
        wake("accounts.send_reset_codes")
    return Started(reset_id, _shown(channel, identifier))


def _cleaned(channel: Channel, identifier: str) -> str:
    error: FieldError | None = None
    if channel == Channel.EMAIL:
        identifier = clean_email(identifier)
        error = email_error(identifier)
    elif channel == Channel.MOBILE:
        identifier = clean_mobile(identifier)
        error = mobile_error(identifier)
    else:
        identifier = clean_account(identifier)
        if not identifier:
            error = FieldError("identifier", "required", _("请填写证件号码或准考证号。"))
    if error:
        raise invalid("identifier", error.code, error.detail)
    return identifier


def _throttle(channel: Channel, identifier: str) -> None:
    """By what was typed, whether anybody has it or not: otherwise the limit would tell."""
    now = clock.now()
    same = blind_indexes(f"{channel}:{identifier}", _IDENTIFIER)
    asked = PasswordReset.objects.filter(identifier_index__in=same, created_at__gt=now - timedelta(days=1))
    times = sorted(asked.values_list("created_at", flat=True))
    if times and times[-1] > now - CODE_RESEND:
        wait = int((times[-1] + CODE_RESEND - now).total_seconds()) + 1
        raise Problem(Code.THROTTLED, _("验证码已发送，请在%(s)d秒后重发。") % {"s": wait}, retry_after=wait)
    if len(times) >= RESETS_A_DAY:
        raise Problem(Code.THROTTLED, _("今天找回密码的次数已用完，请明天再试或改用其他方式。"), retry_after=3600)


def _owner(channel: Channel, identifier: str) -> User | None:
    if channel == Channel.MOBILE:
        return queries.by_mobile(identifier)
    return queries.by_email(identifier) if channel == Channel.EMAIL else queries.by_account(identifier)


def _destination(channel: str, user: User) -> tuple[str, str]:
    """The (mobile, e-mail) that the code goes to, one of them empty: by number the mobile, if there is one."""
    if channel == Channel.EMAIL or not user.mobile:
        return "", user.email
    return user.mobile, ""


def _shown(channel: Channel, identifier: str) -> str:
    """Where the code goes, masked; from what was typed alone. By a document nobody learns whose mobile it is, nor
    whether it is known."""
    if channel == Channel.EMAIL:
        return mask_email(identifier)
    return mask_mobile(identifier) if is_mobile(identifier) else _UNSAID


def send_resets(limit: int = 200) -> None:
    """Send the codes of the resets that wait for one."""
    waiting = PasswordReset.objects.filter(told_at=None, expires_at__gt=clock.now()).order_by("pk")
    for digest in waiting.values_list("id_digest", flat=True)[:limit]:
        _send(digest)


@transaction.atomic
def _send(id_digest: str) -> None:
    reset = queries.reset_for_update(id_digest=id_digest)
    if reset is None or reset.told_at is not None:
        return
    reset.told_at = clock.now()
    reset.save(update_fields=["told_at"])
    # A reset that is nobody's has its code too, which nobody hears: what is tried later is answered alike.
    try:
        row, code = codes.issue(Purpose.RESET, _place(reset), Allowance.RESET, reset.asker)
    except Problem:
        return  # one of a moment ago is on its way, and opens this reset too
    mobile, email = _destination(reset.channel, reset.user) if reset.user else ("", "")
    if mobile or email:
        say(f"code:{row.pk}", "code_reset", {"code": code}, mobile=mobile, email=email)


def _place(reset: PasswordReset) -> str:
    """What a reset's code is issued for: what was typed, so that whoever begins anew may give the code of before, and
    no number that another door could ask about."""
    return f"reset:{reset.identifier_index}"


def verify_reset(reset_id: str, code: str, *, by: Actor) -> str:
    """The token for the last step, for a right code. Raises Problem: `code_invalid`, also where the id is over."""
    digest = tokens.digest(reset_id)
    opened = queries.open_resets(id_digest=digest, token_digest=None)
    reset = opened.select_related("user").first()
    owner = reset.user if reset else None
    # A code of auth/sms-codes/ or auth/email-codes/ that was asked for to reset does, too.
    sent_to = "".join(_destination(reset.channel, owner)) if reset and owner else f"nobody:{digest}"
    codes.spend_one_of(
        Purpose.RESET,
        [_place(reset) if reset else f"none:{digest}", sent_to],
        clean(code),
        asked_here=reset is not None and reset.asker == codes.asker_of(by),
        by=by,
        field="code",
    )
    token, token_digest = tokens.new()
    if not opened.filter(user__isnull=False).update(token_digest=token_digest, expires_at=clock.now() + RESET_LIFE):
        raise _begin_again("code")
    return token


def confirm_reset(reset_token: str, new_password: str, confirm_password: str, *, by: Actor) -> int:
    """Set the new password; every device is signed out, every other way in closed: how many of the latter there were.

    A token serves once, and ends the person's other resets.
    The person is locked, and no reset by itself: two tokens of one person end one another.

    Raises Problem: `code_invalid` where the token is used or over, `validation_failed`.
    """
    mine = queries.open_resets(token_digest=tokens.digest(reset_token), user__is_active=True)
    with transaction.atomic():
        reset = mine.first()
        if reset is None:
            raise _begin_again("reset_token")
        user = queries.user_for_update(reset.user_id)
        if not mine.exists():  # somebody was faster while we waited
            raise _begin_again("reset_token")
        errors = passwords.repeated(new_password, confirm_password)
        errors += passwords.errors(new_password, user, user.candidate.id_number, field="new_password")
        if errors:
            raise Problem(Code.VALIDATION_FAILED, errors[0].detail, errors=errors)
        user.set_password(new_password)
        user.save(update_fields=["password"])
        ended, closed = end_all(user), recovery.close_other_ways(user, by=by)
        facts = {"channel": reset.channel, "devices": ended, "closed": closed}
        entry = record("accounts.reset_password", user, by=by.known_as(user), **facts)
        at = f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"
        say(f"accounts.password:{entry.pk}", "password_changed", {"at": at}, to=user, link="/me/security/")
    guard.proved_by_password(user)
    # The code has shown whose it is, and what was guessed before is worth nothing now: the owner is at home here.
    guard.at_home(by, user.mobile or "", user.candidate.id_number, user.candidate.candidate_number or "")
    return closed


def _begin_again(field: str) -> Problem:
    sentence = _("这次找回密码已过期或已完成，请重新开始。")
    return Problem(Code.CODE_INVALID, sentence, errors=[FieldError(field, "expired", sentence)])


def forget_resets() -> None:
    """Delete resets that no limit counts any more."""
    PasswordReset.objects.filter(created_at__lt=clock.now() - timedelta(days=1)).delete()
