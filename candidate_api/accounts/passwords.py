"""What makes a password one that this person may have. Length counts, not the mixture (ASVS 6.2)."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from candidate_api.accounts.rules import PASSWORD_LENGTH, WEAK_PASSWORD, is_personal
from portal.kernel.errors import FieldError
from portal.kernel.users.models import User


def errors(password: str, user: User, id_number: str, *, field: str = "password") -> list[FieldError]:
    """Why the password is refused for this person, at `field`; empty where it is fine."""
    if len(password) > PASSWORD_LENGTH[1]:
        return [FieldError(field, "too_long", _("密码最多128位。"))]
    if password and not password.strip():
        return [FieldError(field, "blank", _("密码不能只有空格。"))]
    if len(password) < PASSWORD_LENGTH[0]:
        return [FieldError(field, "password_too_short", WEAK_PASSWORD["password_too_short"])]
    # The last six and eight digits of the document are what people are used to as a first password.
    if is_personal(password, (user.name, user.mobile, id_number, id_number[-8:], id_number[-6:])):
        return [FieldError(field, "personal", WEAK_PASSWORD["personal"])]
    try:
        validate_password(password, user)
    except ValidationError as error:
        # Django's own sentences are not all in Chinese.
        return [
            FieldError(field, str(e.code), WEAK_PASSWORD.get(str(e.code), " ".join(e.messages)))
            for e in error.error_list
        ]
    return []


def repeated(password: str, again: str) -> list[FieldError]:
    """What is wrong with the second typing of a new password."""
    return [] if password == again else [FieldError("confirm_password", "mismatch", _("两次输入的密码不一致。"))]
