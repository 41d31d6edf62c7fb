"""节假日与调休 at the desk."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from cms.workdays.models import SpecialDay
from portal.kernel.admin import KeptSnippets, yes_or_no


class SpecialDayViewSet(KeptSnippets):
    model = SpecialDay
    icon = "calendar-alt"
    menu_label = _("节假日与调休")
    list_display: ClassVar = ["day", yes_or_no("is_working", _("上班")), "name"]
    list_filter: ClassVar = ["is_working"]
    form_fields: ClassVar = ["day", "is_working", "name"]
    copy_view_enabled = False
