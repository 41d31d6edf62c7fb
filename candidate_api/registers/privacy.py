from django.utils.translation import gettext_lazy as _

from candidate_api.registers.models import Register
from portal.kernel.users.holdings import Holding, holds

holds(
    Holding(
        Register,
        _("登记表、申请表"),
        _("业务档案，永久保存。"),
        lambda user: Register.objects.filter(application__applicant=user),
        ("application__number", "title", "round", "code", "issued_at"),
    ),
)
