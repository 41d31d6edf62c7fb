"""数据导入 at the desk: the batches, one batch with its preview, and what waits for a second person."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, TitleColumn

from candidate_api.imports import queries
from candidate_api.imports.admin.acts import ACTS, Refused, Upload
from candidate_api.imports.admin.preview import preview
from candidate_api.imports.kinds import KINDS, kind_of
from candidate_api.imports.models import ImportBatch
from candidate_api.imports.states import IMPORT, MAY_IMPORT, Verdict
from portal.kernel import clock
from portal.kernel.admin import ForRoles, Instant, Listing, ListingViewSet, at_desk
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.errors import Problem

_ONE_LINE = "w-whitespace-nowrap"
_ROWS = 50
_SHOWN = (Verdict.REFUSED, Verdict.CHANGED, Verdict.NEW, Verdict.UNCHANGED)  # what asks for a look comes first
_REFRESH = "3"  # seconds


class BatchFilters(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(label=_("类别"), widget=forms.RadioSelect)
    state = django_filters.ChoiceFilter(label=_("状态"), choices=IMPORT.choices, widget=forms.RadioSelect)

    class Meta:
        model = ImportBatch
        fields: ClassVar = ["kind", "state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["kind"].extra["choices"] = [(kind.code, kind.label) for kind in KINDS.values()]


class ForProvince(ForRoles):
    """Who keeps the archive of a city has the role, and imports nothing."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not queries.may_import(at_desk(request)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def _address(batch: ImportBatch) -> str:
    return reverse("imports:one", args=[batch.pk])


class BatchListing(ForProvince, Listing):
    model = ImportBatch
    filterset_class = BatchFilters
    template_name = "imports/list.html"
    verbose_name_plural = _("导入批次")
    columns: ClassVar = [
        TitleColumn("name", label=_("文件"), get_url=_address, classname="title import-name"),
        Column("kind", label=_("类别"), accessor=lambda batch: kind_of(batch.kind).label, classname=_ONE_LINE),
        Column("session", label=_("考期"), accessor=lambda batch: batch.session or "—"),
        Column("state", label=_("状态"), accessor="get_state_display", classname=_ONE_LINE),
        Column("new", label=_("新增")),
        Column("changed", label=_("更改")),
        Column("unchanged", label=_("不变")),
        Column("refused", label=_("不能导入")),
        Column("uploaded_by", label=_("上传人")),
        Instant("uploaded_at", label=_("上传时间")),
        Column("decided_by", label=_("审批人"), accessor=lambda batch: batch.decided_by or "—"),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)


class One(ForProvince, View):
    """One batch: how far it is, what it would do line by line, and what may be done with it."""

    roles = MAY_IMPORT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            batch = queries.one(self.actor, pk)
        except Problem as problem:
            raise Http404 from problem
        asked = request.GET.get("show", "")
        counts = [(verdict, getattr(batch, verdict.value)) for verdict in _SHOWN]
        shown = asked if asked in Verdict.values else next((v.value for v, number in counts if number), "new")
        pages = Paginator(queries.lines(batch, shown), _ROWS)
        pages.count = dict(counts)[Verdict(shown)]  # counted when the file was checked
        page = pages.get_page(request.GET.get("p"))
        context = {
            "header_title": _("导入批次"),
            "breadcrumbs_items": [
                {"url": reverse("imports:index"), "label": _("数据导入")},
                {"url": "", "label": _("导入批次"), "sublabel": str(batch)},
            ],
            "batch": batch,
            "facts": facts(batch),
            "counts": counts,
            "shown": shown,
            "lines": page,
            "preview": preview(kind_of(batch.kind), list(page)),
            "acts": [(act, reverse(f"imports:{act.verb}", args=[pk])) for act in ACTS if act.fits(batch, self.actor)],
            "is_own": batch.uploaded_by_id == self.actor.user_id,
        }
        response = render(request, "imports/batch.html", context)
        if batch.state == "checking":
            response["Refresh"] = _REFRESH
        return response


def facts(batch: ImportBatch) -> list[tuple[Any, Any]]:
    """What the page says of the batch itself."""
    told = [
        (_("类别"), kind_of(batch.kind).label),
        (_("考期"), batch.session),
        (_("数据行数"), batch.expected),
        (_("来源说明"), batch.note),
        (_("上传"), _who(batch.uploaded_by, batch.uploaded_at)),
        (_("审批"), _who(batch.decided_by, batch.decided_at, batch.decision)),
        (_("申请撤销"), _who(batch.undo_asked_by, batch.undo_asked_at, batch.undo_reason)),
        (_("撤销"), _who(batch.undone_by, batch.undone_at)),
    ]
    return [(label, value) for label, value in told if value]


def _who(person: Any, at: Any, why: str = "") -> str:
    return f"{person} {clock.local(at):%Y-%m-%d %H:%M} {why}".strip() if person and at else ""


class ImportViewSet(ListingViewSet):
    name = "imports"
    icon = "upload"
    menu_label = _("数据导入")
    menu_order = 135
    roles = MAY_IMPORT
    listing = BatchListing

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("upload/", Upload.as_view(), name="upload"),
            path("<row:pk>/", One.as_view(), name="one"),
            path("<row:pk>/refused-rows/", Refused.as_view(), name="refused"),
            *(path(f"<row:pk>/{act.verb}/", act.as_view(), name=act.verb) for act in ACTS),
        ]

    @cached_property
    def menu_item_class(self) -> type[MenuItem]:
        class ItemForProvince(MenuItem):
            def is_shown(self, request: HttpRequest) -> bool:
                return queries.may_import(at_desk(request))

        return ItemForProvince


plug(
    Queue("imports", _("待审批的导入"), MAY_IMPORT, lambda actor: Waiting(**queries.waiting(actor)), "imports:index", 2)
)
