from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.registry.models import Freeze, Merger
from portal.kernel.users.holdings import Holding, holds

_KEPT = _("属于考籍档案，永久保存。")

holds(
    Holding(
        Freeze,
        _("账号冻结记录"),
        _KEPT,
        lambda user: Freeze.objects.filter(candidate__user=user),
        ("state", "reason", "frozen_at", "lifted_at"),
    ),
    Holding(
        Merger,
        _("准考证号合并记录"),
        _KEPT,
        lambda user: Merger.objects.filter(Q(source__user=user) | Q(target__user=user)),
        ("source__candidate_number", "target__candidate_number", "state", "proposed_at", "decided_at"),
    ),
)
