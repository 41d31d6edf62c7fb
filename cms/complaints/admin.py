"""咨询投诉 at the desk: the list, one complaint with its thread, what may be done to it, figures, export."""

from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.widgets import AdminDateInput
from wagtail.admin.widgets.button import HeaderButton

from cms.complaints import actions, queries
from cms.complaints.models import Complaint, ComplaintCategory, SupportTeam
from cms.complaints.rules import CONTENT, DESK, SOON
from cms.complaints.states import COMPLAINT, Due, Kind
from portal.kernel import clock
from portal.kernel.admin import ActView, ForRoles, Instant, Listing, ListingViewSet, ReasonForm, toned
from portal.kernel.dashboard.panels import Queue, Waiting, plug
from portal.kernel.downloads import private_table
from portal.kernel.errors import Problem, Words
from portal.kernel.papers import read
from portal.kernel.states import Who
from portal.kernel.text import mask_name

_TONES = {Due.OVERDUE: "critical", Due.SOON: "warning"}


def _due(complaint: Complaint) -> str:
    """By text and by colour: a deadline that is near, or past."""
    return toned(complaint.due.label, _TONES.get(complaint.due, ""))


def _holder(complaint: Complaint) -> str:
    return complaint.holder.name if complaint.holder and complaint.is_held else ""


class ComplaintFilters(WagtailFilterSet):
    number = django_filters.CharFilter(label=_("编号"), help_text=_("完整编号，如 ZX2026112412345678"))
    state = django_filters.ChoiceFilter(label=_("状态"), choices=COMPLAINT.choices, widget=forms.RadioSelect)
    due = django_filters.ChoiceFilter(label=_("时限"), choices=Due.choices, method="by_due", widget=forms.RadioSelect)
    kind = django_filters.ChoiceFilter(label=_("类型"), choices=Kind.choices, widget=forms.RadioSelect)
    category = django_filters.ModelChoiceFilter(label=_("业务分类"), queryset=ComplaintCategory.objects.all())
    team = django_filters.ModelChoiceFilter(label=_("答复组"), queryset=SupportTeam.objects.all())
    created_at = django_filters.DateFromToRangeFilter(label=_("提交日期"), widget=DateRangePickerWidget)

    class Meta:
        model = Complaint
        fields: ClassVar = ["number", "state", "due", "kind", "category", "team", "created_at"]

    def by_due(self, rows: Any, _name: str, value: str) -> Any:
        return queries.by_due(rows, value, SOON)


class ComplaintListing(Listing):
    model = Complaint
    filterset_class = ComplaintFilters
    verbose_name_plural = _("咨询投诉")
    columns: ClassVar = [
        TitleColumn("title", label=_("标题"), get_url=lambda c: reverse("complaints:one", args=[c.pk])),
        Column("number", label=_("编号")),
        Column("kind", label=_("类型"), accessor="get_kind_display"),
        Column("category", label=_("业务分类")),
        Column("team", label=_("答复组")),
        Column("state", label=_("状态"), accessor="get_state_display"),
        Column("due", label=_("时限"), accessor=_due),
        Column("holder", label=_("正在处理"), accessor=_holder),
        Instant("created_at", label=_("提交时间")),
    ]

    default_ordering = None

    def get_base_queryset(self) -> Any:
        return queries.next_due_first(queries.visible_to(self.actor)).defer("content", "contact", "comment")

    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [
            HeaderButton(_("统计"), url=reverse("complaints:figures"), icon_name="table"),
            HeaderButton(_("导出"), url=reverse("complaints:export"), icon_name="download"),
        ]


class _Act(ActView):
    """One act on a complaint; the page shows the thread and the other acts."""

    roles = DESK
    form_class = forms.Form
    template_name = "cms/admin/complaint.html"
    verb = ""

    def find(self, pk: int) -> Complaint:
        return queries.visible_one(self.actor, pk)

    def back(self) -> str:
        return reverse("complaints:one", args=[self.thing.pk])

    def facts(self) -> list[tuple[Words, str]]:
        complaint: Complaint = self.thing
        return [
            (_("编号"), complaint.number),
            (_("类型"), f"{complaint.get_kind_display()} · {complaint.category.label}"),
            (_("答复组"), complaint.team.name),
            (_("状态"), complaint.get_state_display()),
            (_("提交人"), mask_name(complaint.author.name)),
            (_("其他联系方式"), complaint.contact),
            (_("同意整理进常见问题"), str(_("是") if complaint.is_public else _("否"))),
            (_("正在处理"), _holder(complaint)),
            (_("评价"), f"{complaint.rating}/5 {complaint.comment}" if complaint.rating else ""),
        ]

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        complaint: Complaint = self.thing
        allowed = COMPLAINT.allowed(complaint.state, Who.STAFF)
        thread = list(queries.whole_thread(complaint))
        shown = {
            "complaint": complaint,
            "due_html": _due(complaint),
            "thread": thread,
            "files": queries.candidates_files(complaint),
            "acts": [(verb, COMPLAINT.moves[verb].label) for verb in allowed if verb != self.verb],
            "canned": queries.canned(complaint) if self.verb == "answer" else [],
        }
        return super().page(form, status, **shown, **more)


class One(_Act):
    title = _("咨询投诉")
    button = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.thing = self.find(pk)
        return self.page(None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.get(request, pk)

    def back(self) -> str:
        return reverse("complaints:index")


class Accept(_Act):
    verb = "accept"
    title = button = _("受理")
    explains = _("受理后由您处理，系统会通知考生。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.accept(self.thing.pk, by=self.actor)
        return HttpResponseRedirect(reverse("complaints:answer", args=[self.thing.pk]))


class ClaimForm(forms.Form):
    take_over = forms.BooleanField(label=_("同事正在处理时也接手"), required=False)


class Claim(_Act):
    verb = "claim"
    title = button = _("接手处理")
    explains = _("15分钟内同事会看到您正在处理。")
    form_class = ClaimForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.claim(self.thing.pk, take_over=given["take_over"], by=self.actor)
        return HttpResponseRedirect(reverse("complaints:answer", args=[self.thing.pk]))


class Release(_Act):
    verb = "release"
    title = button = _("放下")
    explains = _("放下后同事可以接手。")

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.release(self.thing.pk, by=self.actor)
        self.done(_("已放下。"))
        return None


class TextForm(forms.Form):
    text = forms.CharField(label=_("内容"), max_length=CONTENT, widget=forms.Textarea(attrs={"rows": 8}))


class AnswerForm(TextForm):
    file = forms.FileField(
        label=_("附件"), required=False, help_text=_("可附一个JPG、PNG、HEIC图片或PDF，不超过10MB，考生能看到。")
    )
    # The newest message that stood on the page: who answers must have read what was written since.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class Answer(_Act):
    verb = "answer"
    title = button = _("答复")
    explains = _("答复发给考生后不能修改。请勿写入证件号码、手机号码。")
    form_class = AnswerForm

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if "canned" not in request.POST:
            return super().post(request, pk)
        self.thing = self.find(pk)
        return self.page(self.form())  # 使用这条: put behind what is typed already, and not sent yet

    def form(self, data: Any = None) -> forms.Form:
        chosen, typed = (self.request.POST.get(name, "") for name in ("canned", "text"))
        canned = next((text for row, text in queries.canned(self.thing) if str(row.pk) == chosen), "")
        text = "\n".join(part for part in (typed.rstrip(), canned) if part)
        files = None if data is None else self.request.FILES
        return AnswerForm(data, files, initial={"seen": self._newest(), "text": text})

    def page(self, form: forms.Form | None, status: int = 200, **more: Any) -> HttpResponse:
        if form is not None and form.is_bound:  # shown again, it stands beside the thread as it is now
            form.data = form.data.copy()
            form.data["seen"] = self._newest()
        return super().page(form, status, **more)

    def _newest(self) -> int:
        return max((message.pk for message in queries.whole_thread(self.thing)), default=0)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        sent = given["file"]
        file = (read(sent), sent.name) if sent else None
        actions.answer(self.thing.pk, given["text"], seen=given["seen"], file=file, by=self.actor)
        self.done(_("已答复，系统会通知考生。"))
        return None


class Note(_Act):
    verb = "note"
    title = button = _("内部备注")
    explains = _("只有工作人员能看到。")
    form_class = TextForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.note(self.thing.pk, given["text"], by=self.actor)
        self.done(_("已保存备注。"))
        return None


class TransferForm(ReasonForm):
    team = forms.ModelChoiceField(label=_("转办至"), queryset=SupportTeam.objects.all(), to_field_name="code")
    field_order = ("team", "reason")


class Transfer(_Act):
    verb = "transfer"
    title = button = _("转办")
    explains = _("转给另一个答复组重新受理，原来的时限不变。转办后您可能看不到这条咨询投诉。")
    form_class = TransferForm

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        actions.transfer(self.thing.pk, given["team"].code, given["reason"], by=self.actor)
        self.done(_("已转办。"))
        return HttpResponseRedirect(reverse("complaints:index"))


class FiguresView(ForRoles, View):
    """统计: by category and by team, over the last days. Nobody is ranked by name."""

    roles = DESK
    SPANS = (7, 30, 90, 365)

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("days", "")
        days = int(asked) if asked in {str(span) for span in self.SPANS} else 30
        since = clock.now() - timedelta(days=days)
        groups = [
            (_("按业务分类"), queries.figures(self.actor, since, "category")),
            (_("按答复组"), queries.figures(self.actor, since, "team")),
        ]
        crumbs = [{"url": reverse("complaints:index"), "label": _("咨询投诉")}, {"url": "", "label": _("统计")}]
        context = {
            "header_title": _("咨询投诉统计"),
            "breadcrumbs_items": crumbs,
            "groups": groups,
            "days": days,
            "spans": self.SPANS,
        }
        return render(request, "cms/admin/complaint_figures.html", context)


class ExportForm(ReasonForm):
    first = forms.DateField(label=_("从"), widget=AdminDateInput)
    last = forms.DateField(label=_("到"), widget=AdminDateInput)
    format = forms.ChoiceField(label=_("格式"), choices=[("xlsx", "Excel"), ("csv", "CSV")], widget=forms.RadioSelect)
    field_order = ("first", "last", "format", "reason")


class Export(ForRoles, View):
    """The list as a file; why is written into the audit log."""

    roles = DESK

    def get(self, request: HttpRequest) -> HttpResponse:
        today = clock.today()
        first = today - timedelta(days=30)
        return self.page(ExportForm(initial={"first": first, "last": today, "format": "xlsx"}))

    def post(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self.page(form)
        given = form.cleaned_data
        try:
            pieces = actions.export(
                given["first"], given["last"], given["reason"], format=given["format"], by=self.actor
            )
        except Problem as problem:
            form.add_error("last", str(problem.detail))
            return self.page(form, status=problem.status)
        return private_table(pieces, f"complaints-{clock.today()}", given["format"])

    def page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        back = reverse("complaints:index")
        context = {
            "header_title": _("导出咨询投诉"),
            "breadcrumbs_items": [{"url": back, "label": _("咨询投诉")}, {"url": "", "label": _("导出")}],
            "explains": _("导出您能看到的咨询投诉，不含内部备注。文件含有考生填写的内容，请妥善保管，用后删除。"),
            "button": _("导出"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context, status=status)


class ComplaintViewSet(ListingViewSet):
    name = "complaints"
    icon = "comment"
    menu_label = _("咨询投诉")
    menu_order = 130
    roles = DESK
    listing = ComplaintListing

    def get_urlpatterns(self) -> list[URLPattern]:
        acts = (Accept, Claim, Answer, Release, Transfer, Note)
        return [
            *super().get_urlpatterns(),
            path("figures/", FiguresView.as_view(), name="figures"),
            path("export/", Export.as_view(), name="export"),
            path("<row:pk>/", One.as_view(), name="one"),
            *(path(f"<row:pk>/{act.verb}/", act.as_view(), name=act.verb) for act in acts),
        ]


plug(
    Queue(
        "complaints",
        _("待受理和处理中的咨询投诉"),
        roles=DESK,
        look=lambda actor: Waiting(**queries.waiting(actor)),
        link="complaints:index",
    )
)
