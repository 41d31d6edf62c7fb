"""考期, timetable and places at the desk."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from candidate_api.catalogue.admin.forms import KeptForm, form_for
from candidate_api.catalogue.admin.screens import KeptViewSet
from candidate_api.sessions import kinds
from candidate_api.sessions.rules import SLOTS
from portal.kernel.admin import yes_or_no

_CLOSED = yes_or_no("closed", _("已结束"))
_ACCESSIBLE = yes_or_no("accessible", _("无障碍考场"))
_RELEASES = ("tickets_at", "scores_at")


class SessionViewSet(KeptViewSet):
    kind = kinds.SESSIONS
    name = "catalogue-sessions"
    icon = "calendar-alt"
    menu_label = _("考期")
    list_display: ClassVar = ["code", "name", "first_day", "second_day", *_RELEASES, _CLOSED]
    list_filter: ClassVar = ["closed"]
    search_fields: ClassVar = ["code", "name"]


class OfferingForm(KeptForm):
    slot = forms.TypedChoiceField(
        label=_("场次"), coerce=int, choices=[(slot.number, slot.label) for slot in SLOTS], widget=forms.RadioSelect
    )


class OfferingViewSet(KeptViewSet):
    kind = kinds.OFFERINGS
    name = "catalogue-offerings"
    icon = "list-ul"
    menu_label = _("开考课程")
    related = ("session", "course")
    list_display: ClassVar = ["course", "session", "slot"]
    list_filter: ClassVar = ["session", "slot"]
    search_fields: ClassVar = ["course__code", "course__name"]

    def get_form_class(self, for_update: bool = False) -> Any:
        return form_for(self.kind, OfferingForm)


class SiteViewSet(KeptViewSet):
    kind = kinds.SITES
    name = "catalogue-sites"
    icon = "site"
    menu_label = _("考点")
    related = ("district",)
    list_display: ClassVar = ["name", "code", "district", "kind", "address"]
    list_filter: ClassVar = ["district", "kind"]
    search_fields: ClassVar = ["name", "address"]


class RoomViewSet(KeptViewSet):
    kind = kinds.ROOMS
    name = "catalogue-rooms"
    icon = "table"
    menu_label = _("考场")
    related = ("site",)
    list_display: ClassVar = ["number", "site", "seats", _ACCESSIBLE]
    list_filter: ClassVar = ["site", "accessible"]
    search_fields: ClassVar = ["number", "site__name"]
