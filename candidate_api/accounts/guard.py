"""What trying costs. An attacker meets a limit; an honest person meets at most a captcha, and is never locked out.

Without a cache nobody can be counted: codes go by the rows in the database and a smaller budget, passwords by a captcha
each time.
"""

from datetime import timedelta

import structlog
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from candidate_api.accounts.models import VerificationCode
from candidate_api.accounts.rules import (
    CAPTCHAS_FROM_ADDRESS,
    CODES_AN_HOUR,
    CODES_AN_HOUR_UNCOUNTED,
    CODES_FROM_ADDRESS,
    CODES_FROM_CLIENT,
    CODES_FROM_NAMELESS,
    CODES_SHARED_OUT,
    FAILURES_FROM_ADDRESS,
    FREE_TRIES,
    OWN_BUDGET,
    PLACE_KNOWN,
    PROOF_WRONG_TRIES,
    REGISTRATIONS_OF_MOBILE,
    SIGN_INS_FROM_ADDRESS,
    TRIES_OF_ACCOUNT,
    WRONG_CODES_FROM_ADDRESS,
    Allowance,
)
from portal.kernel import clock, limits
from portal.kernel.actor import Actor
from portal.kernel.crypto.sealing import blind_index
from portal.kernel.errors import Code, FieldError, Problem
from portal.kernel.messages.actions import say
from portal.kernel.users.models import User
from review.offices.queries import users_with
from review.offices.states import Role

log = structlog.get_logger("portal.accounts")
HOUR = 3600


def may_ask_captcha(by: Actor) -> None:
    """Raises `throttled` where one address asks for more challenges than a school full of people would."""
    _take_for_address(CAPTCHAS_FROM_ADDRESS, by)


def may_send_code(account: str, by: Actor) -> Allowance:
    """By which count of the day a code goes that is asked for here for `account`, as it was typed.

    Raises `throttled` where this client, this address or all strangers together have asked for too many. Who is at
    home here is no stranger: nobody else's requests can use up theirs.
    """
    most, shared_out = CODES_AN_HOUR, False
    sentence = _("获取验证码太频繁，请%(wait)s后再试。")
    try:
        if by.client:
            limits.take(CODES_FROM_CLIENT, by.client, sentence)
        elif by.address:
            limits.take(CODES_FROM_NAMELESS, limits.network_of(by.address), sentence)
        if by.address:
            limits.take(CODES_FROM_ADDRESS, limits.network_of(by.address), sentence)
        if _home(account, by):
            return Allowance.HOME
        if by.address:
            shared_out = limits.reached(CODES_SHARED_OUT, limits.network_of(by.address))
            limits.note(CODES_SHARED_OUT, limits.network_of(by.address))
    except limits.Uncounted:
        most = CODES_AN_HOUR_UNCOUNTED
    last_hour = VerificationCode.objects.filter(created_at__gt=clock.now() - timedelta(hours=1))
    spent = last_hour.exclude(allowance__in=OWN_BUDGET).count()
    if spent >= most:
        _alarm(most)
    if spent >= most or (shared_out and spent >= most // 2):
        sentence = _("验证码暂时停发，请过几分钟再试；已有账号的，可在登录过的设备上获取，或用密码登录。")
        raise Problem(Code.THROTTLED, sentence, retry_after=300)
    return Allowance.ANYWHERE


def _alarm(most: int) -> None:
    """Tell the administrators, once an hour; kept although the asker is refused."""
    log.error("codes.budget_reached", most=most)
    hour = int(clock.now().timestamp()) // HOUR
    with transaction.atomic():
        for user in users_with(Role.ADMINISTRATOR):
            say(f"codes.budget:{hour}", "code_budget_reached", {"most": most}, to=user)


def may_try_code(by: Actor) -> None:
    """Raises `throttled` where too many wrong codes came from this address: guessing, or burning others' codes. For
    codes that were asked for elsewhere alone."""
    try:
        spent = bool(by.address) and limits.reached(WRONG_CODES_FROM_ADDRESS, limits.network_of(by.address))
    except limits.Uncounted:
        return  # five tries burn a code with or without a cache
    if spent:
        raise Problem(
            Code.THROTTLED, _("所在网络输错验证码的次数太多。请在本设备上重新获取验证码后输入。"), retry_after=600
        )


def tried_wrong_code(by: Actor) -> None:
    _note_for_address(WRONG_CODES_FROM_ADDRESS, by)


def may_register(mobile: str) -> None:
    """Raises `throttled` where this mobile has proved itself and tried documents often enough."""
    try:
        limits.take(REGISTRATIONS_OF_MOBILE, mobile, _("此手机号码今天尝试注册的次数太多，请明天再试。"))
    except limits.Uncounted:
        return  # each attempt uses up a code, and a number is sent few a day


def may_sign_in(by: Actor) -> None:
    """Raises `throttled` where one address signs in, or begins to, more often than a school full of people would."""
    _take_for_address(SIGN_INS_FROM_ADDRESS, by)


def may_enter(user: User) -> None:
    """Raises `account_frozen` where the account is shut. For who has just shown that it is theirs: nobody else may
    learn that there is one."""
    if not user.is_active:
        sentence = _("该账号已被冻结，暂时不能登录。请持本人有效证件到所属市招生考试院（自考办）咨询办理。")
        raise Problem(Code.ACCOUNT_FROZEN, sentence)


def asks_captcha(account: str, by: Actor) -> bool:
    """Whether this try of a password needs a captcha first; counts the try. Raises `throttled` for a flood.

    By what was typed and not by whose it is: two numbers of one person must not show that they belong together.
    """
    may_sign_in(by)
    try:
        crowded = _crowded(by)
        return bool(limits.count(FREE_TRIES, account)) or crowded
    except limits.Uncounted:
        return True


def will_ask_captcha(account: str, by: Actor) -> bool:
    """Whether the next try will need a captcha, by what was tried until now; counts nothing. Without an account, by
    what the address says alone."""
    try:
        return bool(account and limits.reached(FREE_TRIES, account)) or _crowded(by)
    except limits.Uncounted:
        return True


def _crowded(by: Actor) -> bool:
    """Whether so many passwords from this address were wrong that everybody behind it is asked for a captcha."""
    return bool(by.address) and limits.reached(FAILURES_FROM_ADDRESS, limits.network_of(by.address))


def may_try_password(account: str, by: Actor) -> None:
    """Raises `throttled` where this account was tried too often from unknown places, or from this known one."""
    try:
        wait = limits.count(TRIES_OF_ACCOUNT, _tried_from(account, by))
    except limits.Uncounted:
        return  # a captcha was asked for
    if wait:
        sentence = _("这个账号的密码被试错太多次。请用短信验证码登录，或找回密码。")
        raise Problem(Code.THROTTLED, sentence, retry_after=wait)


def tried_wrong_password(by: Actor) -> None:
    _note_for_address(FAILURES_FROM_ADDRESS, by)


def opened_by_password(account: str, by: Actor) -> None:
    """The password was right: the try does not count."""
    limits.forget(FREE_TRIES, account)
    try:
        limits.give_back(TRIES_OF_ACCOUNT, _tried_from(account, by))
    except limits.Uncounted:
        return


def at_home(by: Actor, *accounts: str) -> None:
    """Who has just shown that these (what was typed, the mobile) are theirs is at home on this client and behind this
    address: what strangers do elsewhere does not count against them here."""
    try:
        known = {place: 1 for account in accounts if account for place in _places(account, by)}
        cache.set_many(known, int(PLACE_KNOWN.total_seconds()))
    except Exception as error:  # what is raised depends on the cache
        log.warning("limits.cache_away", error=type(error).__name__)


def _tried_from(account: str, by: Actor) -> str:
    """What tries count together: those from this place, where the account is at home, else those from everywhere."""
    return f"{account} {_home(account, by)}"


def _home(account: str, by: Actor) -> str:
    """The narrowest place here where the account is at home, or empty; raises Uncounted."""
    places = _places(account, by)
    try:
        known = cache.get_many(places)
    except Exception as error:  # what is raised depends on the cache
        raise limits.Uncounted from error
    return next((place for place in places if place in known), "")


def _places(account: str, by: Actor) -> list[str]:
    here = [part for part in (by.client, by.address and limits.network_of(by.address)) if part]
    return ["signin-place:" + blind_index(f"{account} {part}", "accounts.signin") for part in here]


def may_prove_by_password(user: User, field: str) -> None:
    """Count one more password with which somebody who is signed in tries to prove who they are; raises `throttled`.

    Counted before it is checked: many at once get no more tries than one after another. Without a cache nobody may.
    """
    try:
        wait = limits.count(PROOF_WRONG_TRIES, str(user.pk))
    except limits.Uncounted:
        wait = 300
    if wait:
        sentence = _("密码输错次数过多，请15分钟后再试，或改用验证码。")
        raise Problem(Code.THROTTLED, sentence, errors=[FieldError(field, "throttled", sentence)], retry_after=wait)


def proved_by_password(user: User) -> None:
    """The password was right, or is another now: begin anew."""
    limits.forget(PROOF_WRONG_TRIES, str(user.pk))


def _take_for_address(limit: limits.Limit, by: Actor) -> None:
    """For whoever comes from an address: a job has none."""
    if not by.address:
        return
    try:
        limits.take(limit, limits.network_of(by.address), _("操作太频繁，请%(wait)s后再试。"))
    except limits.Uncounted:
        return


def _note_for_address(limit: limits.Limit, by: Actor) -> None:
    if not by.address:
        return
    try:
        limits.note(limit, limits.network_of(by.address))
    except limits.Uncounted:
        return
