"""免考规则 at the desk: which diploma or certificate exempts from what, from when to when."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.admin.screens import KeptViewSet
from candidate_api.exemptions import kinds


class ExemptionRuleViewSet(KeptViewSet):
    kind = kinds.EXEMPTION_RULES
    name = "catalogue-exemptions"
    icon = "check"
    menu_label = _("免考规则")
    related = ("course",)
    list_display: ClassVar = ["code", "credential", "course", "category", "likeness", "valid_from", "valid_to"]
    list_filter: ClassVar = ["credential", "category", "likeness"]
    search_fields: ClassVar = ["code", "course__code", "course__name"]
