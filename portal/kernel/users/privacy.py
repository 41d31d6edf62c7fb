from django.utils.translation import gettext_lazy as _

from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _blank(user: User) -> None:
    user.mobile = user.email = ""
    user.set_unusable_password()
    user.is_active = False
    user.save()


holds(
    Holding(
        User,
        _("账号：姓名、手机号码、电子邮箱"),
        _("姓名属于考籍，永久保存；手机号码和电子邮箱随账号注销删除。"),
        lambda user: User.objects.filter(pk=user.pk),
        ("name", "mobile", "email", "created_at", "last_login", "password_changed_at"),
        _blank,
    )
)
