from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from review.offices.models import StaffRole

holds(
    Holding(
        StaffRole,
        _("工作人员的角色"),
        _("任职记录，永久保存。"),
        lambda user: StaffRole.objects.filter(user=user),
        ("office__name", "role"),
    )
)
