from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.cancellations.models import CancelledEntry
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[CancelledEntry]":
    return CancelledEntry.objects.filter(registration__candidate__user=user)


holds(
    Holding(
        CancelledEntry,
        _("考试取消退费"),
        _("属于缴费凭证，按会计档案的规定保存。"),
        _rows,
        ("registration__session__code", "registration__course__code", "cancellation__reason", "done_at"),
    )
)
