"""A passkey as the second factor of staff, as the door of the admin knows it."""

from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.models import WebAuthnCredential

from portal.kernel.staff_door.factors import Factor
from portal.kernel.users.models import User


def _is_held_by(user: User) -> bool:
    return bool(WebAuthnCredential.objects.filter(user=user).exists())


def _forget(user: User) -> None:
    WebAuthnCredential.objects.filter(user=user).delete()


FACTOR = Factor(
    label=_("通行密钥（指纹、面容或安全密钥）"),
    setup="door_passkeys:add",
    verify="door_passkeys:verify",
    manage="door_passkeys:index",
    is_held_by=_is_held_by,
    forget=_forget,
)
