"""Limits and lifetimes of signing up and signing in, each in one place."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """What a verification code may be used for."""

    REGISTER = "register", _("注册")
    LOGIN = "login", _("登录")


CODE_LIFE = timedelta(minutes=10)
CODE_RESEND = timedelta(seconds=60)
CODE_WRONG_TRIES = 5
CODES_A_DAY = 10

CAPTCHA_LIFE = timedelta(minutes=3)
# PBKDF2 rounds of one try, and how many tries an honest phone makes (about a second of work).
WORK_COST = 2000
WORK_TRIES = (150, 400)

TOKEN_LIFE = timedelta(days=30)
TOKENS_PER_USER = 10

CAPTCHA_AFTER_FAILURES = 3
FAILURES_FORGOTTEN = timedelta(minutes=15)

# Why a password is refused, by the code of Django's validators.
WEAK_PASSWORD = {
    "password_too_short": _("密码至少8位。"),
    "password_too_common": _("这个密码太常见，容易被猜到，请换一个。"),
    "password_too_similar": _("密码与姓名等个人信息太相似，请换一个。"),
}
