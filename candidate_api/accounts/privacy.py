from django.utils.translation import gettext_lazy as _

from candidate_api.accounts.actions import end_all
from candidate_api.accounts.models import Device, PasswordReset, SignIn
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _blank_devices(user: User) -> None:
    end_all(user)


def _blank_sign_ins(user: User) -> None:
    SignIn.objects.filter(user=user).delete()


def _blank_resets(user: User) -> None:
    PasswordReset.objects.filter(user=user).delete()


holds(
    Holding(
        Device,
        _("登录设备"),
        _("到期或长期未使用自动失效；注销账号时删除。"),
        lambda user: Device.objects.filter(user=user),
        ("kind", "label", "address", "created_at", "seen_at", "expires_at"),
        _blank_devices,
    ),
    Holding(
        SignIn,
        _("最近登录"),
        _("保存180天；注销账号时删除。"),
        lambda user: SignIn.objects.filter(user=user),
        ("kind", "way", "label", "address", "at"),
        _blank_sign_ins,
    ),
    Holding(
        PasswordReset,
        _("找回密码"),
        _("保存1天；注销账号时删除。"),
        lambda user: PasswordReset.objects.filter(user=user),
        ("channel", "created_at", "used_at"),
        _blank_resets,
    ),
)
