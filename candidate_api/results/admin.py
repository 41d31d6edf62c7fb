"""成绩管理 at the desk: one person's results by a whole number, the lists, and a list as a file."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from candidate_api.results import actions, queries
from candidate_api.results.models import Discipline, Score
from candidate_api.results.states import MAY_EXPORT, MAY_READ, Penalty, Source, Status
from candidate_api.sessions.models import ExamSession
from portal.kernel import clock
from portal.kernel.admin import ForRoles, Listing, ListingViewSet, ReasonForm
from portal.kernel.downloads import private_table
from portal.kernel.errors import Problem
from portal.kernel.text import mask_name

_ONE_LINE = "w-whitespace-nowrap"
_PERSON = [
    Column("number", label=_("准考证号"), accessor="candidate.candidate_number", classname=_ONE_LINE),
    Column("name", label=_("姓名"), accessor=lambda row: mask_name(row.candidate.user.name)),
]


class ScoreFilters(WagtailFilterSet):
    session = django_filters.ModelChoiceFilter(label=_("考期"), queryset=ExamSession.objects.all())
    source = django_filters.ChoiceFilter(label=_("来源"), choices=Source.choices, widget=forms.RadioSelect)
    status = django_filters.ChoiceFilter(label=_("状态"), choices=Status.choices, widget=forms.RadioSelect)

    class Meta:
        model = Score
        fields: ClassVar = ["session", "source", "status"]


class _ResultListing(Listing):
    template_name = "results/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_export": self.actor.has_role(*MAY_EXPORT)}


class ScoreListing(_ResultListing):
    model = Score
    filterset_class = ScoreFilters
    verbose_name_plural = _("成绩")
    columns: ClassVar = [
        *_PERSON,
        Column("session", label=_("考期"), accessor=lambda row: row.session or row.origin_session or "—"),
        Column("course", label=_("课程")),
        Column("score", label=_("成绩"), accessor=lambda row: row.grade if row.score is None else row.score),
        Column("status", label=_("状态"), accessor="get_status_display"),
        Column("source", label=_("来源"), accessor=lambda row: f"{row.get_source_display()} {row.origin}".strip()),
    ]

    def get_base_queryset(self) -> Any:
        return queries.scores_seen_by(self.actor, *MAY_READ)


class DisciplineFilters(WagtailFilterSet):
    penalty = django_filters.ChoiceFilter(label=_("处理"), choices=Penalty.choices, widget=forms.RadioSelect)

    class Meta:
        model = Discipline
        fields: ClassVar = ["penalty"]


class DisciplineListing(_ResultListing):
    model = Discipline
    filterset_class = DisciplineFilters
    verbose_name_plural = _("违规记录")
    columns: ClassVar = [
        *_PERSON,
        Column("penalty", label=_("处理"), accessor="get_penalty_display"),
        Column("starts", label=_("起始日期"), classname=_ONE_LINE),
        Column("until", label=_("截止日期"), classname=_ONE_LINE),
        Column("number", label=_("处理决定文号")),
        Column("reason", label=_("事由")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.disciplines_seen_by(self.actor, *MAY_READ)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LookUp(ForRoles, View):
    """What was asked for stands in the body of a POST: no address, no log and no history keeps it."""

    roles = MAY_READ

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("results:index"))

    def post(self, request: HttpRequest) -> HttpResponse:
        found = actions.look_up(request.POST.get("number", "")[:60], by=self.actor)
        context = {
            "header_title": _("考生成绩"),
            "breadcrumbs_items": [
                {"url": reverse("results:index"), "label": _("成绩管理")},
                {"url": "", "label": _("考生成绩")},
            ],
            "found": found,
            "name": mask_name(found.candidate.user.name) if found else "",
        }
        return render(request, "results/person.html", context)


class ExportForm(ReasonForm):
    what = forms.ChoiceField(
        label=_("数据"),
        choices=[("scores", _("成绩")), ("transferred", _("转入成绩")), ("disciplines", _("违规记录"))],
        widget=forms.RadioSelect,
        initial="scores",
    )
    session = forms.ModelChoiceField(
        label=_("考期"),
        queryset=ExamSession.objects.all(),
        to_field_name="code",
        required=False,
        help_text=_("只用于成绩，不选为全部考期。"),
    )
    format = forms.ChoiceField(
        label=_("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")], widget=forms.RadioSelect, initial="xlsx"
    )
    field_order = ("what", "session", "format", "reason")


class Export(ForRoles, View):
    """A list as a file; why is written into the audit log."""

    roles = MAY_EXPORT

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(ExportForm())

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=400)
        given = form.cleaned_data
        code = given["session"].code if given["session"] else ""
        try:
            pieces = actions.export(given["what"], code, given["reason"], format=given["format"], by=self.actor)
        except Problem as problem:
            form.add_error("session", str(problem.detail))
            return self.page(form, status=problem.status)
        return private_table(pieces, f"{given['what']}-{clock.today()}", given["format"])

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        back = reverse("results:index")
        context = {
            "header_title": _("导出成绩数据"),
            "breadcrumbs_items": [{"url": back, "label": _("成绩管理")}, {"url": "", "label": _("导出")}],
            "explains": _("导出您能看到的考生的数据，有姓名，没有证件号码。导出记入审计日志，文件用后请删除。"),
            "button": _("导出"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context, status=status)


class ResultViewSet(ListingViewSet):
    name = "results"
    icon = "table"
    menu_label = _("成绩管理")
    menu_order = 132
    roles = MAY_READ
    listing = ScoreListing

    def get_urlpatterns(self) -> list[URLPattern]:
        disciplines = {
            "page_title": _("违规记录"),
            "index_url_name": "results:disciplines",
            "index_results_url_name": "results:disciplines_results",
        }
        return [
            *super().get_urlpatterns(),
            path("person/", LookUp.as_view(), name="person"),
            path("export/", Export.as_view(), name="export"),
            path("disciplines/", self.construct_view(DisciplineListing, **disciplines), name="disciplines"),
            path(
                "disciplines/results/",
                self.construct_view(DisciplineListing, results_only=True, **disciplines),
                name="disciplines_results",
            ),
        ]
