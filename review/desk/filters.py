"""The filter of the desk's list, which bulk decisions and files go by too."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from review.applications.models import Application
from review.applications.states import APPLICATION, TURNS
from review.desk.queries import by_due, soon_until
from review.desk.states import Due
from review.offices.models import Office
from review.types.models import ApplicationType


class QueueFilters(WagtailFilterSet):
    type = django_filters.ModelChoiceFilter(label=_("业务"), queryset=ApplicationType.objects.order_by("title"))
    turn = django_filters.ChoiceFilter(label=_("等待"), choices=TURNS, widget=forms.RadioSelect)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=APPLICATION.choices[1:], widget=forms.RadioSelect)
    due = django_filters.ChoiceFilter(label=_("时限"), choices=Due.choices, method="by_due", widget=forms.RadioSelect)
    office = django_filters.ModelChoiceFilter(label=_("受理机构"), queryset=Office.objects.order_by("path"))

    class Meta:
        model = Application
        fields: ClassVar = ["type", "turn", "state", "due", "office"]

    def by_due(self, rows: "QuerySet[Application]", _name: str, value: str) -> Any:
        return rows.filter(by_due(value, soon_until()))
