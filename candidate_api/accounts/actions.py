"""Signing up and signing in. Known and unknown accounts are answered alike."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from secrets import token_hex
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from knox.models import get_token_model

from candidate_api.accounts import captcha, codes, notice, queries
from candidate_api.accounts.rules import CODE_LIFE, CODE_RESEND, TOKEN_LIFE, TOKENS_PER_USER, WEAK_PASSWORD, Purpose
from candidate_api.candidates import actions as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import clean_id_number, id_number_error, mobile_error, name_error
from candidate_api.candidates.states import IdType
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem, invalid
from portal.kernel.messages.actions import say
from portal.kernel.text import clean, clean_name
from portal.kernel.users.models import User


@cache
def _nobody() -> str:
    """What a wrong account's password is checked against, so that it takes as long as a right account's."""
    return make_password("nobody")


@dataclass(frozen=True)
class Sent:
    """A code is on its way, or would be if the number were known: seconds that it holds and until the next."""

    expires_in: int = int(CODE_LIFE.total_seconds())
    resend_after: int = int(CODE_RESEND.total_seconds())


def send_sms_code(mobile: str, purpose: Purpose, captcha_id: UUID | None, captcha_value: str, *, by: Actor) -> Sent:
    """Send a code for `purpose` to `mobile`; the same answer whether the number has an account or not.

    Raises Problem: `validation_failed`, `captcha_invalid`, `throttled`.
    """
    mobile = clean(mobile)
    if error := mobile_error(mobile):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    captcha.spend(captcha_id, captcha_value)
    user = queries.by_mobile(mobile)
    with transaction.atomic():
        row, code = codes.issue(purpose, mobile)
        event = f"code:{row.pk}"
        if purpose == Purpose.REGISTER and user:
            say(event, "already_registered", {}, mobile=mobile)
        elif purpose == Purpose.REGISTER or user:
            say(event, f"code_{purpose}", {"code": code}, mobile=mobile)
    return Sent()


def register(
    *,
    notice_version: str,
    name: str,
    id_type: str,
    id_number: str,
    mobile: str,
    sms_code: str,
    captcha_id: UUID | None,
    captcha_value: str,
    password: str,
    by: Actor,
) -> Candidate:
    """Make the account and the record of a new candidate.

    Raises Problem: `validation_failed` naming each field, `captcha_invalid`, `code_invalid`, `already_registered`
    (one account per document, one per mobile; the database holds both).
    """
    name, mobile = clean_name(name), clean(mobile)
    id_number = clean_id_number(id_number)
    errors = [name_error(name), id_number_error(id_type, id_number, clock.today()), mobile_error(mobile)]
    if notice_version != notice.CURRENT:
        errors.append(FieldError("notice_version", "outdated", _("注册须知已更新，请重新阅读并确认。")))
    user = User(username=f"c-{token_hex(8)}", name=name, mobile=mobile, is_candidate=True)
    errors += _password_errors(password, user, id_number)
    found = [error for error in errors if error]
    if found:
        raise Problem(Code.VALIDATION_FAILED, found[0].detail, errors=found)
    captcha.spend(captcha_id, captcha_value)
    codes.spend(Purpose.REGISTER, mobile, clean(sms_code))
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            return candidates.create(
                user, id_type=IdType(id_type), id_number=id_number, notice_version=notice_version, by=by
            )
    except IntegrityError as error:
        sentence = _("该证件或手机号码已注册过账号。请直接登录，或用“忘记密码”找回；不是本人注册的请提交投诉。")
        raise Problem(Code.ALREADY_REGISTERED, sentence) from error


def _password_errors(password: str, user: User, id_number: str) -> list[FieldError | None]:
    if len(password) > 128:
        return [FieldError("password", "too_long", _("密码最多128位。"))]
    if password in id_number or (user.mobile and user.mobile in password):
        return [FieldError("password", "personal", _("密码不能是证件号码或手机号码的一部分。"))]
    try:
        validate_password(password, user)
    except ValidationError as error:
        # Django's own sentences are not all in Chinese.
        return [
            FieldError("password", str(e.code), WEAK_PASSWORD.get(str(e.code), " ".join(e.messages)))
            for e in error.error_list
        ]
    return []


def sign_in_password(
    account: str, password: str, captcha_id: UUID | None = None, captcha_value: str = "", *, by: Actor
) -> User:
    """The candidate behind mobile, ID number or 准考证号 and password.

    Raises Problem: `captcha_required` after three failures, `captcha_invalid`, `invalid_credentials`.
    """
    if queries.needs_captcha(account):
        if captcha_id is None:
            raise Problem(Code.CAPTCHA_REQUIRED)
        captcha.spend(captcha_id, captcha_value)
    user = queries.by_account(account)
    right = check_password(password, user.password if user else _nobody())
    if user is None or not right:
        queries.count_failure(account)
        raise Problem(Code.INVALID_CREDENTIALS, _("账号或密码不正确。"))
    queries.forget_failures(account)
    record("accounts.sign_in", user, by=by, way="password")
    return user


def sign_in_sms(mobile: str, sms_code: str, *, by: Actor) -> User:
    """The candidate behind a mobile and a code sent to it. Raises Problem: `code_invalid`."""
    mobile = clean(mobile)
    codes.spend(Purpose.LOGIN, mobile, clean(sms_code))
    user = queries.by_mobile(mobile)
    if user is None:
        raise invalid("sms_code", "code_invalid", _("验证码不正确或已过期。"))
    record("accounts.sign_in", user, by=by, way="sms")
    return user


@transaction.atomic
def issue_token(user: User, device: str, *, by: Actor) -> tuple[str, datetime]:
    """A new device token and the instant of its end; the oldest goes where the person has too many."""
    tokens = get_token_model()
    surplus = tokens.objects.filter(user=user).order_by("-created")[TOKENS_PER_USER - 1 :]
    tokens.objects.filter(pk__in=[row.pk for row in surplus]).delete()
    row, token = tokens.objects.create(user=user, expiry=TOKEN_LIFE, device=device[:80], address=by.address)
    return token, row.expiry


def revoke_token(token: object) -> None:
    """End this device's token; the next call with it is refused."""
    get_token_model().objects.filter(pk=getattr(token, "pk", None)).delete()
