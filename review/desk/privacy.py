from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from review.desk.models import SavedFilter

holds(
    Holding(
        SavedFilter,
        _("管理后台的常用筛选"),
        _("本人可随时删除；账号删除时一并删除。"),
        lambda user: SavedFilter.objects.filter(user=user),
        ("name", "query"),
    )
)
