from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.kernel.staff_door.rules import LEAST_PASSWORD, is_complex


class LengthValidator(MinimumLengthValidator):
    """How long a password is, and for staff of what kinds of characters, where STAFF_PASSWORD_COMPLEX says so: one rule
    for each of them. Candidates' passwords need no kinds. The help stands in the admin, which staff alone read."""

    def validate(self, password: str, user: Any = None) -> None:
        if not (settings.STAFF_PASSWORD_COMPLEX and getattr(user, "is_staff", False)):
            super().validate(password, user)
        elif not is_complex(password):
            raise ValidationError(self.get_help_text(), code="password_not_complex")

    def get_help_text(self) -> str:
        if not settings.STAFF_PASSWORD_COMPLEX:
            return str(super().get_help_text())
        return _("工作人员密码至少%(n)d位，并包含大写字母、小写字母、数字、符号中的三种。") % {"n": LEAST_PASSWORD}
