from django.utils.translation import gettext_lazy as _

from portal.kernel.audit.models import AuditEntry
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        AuditEntry,
        _("审计日志：本人的操作"),
        _("3年（网络安全法、等级保护要求，不得删改）。"),
        lambda user: AuditEntry.objects.filter(actor_id=user.pk),
        ("at", "verb", "channel", "address"),
    )
)
