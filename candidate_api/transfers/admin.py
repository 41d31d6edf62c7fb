"""转考 in the admin. Out: what waits, the file for the national platform, what the other province answered. In: which
of our courses another province's count as."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, Table, TitleColumn

from candidate_api.catalogue.admin.screens import KeptViewSet
from candidate_api.transfers import actions, kinds, queries
from candidate_api.transfers.models import TransferOut
from candidate_api.transfers.states import MAY_SEE, MAY_SEND, TRANSFER_OUT
from portal.kernel import clock
from portal.kernel.admin import ActView, ForRoles, Instant, Listing, ListingViewSet, ReasonForm
from portal.kernel.downloads import private_table
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.text import mask_name


class TransferFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(label=_("状态"), choices=TRANSFER_OUT.choices, widget=forms.RadioSelect)

    class Meta:
        model = TransferOut
        fields: ClassVar = ["state"]


class Transfers(Listing):
    model = TransferOut
    filterset_class = TransferFilters
    template_name = "transfers/list.html"
    columns: ClassVar = [
        TitleColumn(
            "candidate",
            label=_("考生"),
            accessor=lambda t: mask_name(t.candidate.user.name),
            get_url=lambda t: reverse("transfers:answer", args=[t.pk]) if t.may_be_answered else "",
        ),
        Column("candidate_number", label=_("准考证号"), accessor="candidate.candidate_number"),
        Column("province", label=_("转入省份"), accessor="get_province_display"),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Instant("approved_at", label=_("终审通过时间")),
    ]

    def get_base_queryset(self) -> Any:
        return queries.visible_to(self.actor)

    def get_table(self, object_list: Any) -> Table:
        """What is handed over leads on for those alone who may say what the other province has answered."""
        mine = set(queries.visible_to(self.actor, *MAY_SEND).values_list("pk", flat=True)) if self.may_send else set()
        for row in object_list:
            row.may_be_answered = row.state == "handed_over" and row.pk in mine
        return super().get_table(object_list)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"may_send": self.may_send}

    @property
    def may_send(self) -> bool:
        return self.actor.has_role(*MAY_SEND)


class AnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("对方答复"),
        choices=[("accept", _("已接收（已转出）")), ("refuse", _("拒收"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class Answer(ActView):
    """What the other province made of it."""

    title = button = _("登记对方答复")
    explains = _("登记“已转出”后，考生在广西的考籍注销，不能撤回。")
    grave = True
    roles = MAY_SEND
    form_class = AnswerForm

    def find(self, pk: int) -> TransferOut:
        row = queries.visible_to(self.actor, *MAY_SEND).filter(pk=pk).first()
        if row is None:
            raise Problem(Code.NOT_FOUND)
        return row

    def back(self) -> str:
        return reverse("transfers:index")

    def facts(self) -> list[tuple[Words, str]]:
        row = self.thing
        return [
            (_("考生"), row.candidate.user.name),
            (_("准考证号"), row.candidate.candidate_number or ""),
            (_("转入省份"), row.get_province_display()),
            (_("状态"), row.get_state_display()),
        ]

    def act(self, given: dict[str, Any]) -> None:
        if given["answer"] == "accept":
            actions.accept(self.thing.pk, by=self.actor)
        else:
            actions.refuse(self.thing.pk, given["note"], by=self.actor)
        self.done(_("已登记。"))


class FormatForm(ReasonForm):
    format = forms.ChoiceField(label=_("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")], widget=forms.RadioSelect)
    field_order = ("format", "reason")


class HandOver(ForRoles, View):
    """The file for the national platform; what is in it counts as handed over."""

    roles = MAY_SEND

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(FormatForm(initial={"format": "xlsx"}))

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        form = FormatForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        try:
            pieces = actions.hand_over(format=form.cleaned_data["format"], by=self.actor)
        except Problem as problem:
            form.add_error(None, str(problem.detail))
            return self.page(form, status=problem.status)
        return private_table(pieces, f"transfers-{clock.today()}", form.cleaned_data["format"])

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        back = reverse("transfers:index")
        context = {
            "header_title": _("导出并提交"),
            "breadcrumbs_items": [{"url": back, "label": _("转出考籍")}, {"url": "", "label": _("导出并提交")}],
            "explains": _("把所有待提交的转出考籍导出为文件，导出后状态变为“已提交国家转考平台”。文件含证件号码。"),
            "button": _("导出并提交"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context, status=status)


class TransferViewSet(ListingViewSet):
    name = "transfers"
    icon = "redirect"
    menu_label = _("转出考籍")
    menu_order = 117
    roles = MAY_SEE
    listing = Transfers

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("hand-over/", HandOver.as_view(), name="hand-over"),
            path("<row:pk>/answer/", Answer.as_view(), name="answer"),
        ]


class CourseMatchViewSet(KeptViewSet):
    kind = kinds.COURSE_MATCHES
    name = "course-matches"
    icon = "resubmit"
    menu_label = _("转入课程对应")
    menu_order = 118
    add_to_admin_menu = True
    related = ("course",)
    list_display: ClassVar = ["code", "province", "name", "course", "note"]
    list_filter: ClassVar = ["province"]
    search_fields: ClassVar = ["code", "name", "course__code", "course__name"]
