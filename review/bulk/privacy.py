from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from review.bulk.models import BulkRun

holds(
    Holding(
        BulkRun,
        _("经办的批量办理"),
        _("业务档案，永久保存。"),
        lambda user: BulkRun.objects.filter(by=user),
        ("verb", "note", "created_at", "finished_at"),
    )
)
