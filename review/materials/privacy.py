from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from review.materials.models import Material

holds(
    Holding(
        Material,
        _("业务申请的证明材料"),
        _("与申请一同归档，永久保存。"),
        lambda user: Material.objects.filter(application__applicant=user),
        ("application__number", "key", "file__name", "added_at"),
    )
)
