from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.kernel.idempotency.models import IdempotencyRecord
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[IdempotencyRecord]":
    return IdempotencyRecord.objects.filter(who=f"user:{user.pk}")


def _blank(user: User) -> None:
    _rows(user).delete()


holds(
    Holding(
        IdempotencyRecord,
        _("防重复提交记录"),
        _("24小时后自动删除；注销账号时立即删除。"),
        _rows,
        ("created_at", "status"),
        _blank,
    )
)
