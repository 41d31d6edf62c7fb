from django.utils.translation import gettext_lazy as _

from candidate_api.registrations.models import Registration
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Registration,
        _("报考记录"),
        _("属于考籍档案，永久保存。"),
        lambda user: Registration.objects.filter(candidate__user=user),
        ("session__code", "course__code", "course__name", "slot", "district__name", "state", "fee_fen", "created_at"),
    )
)
