"""毕业证书 in the admin: who has graduated, the certificate's number, ready, collected; the list as a file."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.graduations import actions, queries
from candidate_api.graduations.models import Graduation
from candidate_api.graduations.states import GRADUATION, MAY_ISSUE, MAY_SEE
from portal.kernel import clock
from portal.kernel.admin import ActView, ForRoles, Instant, Listing, ListingViewSet, ReasonForm
from portal.kernel.downloads import private_table
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.text import mask_name


class GraduationFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=GRADUATION.choices, widget=forms.RadioSelect)

    class Meta:
        model = Graduation
        fields: ClassVar = ["state"]


def _next_act(row: Graduation) -> str:
    name = {"approved": "make", "made": "ready", "ready": "collect"}.get(row.state, "")
    return reverse(f"graduations:{name}", args=[row.pk]) if name else ""


class Graduations(Listing):
    model = Graduation
    filterset_class = GraduationFilters
    columns: ClassVar = [
        TitleColumn(
            "candidate",
            label=_("毕业生"),
            accessor=lambda g: mask_name(g.candidate.user.name),
            get_url=_next_act,
        ),
        Column("candidate_number", label=_("准考证号"), accessor="candidate.candidate_number"),
        Column("major", label=_("毕业专业"), accessor="major"),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("number", label=_("毕业证书编号"), accessor=lambda g: g.number or ""),
        Instant("approved_at", label=_("终审通过时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)

    template_name = "graduations/list.html"


class _Act(ActView):
    """One move of one graduate's certificate."""

    roles = MAY_ISSUE
    form_class = forms.Form

    def find(self, pk: int) -> Graduation:
        row = queries.visible_to(self.actor, *MAY_ISSUE).filter(pk=pk).first()
        if row is None:
            raise Problem(Code.NOT_FOUND)
        return row

    def back(self) -> str:
        return reverse("graduations:index")

    def facts(self) -> list[tuple[Words, str]]:
        row = self.thing
        return [
            (_("毕业生"), row.candidate.user.name),
            (_("准考证号"), row.candidate.candidate_number or ""),
            (_("毕业专业"), str(row.major)),
            (_("状态"), row.get_state_display()),
            (_("毕业证书编号"), row.number or ""),
        ]


class NumberForm(forms.Form):
    number = forms.CharField(label=_("毕业证书编号"), max_length=20)


class Make(_Act):
    title = button = _("登记毕业证书编号")
    form_class = NumberForm

    def act(self, given: dict[str, Any]) -> None:
        actions.make(self.thing.pk, given["number"], by=self.actor)
        self.done(_("已登记。"))


class Ready(_Act):
    title = button = _("可以领取")
    explains = _("毕业生会收到短信和站内信，告知到哪里领取。")

    def act(self, given: dict[str, Any]) -> None:
        actions.make_ready(self.thing.pk, by=self.actor)
        self.done(_("已通知毕业生。"))


class Collect(_Act):
    title = button = _("登记领取")
    explains = _("请核对本人有效身份证件，不得代领。")

    def act(self, given: dict[str, Any]) -> None:
        actions.collect(self.thing.pk, by=self.actor)
        self.done(_("已登记领取。"))


class ExportForm(ReasonForm):
    state = forms.ChoiceField(label=_("状态"), choices=[("", _("全部")), *GRADUATION.choices], required=False)
    format = forms.ChoiceField(label=_("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")], widget=forms.RadioSelect)
    field_order = ("state", "format", "reason")


class Export(ForRoles, View):
    """The list with full numbers; who took it and why is written down."""

    roles = MAY_ISSUE

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(ExportForm(initial={"format": "xlsx"}))

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        given = form.cleaned_data
        pieces = actions.export(given["state"], given["reason"], format=given["format"], by=self.actor)
        return private_table(pieces, f"graduates-{clock.today()}", given["format"])

    def page(self, form: forms.Form) -> HttpResponse:
        back = reverse("graduations:index")
        context = {
            "header_title": _("导出毕业生名单"),
            "breadcrumbs_items": [{"url": back, "label": _("毕业证书")}, {"url": "", "label": _("导出")}],
            "explains": _("名单含证件号码。您的姓名、时间和事由记入审计日志。请妥善保管，用后删除。"),
            "button": _("导出"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context)


class GraduationViewSet(ListingViewSet):
    name = "graduations"
    icon = "success"
    menu_label = _("毕业证书")
    menu_order = 116
    roles = MAY_SEE
    listing = Graduations

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("export/", Export.as_view(), name="export"),
            path("<row:pk>/make/", Make.as_view(), name="make"),
            path("<row:pk>/ready/", Ready.as_view(), name="ready"),
            path("<row:pk>/collect/", Collect.as_view(), name="collect"),
        ]
