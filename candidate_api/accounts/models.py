from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from candidate_api.accounts.rules import CODE_WRONG_TRIES, Allowance, Channel, Kind, Purpose, Way


class Device(models.Model):
    """登录设备: one sign-in, of the app or of a browser. Whoever deletes the row signs the device out at once.

    An app proves itself by a token, of which only the digest is stored; a browser's session names the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices")
    kind = models.CharField(_("类型"), max_length=5, choices=Kind.choices)
    label = models.CharField(_("设备"), max_length=80, blank=True)
    address = models.CharField(_("登录地址"), max_length=45, blank=True)
    digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 -- unique
    created_at = models.DateTimeField(_("登录时间"))
    seen_at = models.DateTimeField(_("最近使用"))
    proved_at = models.DateTimeField(_("验证本人时间"))
    expires_at = models.DateTimeField(_("到期时间"), db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("登录设备")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind=Kind.WEB, digest=None) | models.Q(kind=Kind.APP, digest__isnull=False),
                name="device_token_of_apps",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class SignIn(models.Model):
    """最近登录: that somebody signed in, kept for a while after the device is gone; by it a new device is told.

    `way` is empty in rows of the release before.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    way = models.CharField(_("登录方式"), max_length=10, choices=Way.choices, blank=True, default="", db_default="")
    label = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("登录记录")
        indexes: ClassVar = [models.Index(fields=["user", "-at"], name="sign_in_latest")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class PasswordReset(models.Model):
    """Somebody has forgotten a password; without a user where nobody has that number, so that both look alike.

    `id_digest` is of what the first step answered, `token_digest` of what a right code was answered with. `told_at`
    is when the code was sent, or would have been; `asker` is handed on to it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    identifier_index = models.CharField(max_length=90)
    asker = models.CharField(max_length=90, blank=True, default="", db_default="")
    id_digest = models.CharField(max_length=64, unique=True)
    token_digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 -- unique
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("找回密码")
        indexes: ClassVar = [
            models.Index(fields=["identifier_index", "-created_at"], name="reset_by_identifier"),
            models.Index(fields=["created_at"], condition=models.Q(told_at=None), name="reset_untold"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} #{self.pk}"


class Captcha(models.Model):
    """One challenge: a picture to read or work to be solved. Whoever uses it, rightly or not, deletes it.

    `client` is a digest of what the browser or app carries that asked for it; empty where it carries nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    picture_key = models.CharField(max_length=40)
    client = models.CharField(max_length=90, blank=True, default="", db_default="")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("校验码")

    def __str__(self) -> str:
        return str(self.pk)


class VerificationCode(models.Model):
    """A six-digit code sent to an address for one purpose. Address and code are stored as keyed digests only.

    A newer code leaves an older one valid; the first that is used ends all of that purpose and address. `minute` is
    that of `created_at` since 1970: of two requests at the same moment one makes a code. `asker` is a digest of the
    browser or app that asked: its wrong tries count by themselves, so that nobody elsewhere can use them up.
    """

    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    allowance = models.CharField(max_length=10, choices=Allowance.choices, default=Allowance.ANYWHERE)
    address_index = models.CharField(max_length=90)
    code_digest = models.CharField(max_length=90)
    minute = models.PositiveIntegerField(null=True)  # rows of the release before have none
    asker = models.CharField(max_length=90, blank=True, default="", db_default="")
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    strange_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("验证码")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["address_index", "purpose", "minute"], name="code_once_a_minute"),
            models.CheckConstraint(
                condition=models.Q(wrong_tries__lte=CODE_WRONG_TRIES, strange_tries__lte=CODE_WRONG_TRIES),
                name="code_burns_after_five_wrong_tries",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["address_index", "purpose", "-created_at"], name="code_by_address")]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"
