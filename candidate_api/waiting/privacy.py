from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.waiting.models import WaitingPlace
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[WaitingPlace]":
    return WaitingPlace.objects.filter(user=user)


def _blank(user: User) -> None:
    _rows(user).delete()


holds(
    Holding(
        WaitingPlace,
        _("排队位置"),
        _("一天后自动删除；注销账号时立即删除。"),
        _rows,
        ("arrived_at", "admitted_at"),
        _blank,
    )
)
