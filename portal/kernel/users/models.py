"""The account behind everyone who signs in. What makes a person a candidate or a reviewer is stored with that noun."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

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
    """Staff and candidates alike. Candidates never get `is_staff`, and their `username` is a random handle."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    mobile = EncryptedTextField(_("手机号码"), blank=True, default="")
    mobile_index = BlindIndexField(source="mobile", unique=True)
    email = models.EmailField(_("电子邮箱"), blank=True, default="")
    is_staff = models.BooleanField(_("工作人员"), default=False)
    is_candidate = models.BooleanField(_("考生"), default=False)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)

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
        ]

    def __str__(self) -> str:
        return self.name or self.username

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
