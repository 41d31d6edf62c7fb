from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.kernel.staff_door.rules import LEAST_PASSWORD, is_complex


class StaffPasswordValidator:
    """For staff alone, where STAFF_PASSWORD_COMPLEX says so; candidates' passwords need no kinds of characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if settings.STAFF_PASSWORD_COMPLEX and getattr(user, "is_staff", False) and not is_complex(password):
            raise ValidationError(self.get_help_text(), code="password_not_complex")

    def get_help_text(self) -> str:
        return _("工作人员密码至少%(n)d位，并包含大写字母、小写字母、数字、符号中的三种。") % {"n": LEAST_PASSWORD}
