from django.utils.translation import gettext_lazy as _

from cms.windows.models import WindowExtension
from portal.kernel.users.holdings import BLANKED, Holding, holds
from portal.kernel.users.models import User


def _blank(user: User) -> None:
    WindowExtension.objects.filter(user=user).update(reason=BLANKED)


holds(
    Holding(
        WindowExtension,
        _("个别延期"),
        _("与办理记录一同永久保存，证明办理在时限内；注销后删除事由。"),
        lambda user: WindowExtension.objects.filter(user=user),
        ("window__business", "window__phase", "window__session", "until", "reason", "granted_at"),
        _blank,
    ),
)
