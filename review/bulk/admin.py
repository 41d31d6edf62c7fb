"""批量办理: by the desk's filter, with the number typed; a page that tells how far it is and what failed."""

from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.ui.tables import Column, TitleColumn

from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet, Pages, toned
from portal.kernel.errors import Code, Problem
from portal.kernel.text import mask_name
from review.applications.states import MAY_DECIDE
from review.bulk import actions, queries
from review.bulk.models import BulkItem, BulkRun
from review.bulk.rules import VERBS
from review.desk.filters import QueueFilters

SHOWN = 100


def outcome(item: BulkItem) -> str:
    """What has come of one of them, and why not."""
    if item.done_at is None:
        return toned(_("等待办理"))
    return toned(item.detail or _("未办理"), "critical") if item.code else toned(_("已办理"))


class Runs(Listing):
    model = BulkRun
    columns: ClassVar = [
        TitleColumn("pk", label=_("编号"), accessor=str, get_url=lambda run: reverse("bulk:one", args=[run.pk])),
        Column("verb", label=_("操作"), accessor="get_verb_display"),
        Column("total", label=_("件数")),
        Column("done", label=_("已办理")),
        Column("failed", label=_("未办理")),
        Instant("created_at", label=_("开始时间")),
        Instant("finished_at", label=_("完成时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)


class BulkForm(forms.Form):
    verb = forms.ChoiceField(label=_("操作"), choices=VERBS, widget=forms.HiddenInput)
    filter = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("意见（选填，考生可见）"), max_length=500, required=False)
    typed = forms.CharField(label=_("输入件数以确认"), max_length=6, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self["verb"].value() == "release":  # what was said with each decision is told now
            del self.fields["note"]


class New(ForRoles, View):
    """What the filter finds, and the form that asks for its number."""

    roles = MAY_DECIDE

    def get(self, request: HttpRequest) -> HttpResponse:
        verb = request.GET.get("verb", "approve")
        given = request.GET.copy()
        given.pop("verb", None)
        form = BulkForm(initial={"verb": verb if verb in dict(VERBS) else "approve", "filter": given.urlencode()})
        return self.page(form, form.initial["verb"], form.initial["filter"])

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BulkForm(request.POST)
        if not form.is_valid():
            raise Http404
        given = form.cleaned_data
        rows = self.chosen(given["verb"], given["filter"])
        try:
            chosen = list(rows.values_list("pk", "revision"))
            run = actions.start(
                given["verb"], chosen, given["typed"], given["filter"], given.get("note", ""), by=self.actor
            )
        except Problem as problem:
            form.add_error("typed", str(problem.errors[0].detail if problem.errors else problem.detail))
            return self.page(form, given["verb"], given["filter"], status=problem.status)
        return HttpResponseRedirect(reverse("bulk:one", args=[run.pk]))

    def chosen(self, verb: str, query: str) -> Any:
        """The same filter as the list's, over what the actor can do this to."""
        rows = queries.open_to(self.actor, verb)
        found = QueueFilters(QueryDict(query), queryset=rows, request=self.request)
        return found.qs.order_by("pk") if found.is_valid() else rows.none()

    def page(self, form: forms.Form, verb: str, query: str, status: int = 200) -> HttpResponse:
        rows = self.chosen(verb, query)
        back = reverse("applications:index")
        context = {
            "header_title": _("批量办理"),
            "header_icon": "tasks",
            "breadcrumbs_items": [{"url": back, "label": _("业务审核")}, {"url": "", "label": _("批量办理")}],
            "label": dict(VERBS)[verb],
            "count": rows.count(),
            "first": [
                (row.number, row.type.title, mask_name(row.applicant.name), row.state_label)
                for row in rows.select_related("type", "applicant")[:10]
            ],
            "form": form,
            "back": f"{back}?{query}",
        }
        return render(self.request, "review/bulk/new.html", context, status=status)


class One(ForRoles, View):
    """How far a run is, and what has come of each; what failed comes first, to be tried again or opened."""

    roles = MAY_DECIDE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            raise

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.retry(pk, by=self.actor)
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise
            return self.page(pk, str(problem.detail), problem.status)
        return HttpResponseRedirect(reverse("bulk:one", args=[pk]))

    def page(self, pk: int, problem: str = "", status: int = 200) -> HttpResponse:
        run = queries.one(self.actor, pk)
        rows = Pages(queries.items(run), SHOWN).get_page(self.request.GET.get("p"))
        crumbs = [{"url": reverse("bulk:index"), "label": _("批量办理")}, {"url": "", "label": str(run)}]
        context = {
            "header_title": _now("批量%(verb)s") % {"verb": run.get_verb_display()},
            "header_icon": "tasks",
            "breadcrumbs_items": crumbs,
            "run": run,
            "problem": problem,
            "page_obj": rows,
            "items": [(item, mask_name(item.application.applicant.name), outcome(item)) for item in rows],
            "here": reverse("bulk:one", args=[pk]),
        }
        return render(self.request, "review/bulk/one.html", context, status=status)


class BulkViewSet(ListingViewSet):
    name = "bulk"
    icon = "tasks"
    menu_label = _("批量办理")
    menu_order = 112
    roles = MAY_DECIDE
    listing = Runs

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("new/", New.as_view(), name="new"),
            path("<row:pk>/", One.as_view(), name="one"),
        ]
