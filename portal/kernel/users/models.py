"""The account behind everyone who signs in. What makes a person a candidate or a reviewer is stored with that noun."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.kernel import clock
from portal.kernel.crypto.fields import BlindIndexField, EncryptedTextField


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """Staff and candidates alike. Candidates never get `is_staff`, and their `username` is a random handle.

    A candidate's `email` is one that they have proved to be theirs (绑定邮箱), in lower case; one account each.
    """

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    mobile = EncryptedTextField(_("手机号码"), blank=True, default="")
    mobile_index = BlindIndexField(source="mobile", unique=True)
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    is_staff = models.BooleanField(_("工作人员"), default=False)
    is_candidate = models.BooleanField(_("考生"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, editable=False)
    # Part of every session's digest: another number ends them all (users.actions.end_sessions).
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(is_candidate=True, is_staff=True), name="user_is_candidate_or_staff"
            ),
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(is_candidate=True, email__gt=""), name="user_one_candidate_per_email"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_changed_at = clock.now() if raw_password else None

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        facts = f"{self.password}:{self.session_generation}"
        return salted_hmac("kernel.User.session", facts, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # Wagtail's user administration reads these two; a Chinese name is not split.
    @property
    def first_name(self) -> str:
        return self.name

    @property
    def last_name(self) -> str:
        return ""
