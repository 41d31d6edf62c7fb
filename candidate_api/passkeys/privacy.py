from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.models import WebAuthnAttestation, WebAuthnCredential

from candidate_api.passkeys.models import Ceremony
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _blank_passkeys(user: User) -> None:
    WebAuthnAttestation.objects.filter(credential__user=user).delete()
    WebAuthnCredential.objects.filter(user=user).delete()


def _blank_ceremonies(user: User) -> None:
    Ceremony.objects.filter(user=user).delete()


holds(
    Holding(
        WebAuthnCredential,
        _("通行密钥：名称和公钥，不含指纹"),
        _("本人删除或注销账号时删除。"),
        lambda user: WebAuthnCredential.objects.filter(user=user),
        ("name", "created_at", "last_used_at"),
        _blank_passkeys,
    ),
    Holding(
        Ceremony,
        _("正在进行的通行密钥操作"),
        _("5分钟后删除。"),
        lambda user: Ceremony.objects.filter(user=user),
        ("purpose", "expires_at"),
        _blank_ceremonies,
    ),
)
