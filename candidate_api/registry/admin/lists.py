"""考籍管理 at the desk: find a person with no number in any address; see it masked; act with a reason."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.rules import DESK
from candidate_api.candidates.states import CANDIDATE
from candidate_api.catalogue.models import District
from candidate_api.registry import queries
from candidate_api.registry.admin.acts import CANDIDATE_ACTS
from candidate_api.registry.admin.mergers import MERGER_ACTS
from candidate_api.registry.admin.record import Detail, Photo, state_of
from candidate_api.registry.models import Merger
from candidate_api.registry.states import MAY_MERGE, MERGER
from portal.kernel.actor import Actor
from portal.kernel.admin import Instant, Listing, ListingViewSet
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.text import mask_mobile, mask_name

_ONE_LINE = "w-whitespace-nowrap"
_MOST_FOUND = 50


class CandidateFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=CANDIDATE.choices, widget=forms.RadioSelect)
    district = django_filters.ModelChoiceFilter(label=_("所属市自考办"), queryset=District.objects.all())

    class Meta:
        model = Candidate
        fields: ClassVar = ["state", "district"]


class CandidateListing(Listing):
    model = Candidate
    filterset_class: Any = CandidateFilters
    template_name = "registry/list.html"
    verbose_name_plural = _("考生")
    columns: ClassVar = [
        TitleColumn(
            "name",
            label=_("姓名"),
            accessor=lambda c: mask_name(c.user.name),
            get_url=lambda c: reverse("candidates:detail", args=[c.pk]),
        ),
        Column("candidate_number", label=_("准考证号"), classname=_ONE_LINE),
        Column("id_number", label=_("证件号码"), accessor="masked_id_number", classname=_ONE_LINE),
        Column("mobile", label=_("手机号码"), accessor=lambda c: mask_mobile(c.user.mobile), classname=_ONE_LINE),
        Column("district", label=_("所属市自考办"), accessor="district"),
        Column("major", label=_("报考专业"), accessor="major"),
        Column("state", label=_("状态"), accessor=state_of, classname=_ONE_LINE),
    ]

    def get_base_queryset(self) -> Any:
        return queries.listed(self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_merge": self.actor.has_role(*MAY_MERGE), "most_found": _MOST_FOUND}


@method_decorator(sensitive_post_parameters(), name="dispatch")
class FindView(CandidateListing):
    """What was asked for stands in the body of a POST: no address, no log and no history keeps it."""

    filterset_class = None
    http_method_names: ClassVar = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("candidates:index"))
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    post = get

    def get_base_queryset(self) -> Any:
        text = self.request.POST.get("text", "")[:60]
        keys = queries.found(self.actor, text).values_list("pk", flat=True)[:_MOST_FOUND]
        return queries.listed(self.actor).filter(pk__in=list(keys))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"asked": True, "sum": context["paginator"].count}


def _waiting(actor: Actor) -> Waiting:
    rows = queries.mergers(actor).filter(state="proposed").order_by()
    return Waiting(**rows.aggregate(count=Count("pk"), oldest=Min("proposed_at")))


plug(Queue("mergers", _("准考证号合并申请"), MAY_MERGE, _waiting, "candidates:mergers"))


class MergerFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=MERGER.choices, widget=forms.RadioSelect)

    class Meta:
        model = Merger
        fields: ClassVar = ["state"]


class MergerListing(Listing):
    model = Merger
    filterset_class = MergerFilters
    verbose_name_plural = _("合并申请")
    columns: ClassVar = [
        TitleColumn(
            "source",
            label=_("注销的准考证号"),
            accessor=lambda m: f"{m.source} {mask_name(m.source.user.name)}",
            get_url=lambda m: reverse("candidates:merger-approve", args=[m.pk]) if m.state == "proposed" else None,
        ),
        Column("target", label=_("保留的准考证号"), accessor=lambda m: f"{m.target} {mask_name(m.target.user.name)}"),
        Column("reason", label=_("事由")),
        Column("proposed_by", label=_("提出人")),
        Instant("proposed_at", label=_("提出时间")),
        Column("state", label=_("状态"), accessor="get_state_display", classname=_ONE_LINE),
        Column("decided_by", label=_("审批人")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.mergers(self.actor)


class CandidateViewSet(ListingViewSet):
    name = "candidates"
    icon = "user"
    menu_label = _("考籍管理")
    menu_order = 130
    roles = DESK
    listing = CandidateListing

    def get_urlpatterns(self) -> list[URLPattern]:
        mergers = {
            "roles": MAY_MERGE,
            "page_title": _("合并申请"),
            "index_url_name": "candidates:mergers",
            "index_results_url_name": "candidates:mergers_results",
        }
        return [
            *super().get_urlpatterns(),
            path("find/", self.construct_view(FindView), name="find"),
            path("<row:pk>/", Detail.as_view(), name="detail"),
            path("<row:pk>/photo/", Photo.as_view(), name="photo"),
            *(path(f"<row:pk>/{name}/", act.as_view(), name=name) for name, act in CANDIDATE_ACTS.items()),
            path("mergers/", self.construct_view(MergerListing, **mergers), name="mergers"),
            path(
                "mergers/results/",
                self.construct_view(MergerListing, results_only=True, **mergers),
                name="mergers_results",
            ),
            *(path(f"mergers/<row:pk>/{n}/", act.as_view(), name=f"merger-{n}") for n, act in MERGER_ACTS.items()),
        ]
