"""The door of the admin: a second factor, recovery codes, the password's age."""

import secrets
from math import ceil

import structlog
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import devices_for_user, user_has_device
from django_otp.models import Device

from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.crypto.sealing import blind_index, blind_indexes
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.staff_door import factors, queries
from portal.kernel.staff_door.models import Authenticator, RecoveryCode
from portal.kernel.staff_door.rules import (
    FAILURES_FORGOTTEN,
    RECOVERIES,
    RECOVERY_CODES,
    WRONG_CODES,
    clean_code,
    wait_after,
)
from portal.kernel.users.actions import end_sessions
from portal.kernel.users.models import User

log = structlog.get_logger("portal.staff_door")
_PURPOSE = "staff_door.recovery"
# Neither 0 and o nor 1, i and l: these are copied from paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


# -- setting up -------------------------------------------------------------------------------------------------------
@transaction.atomic
def begin(*, by: Actor) -> Authenticator:
    """A new secret that waits for its first code; one that was waiting is forgotten. Raises `state_conflict` where
    the actor has a confirmed one: that must be removed with a code first."""
    user = _staff(by)
    if queries.authenticator(by, confirmed=True):
        raise Problem(Code.STATE_CONFLICT, _("您已设置动态口令。更换手机请先移除原来的动态口令。"))
    Authenticator.objects.filter(user=user, confirmed=False).delete()
    made: Authenticator = Authenticator.objects.create(user=user, confirmed=False)
    return made


@transaction.atomic
def confirm(code: str, *, by: Actor) -> tuple[Authenticator, list[str]]:
    """The app shows the right code: from now on it is the second factor. Also the recovery codes, told this once.

    Raises Problem: `not_found` where nothing was begun, `code_invalid`.
    """
    device = queries.authenticator_for_update(by, confirmed=False)
    if not device.accepts(clean_code(code), clock.now().timestamp()):
        raise _wrong(_("动态口令不正确。请核对手机时间是否准确，输入应用中当前显示的6位数字。"))
    device.confirmed = True
    device.save(update_fields=["confirmed", "last_step"])
    record("staff_door.set_up", device.user, by=by)
    say(f"staff_door.set_up:{device.pk}", "second_factor_set_up", {}, to=device.user)
    return device, _new_recovery_codes(device.user)


@transaction.atomic
def first_recovery_codes(*, by: Actor) -> list[str]:
    """Recovery codes, told this once, for whoever has just set up their first second factor; else none."""
    user = User.objects.select_for_update().get(pk=_staff(by).pk)
    if len(list(devices_for_user(user))) != 1:
        return []
    record("staff_door.set_up", user, by=by)
    return _new_recovery_codes(user)


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _n in range(10)) for _m in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user=user, digest=blind_index(_bound(user, c), _PURPOSE)) for c in codes]
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _bound(user: User, code: str) -> str:
    return f"{user.pk}:{code}"


def _staff(by: Actor) -> User:
    user = User.objects.filter(pk=by.user_id, is_staff=True, is_active=True).first() if by.user_id else None
    if user is None:
        raise Problem(Code.PERMISSION_DENIED)
    return user


# -- coming in --------------------------------------------------------------------------------------------------------
def verify(code: str, *, by: Actor) -> Device:
    """A code of the app or a recovery code, right: the device that has spoken, or stands for the code.

    Call it outside a transaction: a wrong code is counted whatever the caller rolls back. Raises Problem:
    `not_found` without a device, `throttled` after too many wrong ones, `code_invalid`.
    """
    if queries.authenticator(by, confirmed=True) is None:
        return _recover(clean_code(code), by)
    with transaction.atomic():
        device = queries.authenticator_for_update(by, confirmed=True)
        now = clock.now()
        if device.wait_until and device.wait_until > now:
            seconds = ceil((device.wait_until - now).total_seconds())
            raise Problem(Code.THROTTLED, _("错误次数过多，请在%(s)d秒后再试。") % {"s": seconds}, retry_after=seconds)
        way = _way_in(device, clean_code(code))
        if way:
            device.wrong_codes, device.wait_until = 0, None
            record("staff_door.verify", device.user, by=by, way=way)
        else:
            device.wrong_codes += 1
            wait = wait_after(device.wrong_codes)
            device.wait_until = now + wait if wait else None
            record("staff_door.wrong_code", device.user, by=by, times=device.wrong_codes)
            if device.wrong_codes == WRONG_CODES:
                # Whoever gets here has the password.
                say(f"staff_door.wrong:{device.pk}:{now:%Y%m%d%H%M}", "second_factor_wrong", {}, to=device.user)
        device.save(update_fields=["last_step", "wrong_codes", "wait_until"])
    if not way:
        raise _wrong(_("动态口令或恢复代码不正确。"))
    return device


def _way_in(device: Authenticator, code: str) -> str:
    if device.accepts(code, clock.now().timestamp()):
        return "authenticator"
    return "recovery" if _spend(device.user, code) else ""


def _spend(user: User, code: str) -> bool:
    """Whether it is one of the user's recovery codes, which now is used. The update decides."""
    kept = RecoveryCode.objects.filter(user=user, used_at=None)
    found = kept.filter(digest__in=blind_indexes(_bound(user, code), _PURPOSE)).first()
    if found is None or not kept.filter(pk=found.pk).update(used_at=clock.now()):
        return False
    say(f"staff_door.recovery:{found.pk}", "recovery_code_used", {"left": kept.count()}, to=user)
    return True


def _recover(code: str, by: Actor) -> Device:
    """A recovery code of whoever has another second factor than the app."""
    user = _staff(by)
    device = next(devices_for_user(user), None)
    if device is None:
        raise Problem(Code.NOT_FOUND)
    try:
        limits.take(RECOVERIES, str(user.pk), _("错误次数过多，请%(wait)s后再试。"))
    except limits.Uncounted as error:
        raise Problem(Code.THROTTLED, _("暂时不能使用恢复代码，请稍后再试。"), retry_after=60) from error
    with transaction.atomic():
        is_right = _spend(user, code)
        record("staff_door.verify" if is_right else "staff_door.wrong_code", user, by=by, way="recovery")
    if not is_right:
        raise _wrong(_("恢复代码不正确。"))
    return device


def _wrong(sentence: str) -> Problem:
    return Problem(Code.CODE_INVALID, sentence, errors=[FieldError("code", "code_invalid", sentence)])


def renew_recovery_codes(code: str, *, by: Actor) -> list[str]:
    """New recovery codes, told this once; the old ones end. Asks for a code, and raises what `verify` does."""
    device = verify(code, by=by)
    with transaction.atomic():
        record("staff_door.recovery_codes", device.user, by=by)
        return _new_recovery_codes(device.user)


def remove(code: str, *, by: Actor) -> None:
    """Take one's own app away, e.g. for a new telephone; recovery codes stay for another second factor. Asks for a
    code, and raises what `verify` does."""
    device = verify(code, by=by)
    with transaction.atomic():
        Authenticator.objects.filter(user=device.user).delete()
        if not user_has_device(device.user):
            RecoveryCode.objects.filter(user=device.user).delete()
        record("staff_door.remove", device.user, by=by)
        say(f"staff_door.remove:{device.pk}", "second_factor_removed", {}, to=device.user)


def forget(user: User) -> None:
    """Take the user's second factor away, in the caller's transaction: the next sign-in sets one up anew."""
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    for factor in factors.plugged():
        factor.of(user).delete()


# -- the password -----------------------------------------------------------------------------------------------------
def change_password(old: str, new: str, *, by: Actor) -> User:
    """Change one's own password; all other sessions end. Raises Problem: `validation_failed` naming `old` or `new`."""
    user = _staff(by)
    if not user.check_password(old):
        raise invalid("old", "incorrect", _("当前密码不正确。"))
    if user.check_password(new):
        raise invalid("new", "same", _("新密码不能与当前密码相同。"))
    try:
        validate_password(new, user)
    except ValidationError as error:
        errors = [FieldError("new", str(e.code), " ".join(e.messages)) for e in error.error_list]
        raise Problem(Code.VALIDATION_FAILED, errors=errors) from error
    with transaction.atomic():
        user.set_password(new)
        user.save(update_fields=["password", "password_changed_at"])
        end_sessions(user)
        record("staff_door.change_password", user, by=by)
        say(f"staff_door.password:{user.pk}:{user.session_generation}", "staff_password_changed", {}, to=user)
    return user


def signed_in(user: User, *, by: Actor) -> None:
    """The right password, at the admin's door."""
    for key in list(queries.failure_keys(user.get_username(), by.address))[:1]:
        cache.delete(key)
    record("staff_door.sign_in", user, by=by)


def sign_in_failed(username: str, *, by: Actor) -> None:
    """Count a wrong password against its name and address together, and against the address.

    Without a cache nobody counts: what is left is the second factor, whose wrong codes the database counts.
    """
    try:
        for key in queries.failure_keys(username, by.address):
            cache.add(key, 0, int(FAILURES_FORGOTTEN.total_seconds()))
            cache.incr(key)
    except Exception as error:  # what is raised depends on the cache
        log.warning("limits.cache_away", error=type(error).__name__)
    user = User.objects.filter(username=username, is_staff=True).first()
    if user:
        record("staff_door.sign_in_failed", user, by=by)
