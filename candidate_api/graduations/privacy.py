from django.utils.translation import gettext_lazy as _

from candidate_api.graduations.models import Graduation
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Graduation,
        _("毕业记录"),
        _("属于考籍档案，永久保存。"),
        lambda user: Graduation.objects.filter(candidate__user=user),
        ("major__code", "major__name", "state", "number", "approved_at", "made_at", "collected_at"),
    ),
)
