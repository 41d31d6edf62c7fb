"""What administrators set up for the desk that answers: teams, categories, canned answers, the calendar."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from cms.complaints.models import CannedAnswer, ComplaintCategory, SupportTeam
from cms.workdays.admin import SpecialDayViewSet
from portal.kernel.admin import KeptSnippets, yes_or_no


class TeamViewSet(KeptSnippets):
    model = SupportTeam
    icon = "group"
    menu_label = _("答复组")
    list_display: ClassVar = ["name", "code"]
    panels: ClassVar = [
        FieldPanel("name"),
        FieldPanel("code"),
        FieldPanel("members", widget=forms.CheckboxSelectMultiple),
    ]
    copy_view_enabled = False


class CategoryViewSet(KeptSnippets):
    model = ComplaintCategory
    icon = "tag"
    menu_label = _("业务分类")
    list_display: ClassVar = ["label", "team", "order", yes_or_no("is_active", _("启用"))]
    list_filter: ClassVar = ["team", "is_active"]
    form_fields: ClassVar = ["label", "code", "team", "order", "is_active"]
    copy_view_enabled = False


class CannedViewSet(KeptSnippets):
    model = CannedAnswer
    icon = "doc-full"
    menu_label = _("常用答复")
    list_display: ClassVar = ["title", "team"]
    list_filter: ClassVar = ["team"]
    form_fields: ClassVar = ["team", "title", "text"]
    copy_view_enabled = False


class SupportGroup(SnippetViewSetGroup):
    menu_label = _("咨询设置")
    menu_icon = "cogs"
    menu_order = 135
    items = (TeamViewSet, CategoryViewSet, CannedViewSet, SpecialDayViewSet)
