from django.utils.translation import gettext_lazy as _

from candidate_api.accommodations.models import Accommodation
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _forget(user: User) -> None:
    """It is about somebody's health, and a room once sat in needs no reason any more."""
    Accommodation.objects.filter(candidate__user=user).delete()


holds(
    Holding(
        Accommodation,
        _("合理便利"),
        _("为安排考场而保存，注销账号时删除。"),
        lambda user: Accommodation.objects.filter(candidate__user=user),
        ("session__code", "arranged", "granted_at"),
        _forget,
    )
)
