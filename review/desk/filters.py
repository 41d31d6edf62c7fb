"""The filter of the desk's list, which bulk decisions and files go by too."""

from typing import ClassVar

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from review.applications.models import Application
from review.applications.states import APPLICATION, TURNS
from review.offices.models import Office
from review.types.models import ApplicationType


class QueueFilters(WagtailFilterSet):
    type = django_filters.ModelChoiceFilter(label=_("业务"), queryset=ApplicationType.objects.order_by("title"))
    turn = django_filters.ChoiceFilter(label=_("等待"), choices=TURNS, widget=forms.RadioSelect)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=APPLICATION.choices[1:], widget=forms.RadioSelect)
    office = django_filters.ModelChoiceFilter(label=_("受理机构"), queryset=Office.objects.order_by("path"))

    class Meta:
        model = Application
        fields: ClassVar = ["type", "turn", "state", "office"]
