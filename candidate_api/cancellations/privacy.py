from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.cancellations.models import Cancellation, CancelledEntry
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[CancelledEntry]":
    return CancelledEntry.objects.filter(registration__candidate__user=user)


def _decisions(user: User) -> "QuerySet[Cancellation]":
    return Cancellation.objects.filter(Q(proposed_by=user) | Q(decided_by=user))


holds(
    Holding(
        Cancellation,
        _("经手的考试取消"),
        _("属于工作记录，永久保存。"),
        _decisions,
        ("created_at", "session__code", "reason", "state"),
    ),
    Holding(
        CancelledEntry,
        _("考试取消退费"),
        _("属于缴费凭证，按会计档案的规定保存。"),
        _rows,
        ("registration__session__code", "registration__course__code", "cancellation__reason", "done_at"),
    ),
)
