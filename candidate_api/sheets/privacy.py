from django.utils.translation import gettext_lazy as _

from candidate_api.sheets.models import Sheet
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Sheet,
        _("提交制作的考场用表"),
        _("文件在考试结束30天后删除，制作记录属于考试档案，永久保存。"),
        lambda user: Sheet.objects.filter(requested_by=user),
        ("arrangement__session__code", "site__name", "slot", "kind", "state", "requested_at"),
    ),
)
