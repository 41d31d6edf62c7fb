"""业务审核: the queue, what is looked for in it, and the next one."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, Table, TitleColumn

from portal.kernel import clock
from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet, toned
from portal.kernel.dashboard import panels
from portal.kernel.dashboard.panels import plug
from portal.kernel.text import mask_name
from review.applications import actions, queries
from review.applications.models import Application
from review.applications.states import MAY_DECIDE, MAY_SEE
from review.desk.case import Case, Heartbeat, PaperView, RegisterView
from review.desk.filters import QueueFilters
from review.desk.listing import Export, FiguresView, Filters
from review.desk.queries import FILTERS, calendar, left, saved_filters
from review.desk.rules import Left
from review.desk.states import TONES

MOST_FOUND = 50


def holder(application: Application) -> str:
    """Who has it in hand now."""
    is_held = application.claimed_until is not None and application.claimed_until > clock.now()
    return str(application.claimed_by.name) if is_held and application.claimed_by else ""


def _left(row: Any) -> str:
    found: Left | None = row.left
    return toned(found.words, TONES[found.due]) if found else ""


class Queue(Listing):
    model = Application
    filterset_class: Any = QueueFilters
    template_name = "review/desk/queue.html"
    results_template_name = "review/desk/queue_results.html"
    verbose_name_plural = _("业务申请")
    default_ordering = None
    columns: ClassVar = [
        TitleColumn("number", label=_("编号"), get_url=lambda a: reverse("applications:case", args=[a.pk])),
        Column("type", label=_("业务"), accessor="type.title"),
        Column("applicant", label=_("申请人"), accessor=lambda a: mask_name(a.applicant.name)),
        Column("state", label=_("状态"), accessor="state_label"),
        Column("office", label=_("受理机构"), accessor=lambda a: str(a.office or "")),
        Column("left", label=_("时限"), accessor=_left),
        Instant("submitted_at", label=_("提交时间")),
        Column("claimed", label=_("审核人"), accessor=holder),
    ]

    def get_base_queryset(self) -> Any:
        return queries.listed(self.actor)

    def get_table(self, object_list: Any) -> Table:
        special = calendar(object_list)
        for row in object_list:
            row.left = left(row, special)
        return super().get_table(object_list)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        may = self.actor.has_role(*MAY_DECIDE)
        given = [(name, self.request.GET.get(name, "")) for name in FILTERS]
        return context | {
            "may_decide": may,
            "counts": queries.waiting(self.actor) if may else None,
            "saved": saved_filters(self.actor),
            "kind": self._kind(),
            # What bulk decisions, files and kept filters go by: the filter alone, without the page.
            "query": urlencode([(name, value) for name, value in given if value]),
            "most_found": MOST_FOUND,
        }

    def _kind(self) -> str:
        """The one kind of business that the filter leaves, which the next case is to be of; empty for all."""
        chosen = self.filters.form.cleaned_data.get("type") if self.filters and self.filters.is_valid() else None
        return str(chosen.slug) if chosen else ""


plug(
    panels.Queue(
        "applications",
        _("待审核的业务申请"),
        roles=MAY_DECIDE,
        look=lambda actor: panels.Waiting(**queries.waiting(actor)),
        link="applications:index",
    )
)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Find(Queue):
    """What was looked for stands in the body of a POST: no address, no log and no history keeps a number or a name."""

    filterset_class = None
    http_method_names: ClassVar = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("applications:index"))
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    post = get

    def get_base_queryset(self) -> Any:
        found = queries.found(self.actor, self.request.POST.get("text", "")[:60])
        keys = list(found.values_list("pk", flat=True)[:MOST_FOUND])
        return queries.listed(self.actor).filter(pk__in=keys)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"asked": True, "sum": context["paginator"].count}


class Next(ForRoles, View):
    """领取下一件."""

    roles = MAY_DECIDE

    def post(self, request: HttpRequest) -> HttpResponse:
        found = actions.claim_next(request.POST.get("type", ""), by=self.actor)
        if found is None:
            messages.success(request, _now("没有等待审核的申请。"))
            return HttpResponseRedirect(reverse("applications:index"))
        return HttpResponseRedirect(reverse("applications:case", args=[found.pk]))


class ApplicationViewSet(ListingViewSet):
    name = "applications"
    icon = "tasks"
    menu_label = _("业务审核")
    menu_order = 110
    roles = MAY_SEE
    listing = Queue

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("find/", self.construct_view(Find), name="find"),
            path("figures/", FiguresView.as_view(), name="figures"),
            path("export/", Export.as_view(), name="export"),
            path("filters/", Filters.as_view(), name="filters"),
            path("next/", Next.as_view(), name="next"),
            path("<row:pk>/", Case.as_view(), name="case"),
            path("<row:pk>/register.pdf", RegisterView.as_view(), name="register"),
            path("<row:pk>/heartbeat/", Heartbeat.as_view(), name="heartbeat"),
            path("<row:pk>/papers/<row:material_id>/", PaperView.as_view(), name="paper"),
        ]
