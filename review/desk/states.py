from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Due(TextChoices):
    """How an application at an office stands to its deadline."""

    OK = "ok", _("时限内")
    SOON = "soon", _("即将到期")
    OVERDUE = "overdue", _("已超期")


TONES = {Due.OK: "", Due.SOON: "warning", Due.OVERDUE: "critical"}
