from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from candidate_api.imports.models import ImportBatch, ImportLine
from portal.kernel import clock
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        ImportBatch,
        _("上传和审批的导入批次"),
        _("属于考籍档案，永久保存。"),
        lambda user: ImportBatch.objects.filter(
            Q(uploaded_by=user) | Q(decided_by=user) | Q(undo_asked_by=user) | Q(undone_by=user)
        ),
        ("kind", "name", "uploaded_at", "decided_at", "undone_at"),
    ),
    Holding(
        ImportLine,
        _("写入考籍的批次记录（成绩公布后的）"),
        _("属于考籍档案，永久保存。"),
        lambda user: ImportLine.objects.filter(
            Q(batch__session=None) | Q(batch__session__scores_at__lte=clock.now()),
            candidate__user=user,
            batch__state__in=["applied", "undo_asked"],
        ),
        ("batch__kind", "batch__session__code", "verdict", "after"),
    ),
)
