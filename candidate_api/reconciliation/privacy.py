from django.utils.translation import gettext_lazy as _

from candidate_api.reconciliation.models import Difference
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Difference,
        _("处理过的对账差异"),
        _("属于财务档案，保存10年。"),
        lambda user: Difference.objects.filter(handled_by=user),
        ("kind", "number", "resolution", "handled_at"),
    )
)
