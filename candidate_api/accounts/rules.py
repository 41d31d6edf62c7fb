"""Limits and lifetimes of signing up and signing in, each in one place."""

import re
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import FieldError
from portal.kernel.limits import Limit
from portal.kernel.messages import states as outbox
from portal.kernel.text import clean


class Purpose(TextChoices):
    """What a verification code may be used for."""

    REGISTER = "register", _("注册")
    LOGIN = "login", _("登录")
    RESET = "reset", _("找回密码")
    BIND = "bind", _("绑定与本人验证")
    ON_SITE = "on_site", _("现场更换手机号码")


class Allowance(TextChoices):
    """By which count of an address's day a code goes. Whoever bombs a number uses up the first alone: its owner goes
    by another where she has signed in before, where she forgot the password, and at the office's counter."""

    ANYWHERE = "anywhere", _("未知来源")
    HOME = "home", _("登录过的设备或网络")
    RESET = "reset", _("找回密码")
    COUNTER = "counter", _("现场办理")


class Kind(TextChoices):
    """What somebody is signed in with."""

    APP = "app", _("手机应用")
    WEB = "web", _("浏览器")


class Way(TextChoices):
    """By what somebody signed in."""

    PASSWORD = "password", _("密码")
    SMS = "sms", _("短信验证码")
    PASSKEY = "passkey", _("通行密钥")
    REGISTER = "register", _("注册")


class Channel(TextChoices):
    """By what a person who forgot the password says who they are (manual 二(二)1)."""

    MOBILE = "mobile", _("手机号")
    ACCOUNT = "account", _("账号")
    EMAIL = "email", _("邮箱")


CODE_LIFE = outbox.SECRET_LIFE
CODE_RESEND = timedelta(seconds=60)
CODE_WRONG_TRIES = 5
# Of a reset by what was typed, as RESETS_A_DAY.
CODES_A_DAY = {Allowance.ANYWHERE: 10, Allowance.HOME: 10, Allowance.RESET: 5, Allowance.COUNTER: 10}
CODES_KEPT = timedelta(days=1)  # longer than any limit looks back

# Who asks for codes. A whole school may stand behind one address and a desk helps people register on one browser, so
# those two are far above what honest people need; the captcha is what costs whoever means harm.
CODES_FROM_CLIENT = Limit("codes-client", 30, timedelta(hours=1))
CODES_FROM_NAMELESS = Limit("codes-nameless", 60, timedelta(minutes=1))  # of one address, by clients that show no id
CODES_FROM_ADDRESS = Limit("codes-address", 120, timedelta(minutes=1))
WRONG_CODES_FROM_ADDRESS = Limit("wrong-codes-address", 60, timedelta(minutes=10))
# The budget: four times what the last evening before a deadline needs. Where nobody can be counted it is smaller.
CODES_AN_HOUR = 20_000
CODES_AN_HOUR_UNCOUNTED = 2_000
# Once half of it is spent, it is shared out: what one address may have of it in an hour. A few cannot spend it all.
CODES_SHARED_OUT = Limit("codes-shared", 100, timedelta(hours=1))
# Whose day and hour they are not: of people who have signed in there before, and of the counter.
OWN_BUDGET = (Allowance.HOME, Allowance.COUNTER)
# Each attempt with a valid code for the mobile: what one mobile can find out about documents.
REGISTRATIONS_OF_MOBILE = Limit("registrations-mobile", 3, timedelta(days=1))

# How long after a sign-in, or after a secret given once more, a person need not prove again who they are.
PROOF_LIFE = timedelta(minutes=10)
# Wrong passwords in a row with which a signed-in device may try to prove that; then codes alone, until forgotten.
PROOF_WRONG_TRIES = Limit("proof-password", 5, timedelta(minutes=15))

# Long enough to fill a form beside it on a small keyboard.
CAPTCHA_LIFE = timedelta(minutes=10)
CAPTCHAS_FROM_ADDRESS = Limit("captchas-address", 300, timedelta(minutes=1))
# PBKDF2 rounds of one try, and how many tries an honest phone makes (about a second of work).
WORK_COST = 2000
WORK_TRIES = (150, 400)

# A device is signed out at the latest after `…_LIFE`, and where it was not used for `…_IDLE`.
APP_LIFE = timedelta(days=30)
APP_IDLE = timedelta(days=14)
WEB_LIFE = timedelta(hours=12)
WEB_IDLE = timedelta(hours=1)
# "Last seen" is written no oftener than this, so an idle end may come this much early.
SEEN_EVERY = timedelta(minutes=5)
TOKENS_PER_USER = 10
SIGN_INS_KEPT = timedelta(days=180)
SIGN_INS_SHOWN = 10

RESET_LIFE = timedelta(minutes=15)
# By what was typed. Three numbers lead to one mobile (itself, document, 准考证号), and its allowance holds what all
# three may ask for: nobody who was told of a code waits in vain.
RESETS_A_DAY = 5

PASSWORD_LENGTH = (8, 128)

# Passwords. Beyond the free tries a captcha is asked for, of this account or of everybody behind this address.
FREE_TRIES = Limit("password-account", 3, timedelta(minutes=15))
FAILURES_FROM_ADDRESS = Limit("password-failures-address", 30, timedelta(minutes=15))
SIGN_INS_FROM_ADDRESS = Limit("password-address", 300, timedelta(minutes=1))
# Tries of one account from all places together where it has not signed in lately, and from each place where it has:
# beyond it the password alone does not open, a code does. The owner at home is not shut out by strangers.
TRIES_OF_ACCOUNT = Limit("password-tries-account", 50, timedelta(days=1))
PLACE_KNOWN = timedelta(days=90)

# Why a password is refused, by the code of Django's validators.
WEAK_PASSWORD = {
    "password_too_short": _("密码至少8位。"),
    "password_too_common": _("这个密码太常见，容易被猜到，请换一个。"),
    "password_too_similar": _("密码与姓名等个人信息太相似，请换一个。"),
    "personal": _("密码不要以姓名、证件号码、手机号码或“zikao”“gxzk”为主，请换一个。"),
}
# What everybody would try first at this office.
_OBVIOUS = ("gxzikao", "zikao", "gxzk")


def is_personal(password: str, words: tuple[str, ...]) -> bool:
    """Whether little is left of the password without what others know of the person (`words`) and of this office."""
    known = {word.casefold() for word in (*words, *_OBVIOUS) if len(word) >= 2}
    left = password.casefold()
    if any(left in word for word in known):
        return True
    for word in sorted(known, key=len, reverse=True):
        left = left.replace(word, "")
    return left != password.casefold() and len(left) < PASSWORD_LENGTH[0]


def clean_email(value: str) -> str:
    """As typed to as compared: full-width to ASCII, lower case, so that nobody has it twice."""
    return clean(value).lower()


def email_error(email: str) -> FieldError | None:
    """Why this cannot be an e-mail address, or None; expects `clean_email` to have run."""
    try:
        validate_email(email)
    except ValidationError:
        return FieldError("email", "invalid", _("请填写正确的电子邮箱。"))
    return None


def life_of(kind: str) -> timedelta:
    return WEB_LIFE if kind == Kind.WEB else APP_LIFE


def is_over(kind: str, seen_at: datetime, expires_at: datetime, now: datetime) -> bool:
    """Whether a device's time is over: the absolute one, or that without use."""
    return now >= expires_at or now - seen_at >= (WEB_IDLE if kind == Kind.WEB else APP_IDLE)


_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS|OpenHarmony", "鸿蒙"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X|Macintosh", "Mac"),
    ("Linux|CrOS", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("QQBrowser", "QQ浏览器"),
    ("QQ/", "QQ"),
    ("UCBrowser|UCWEB", "UC浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("SamsungBrowser", "三星浏览器"),
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)


def browser_label(user_agent: str) -> str:
    """`iPhone · Safari`: how a person recognises a browser of theirs. Order matters: most call themselves Safari."""
    found = [next((name for sign, name in names if re.search(sign, user_agent)), "") for names in (_SYSTEMS, _BROWSERS)]
    return " · ".join(name for name in found if name) or str(_("浏览器"))
