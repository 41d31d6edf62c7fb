from django.utils.translation import gettext_lazy as _

from candidate_api.identity.models import IdentityCheck
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        IdentityCheck,
        _("身份认证：结果、时间和流水号"),
        _("证明考籍由本人建立，随考籍保存；不保存人脸和比对照片。"),
        lambda user: IdentityCheck.objects.filter(candidate__user=user),
        ("kind", "state", "consent_version", "requested_at", "checked_at", "transaction_id"),
    )
)
