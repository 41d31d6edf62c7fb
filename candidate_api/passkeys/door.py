"""A passkey as the second factor of staff, as the door of the admin knows it."""

from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.models import WebAuthnCredential

from portal.kernel.staff_door.factors import Factor

FACTOR = Factor(
    devices=WebAuthnCredential.objects.all(),
    name=_("通行密钥"),
    label=_("通行密钥（指纹、面容或安全密钥）"),
    setup="door_passkeys:add",
    verify="door_passkeys:verify",
    manage="door_passkeys:index",
)
