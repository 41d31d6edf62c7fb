from django.utils.translation import gettext_lazy as _

from candidate_api.rights.models import ErasureRequest, Export
from portal.kernel.users.holdings import Holding, holds

_KEPT = _("申请记录永久保存；注销后不再保存理由。")

holds(
    Holding(
        Export,
        _("数据导出申请"),
        _KEPT,
        lambda user: Export.objects.filter(user=user),
        ("state", "requested_at", "ready_at"),
    ),
    Holding(
        ErasureRequest,
        _("账号注销申请"),
        _KEPT,
        lambda user: ErasureRequest.objects.filter(user=user),
        ("state", "reason", "requested_at", "decision", "decided_at"),
    ),
)
