from django.utils.translation import gettext_lazy as _

from portal.kernel.files.models import PrivateFile
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        PrivateFile,
        _("文件：照片、准考证等"),
        _("照片和准考证属于考籍，永久保存；数据导出文件7天后删除。"),
        lambda user: PrivateFile.objects.filter(owner=user),
        ("kind", "name", "content_type", "size", "created_at"),
    )
)
