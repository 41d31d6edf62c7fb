from django.utils.translation import gettext_lazy as _

from portal.kernel.staff_door.actions import forget
from portal.kernel.staff_door.models import Authenticator, RecoveryCode
from portal.kernel.users.holdings import Holding, holds

_KEPT = _("工作人员在岗期间；移除或重置时删除。")

holds(
    Holding(
        Authenticator,
        _("工作人员的动态口令"),
        _KEPT,
        lambda user: Authenticator.objects.filter(user=user),
        ("created_at", "confirmed"),
        forget,
    ),
    Holding(
        RecoveryCode,
        _("工作人员的恢复代码（摘要）"),
        _KEPT,
        lambda user: RecoveryCode.objects.filter(user=user),
        ("used_at",),
        forget,
    ),
)
