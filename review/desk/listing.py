"""What stands beside the list at the desk: figures, the list as a file, filters with a name."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages

from portal.kernel import clock
from portal.kernel.admin import ForRoles, ReasonForm
from portal.kernel.downloads import private_table
from portal.kernel.errors import Problem
from review.applications.queries import listed
from review.applications.states import MAY_SEE
from review.desk import actions, queries
from review.desk.filters import QueueFilters


class FiguresView(ForRoles, View):
    """统计: by business, by the office that acted, and of oneself, over the last days."""

    roles = MAY_SEE
    SPANS = (7, 30, 90, 365)

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(span) for span in self.SPANS} else 30
        since = clock.now() - timedelta(days=days)
        groups = [
            (_("按业务"), queries.by_type(self.actor, since)),
            (_("按办理机构"), queries.by_office(self.actor, since)),
            (_("本人办理"), [queries.of_oneself(self.actor, since)]),
        ]
        crumbs = [{"url": reverse("applications:index"), "label": _("业务审核")}, {"url": "", "label": _("统计")}]
        context = {
            "header_title": _("业务审核统计"),
            "breadcrumbs_items": crumbs,
            "groups": groups,
            "days": days,
            "spans": self.SPANS,
        }
        return render(request, "review/desk/figures.html", context)


class ExportForm(ReasonForm):
    filter = forms.CharField(required=False, widget=forms.HiddenInput)
    format = forms.ChoiceField(label=_("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")], widget=forms.RadioSelect)
    field_order = ("format", "reason", "filter")


class Export(ForRoles, View):
    """The list as it is filtered, as a file; why is written into the audit log."""

    roles = MAY_SEE

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(ExportForm(initial={"filter": request.GET.urlencode(), "format": "xlsx"}))

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        given = form.cleaned_data
        found = QueueFilters(QueryDict(given["filter"]), queryset=listed(self.actor).order_by(), request=request)
        rows = found.qs if found.is_valid() else listed(self.actor).none()
        pieces = actions.export(rows, given["filter"], given["reason"], format=given["format"], by=self.actor)
        return private_table(pieces, f"applications-{clock.today()}", given["format"])

    def page(self, form: forms.Form) -> HttpResponse:
        back = reverse("applications:index")
        context = {
            "header_title": _("导出业务申请"),
            "breadcrumbs_items": [{"url": back, "label": _("业务审核")}, {"url": "", "label": _("导出")}],
            "explains": _("按当前筛选导出您能看到的申请，不含填写内容和证件号码。您的姓名、时间和事由记入审计日志。"),
            "button": _("导出"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context)


class Filters(ForRoles, View):
    """Keep the filter of the list under a name, or let go of one."""

    roles = MAY_SEE

    def post(self, request: HttpRequest) -> HttpResponse:
        query, gone = request.POST.get("query", ""), request.POST.get("forget", "")
        try:
            if gone.isdecimal() and len(gone) <= 18:
                actions.forget_filter(int(gone), by=self.actor)
            else:
                actions.save_filter(request.POST.get("name", ""), query, by=self.actor)
                messages.success(request, _now("已保存筛选。"))
        except Problem as problem:
            messages.error(request, str(problem.errors[0].detail if problem.errors else problem.detail))
        return HttpResponseRedirect(f"{reverse('applications:index')}?{QueryDict(query).urlencode()}")
