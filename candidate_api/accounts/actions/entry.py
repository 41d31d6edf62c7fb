"""Signing up and signing in. Known and unknown accounts are answered alike."""

from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from uuid import UUID

from django.contrib.auth.hashers import BasePasswordHasher, check_password, get_hasher
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candidate_api.accounts import captcha, codes, guard, notice, passwords, queries
from candidate_api.accounts.rules import CODE_LIFE, CODE_RESEND, Purpose, clean_email, email_error
from candidate_api.candidates import actions as candidates
from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import of_document
from candidate_api.candidates.rules import clean_account, clean_id_number, id_number_error, mobile_error, name_error
from candidate_api.candidates.states import IdType
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.audit.actions import record
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.messages.actions import say
from portal.kernel.text import clean, clean_mobile, clean_name
from portal.kernel.users.models import User
from portal.kernel.work import wake


@cache
def _nobody(hasher: BasePasswordHasher) -> str:
    """What a wrong account's password is checked against, so that it takes as long as a right account's."""
    return hasher.encode("nobody", hasher.salt())


@dataclass(frozen=True)
class Sent:
    """A code is on its way, or would be if the number were known: seconds that it holds and until the next."""

    expires_in: int = int(CODE_LIFE.total_seconds())
    resend_after: int = int(CODE_RESEND.total_seconds())


def send_sms_code(mobile: str, purpose: Purpose, captcha_id: UUID | None, captcha_value: str, *, by: Actor) -> Sent:
    """Send a code for `purpose` to `mobile`; the same answer whether the number has an account or not.

    Raises Problem: `validation_failed`, `captcha_invalid`, `throttled`.
    """
    mobile = clean_mobile(mobile)
    if error := mobile_error(mobile):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    captcha.spend(captcha_id, captcha_value, by=by)
    known = queries.by_mobile(mobile, shut=purpose != Purpose.RESET) is not None
    template = "already_registered" if known and purpose == Purpose.REGISTER else f"code_{purpose}"
    return _send_code(purpose, mobile, template, known=known, by=by, mobile=mobile)


def send_email_code(email: str, purpose: Purpose, captcha_id: UUID | None, captcha_value: str, *, by: Actor) -> Sent:
    """Send a code for `purpose` (reset, bind) to an e-mail address; the same answer whether it is somebody's or not.

    Raises Problem: `validation_failed`, `captcha_invalid`, `throttled`.
    """
    email = clean_email(email)
    if error := email_error(email):
        raise Problem(Code.VALIDATION_FAILED, error.detail, errors=[error])
    captcha.spend(captcha_id, captcha_value, by=by)
    return _send_code(purpose, email, f"code_{purpose}", known=queries.by_email(email) is not None, by=by, email=email)


def _send_code(
    purpose: Purpose, address: str, template: str, *, known: bool, by: Actor, mobile: str = "", email: str = ""
) -> Sent:
    allowance = guard.may_send_code(address, by)
    with transaction.atomic():
        row, code = codes.issue(purpose, address, allowance, codes.asker_of(by))
        with transaction.atomic():
            say(f"code:{row.pk}", template, {"code": code}, mobile=mobile, email=email)
            if not known and purpose not in (Purpose.REGISTER, Purpose.BIND):
                # Nothing is sent to an address that nobody has, but the work is the same, and so is its time.
                transaction.set_rollback(True)
        wake("messages.deliver_due")
    return Sent()


def register(
    *,
    notice_version: str,
    name: str,
    id_type: str,
    id_number: str,
    mobile: str,
    sms_code: str,
    password: str,
    captcha_id: UUID | None = None,
    captcha_value: str = "",
    by: Actor,
) -> Candidate:
    """Make the account and the record of a new candidate.

    One captcha is enough: a right code shows that its mobile's owner had one solved, minutes ago (`send_sms_code`),
    and a wrong one ends with its few tries. Another is not asked for; one that is given must be right.

    Raises Problem: `validation_failed` naming each field, `captcha_invalid`, `code_invalid`, `already_registered`
    (one account per document, one per mobile; the database holds both).
    """
    name, mobile = clean_name(name), clean_mobile(mobile)
    id_number = clean_id_number(id_number)
    found = registration_errors(name=name, id_type=id_type, id_number=id_number, mobile=mobile, password=password)
    if notice_version != notice.CURRENT:
        found.append(FieldError("notice_version", "outdated", _("注册须知已更新，请重新阅读并确认。")))
    user = User(username=f"c-{token_hex(8)}", name=name, mobile=mobile, is_candidate=True)
    if found:
        raise Problem(Code.VALIDATION_FAILED, found[0].detail, errors=found)
    if captcha_id is not None or captcha_value:
        captcha.spend(captcha_id, captcha_value, by=by)
    codes.spend(Purpose.REGISTER, mobile, clean(sms_code), by=by)
    guard.may_register(mobile)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            made = candidates.create(
                user, id_type=IdType(id_type), id_number=id_number, notice_version=notice_version, by=by
            )
    except IntegrityError as error:
        _tell_the_owner(id_type, id_number, by=by)
        sentence = _(
            "该证件或手机号码已注册过账号。请直接登录，或用“忘记密码”找回；账号已注销或不是本人注册的，请持证件到市招生考试院办理。更正后重新注册的，请重新获取验证码。"
        )
        raise Problem(Code.ALREADY_REGISTERED, sentence) from error
    guard.at_home(by, mobile)
    return made


def registration_errors(
    *,
    name: str | None = None,
    id_type: str | None = None,
    id_number: str | None = None,
    mobile: str | None = None,
    password: str | None = None,
) -> list[FieldError]:
    """Why `register` would refuse these, field by field; what is None is not judged.

    For an edge that has more to say itself, so that a person hears of all at once.
    """
    errors: list[FieldError | None] = []
    if name is not None:
        errors.append(name_error(clean_name(name)))
    if id_type is not None and id_number is not None:
        errors.append(id_number_error(id_type, clean_id_number(id_number), clock.today()))
    if mobile is not None:
        errors.append(mobile_error(clean_mobile(mobile)))
    if password is not None:
        person = User(name=clean_name(name or ""), mobile=clean_mobile(mobile or ""))
        errors += passwords.errors(password, person, clean_id_number(id_number or ""))
    return [error for error in errors if error]


@transaction.atomic
def _tell_the_owner(id_type: str, id_number: str, *, by: Actor) -> None:
    """Whoever has the document already hears of a second registration at the mobile that we know, once a day."""
    owner = of_document(id_type, id_number)
    if owner is not None:
        say(f"registered_again:{owner.pk}:{clock.today()}", "registered_again", {}, to=owner.user)
        record("accounts.registered_again", owner, by=by)


def sign_in_password(
    account: str, password: str, captcha_id: UUID | None = None, captcha_value: str = "", *, by: Actor
) -> User:
    """The candidate behind mobile, ID number or 准考证号 and password.

    Raises Problem: `captcha_required` after three failures, `captcha_invalid`, `throttled`, `invalid_credentials`;
    `account_frozen` to who knows the password.
    """
    account = clean_account(account)
    if guard.asks_captcha(account, by):
        if captcha_id is None:
            raise Problem(Code.CAPTCHA_REQUIRED)
        captcha.spend(captcha_id, captcha_value, by=by)
    guard.may_try_password(account, by)
    user = queries.by_account(account, shut=True)
    # A right password that was hashed with weaker parameters is hashed anew.
    right = user.check_password(password) if user else check_password(password, _nobody(get_hasher()))
    if user is None or not right:
        guard.tried_wrong_password(by)
        raise Problem(Code.INVALID_CREDENTIALS, _("账号或密码不正确。"))
    guard.may_enter(user)
    guard.opened_by_password(account, by)
    guard.at_home(by, account, user.mobile)
    record("accounts.sign_in", user, by=by.known_as(user), way="password")
    return user


def asks_captcha_next(account: str, *, by: Actor) -> bool:
    """Whether the next try of a password for `account`, known or not or not typed yet, will need a captcha: for a page
    that shows it before it is asked for."""
    return guard.will_ask_captcha(clean_account(account), by)


def sign_in_sms(mobile: str, sms_code: str, *, by: Actor) -> User:
    """The candidate behind a mobile and a code sent to it.

    Raises Problem: `code_invalid`, `throttled`; `account_frozen` to who has the code.
    """
    mobile = clean_mobile(mobile)
    codes.spend(Purpose.LOGIN, mobile, clean(sms_code), by=by)
    user = queries.by_mobile(mobile, shut=True)
    if user is None:
        raise codes.refused()
    guard.may_enter(user)
    guard.at_home(by, mobile)
    record("accounts.sign_in", user, by=by.known_as(user), way="sms")
    return user
