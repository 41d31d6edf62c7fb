from django.utils.translation import gettext_lazy as _

from candidate_api.transfers.models import TransferOut
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        TransferOut,
        _("转出考籍记录"),
        _("属于考籍档案，永久保存。"),
        lambda user: TransferOut.objects.filter(candidate__user=user),
        ("province", "number", "state", "approved_at", "handed_over_at", "ended_at"),
    ),
)
