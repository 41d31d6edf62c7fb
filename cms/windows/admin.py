"""Windows at the desk: Wagtail's own screens, with a reason for every change; saving is a verb."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from cms.windows.actions import change_window, create_window, delete_window
from cms.windows.models import BusinessWindow
from cms.windows.months import around, month_of, sheet
from cms.windows.queries import between
from cms.windows.rules import deadline, instant
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.admin import Instant, ThroughVerb
from portal.kernel.audit.models import AuditEntry
from portal.kernel.audit.queries import history
from portal.kernel.audit.words import word
from portal.kernel.dashboard.panels import Panel, plug
from portal.kernel.edges import actor_of
from portal.kernel.exports import InertExport

MAY_CHANGE = ("administrator",)  # to whom cms/seed/roles.py gives it


class NewWindowForm(WagtailAdminModelForm):
    class Meta:
        model = BusinessWindow
        fields: ClassVar = ["business", "phase", "session", "opens_at", "closes_at", "notice"]

    def values(self) -> dict[str, Any]:
        """What was typed, for the verb."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class WindowForm(NewWindowForm):
    reason = forms.CharField(label=_("变更原因"), max_length=200, help_text=_("与变更前后的时间一同记入审计。"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("删除原因"), max_length=200)


class CreateView(ThroughVerb, generic.CreateView):
    def save_instance(self) -> BusinessWindow:
        return create_window(**self.form.values(), by=actor_of(self.request, "admin"))


class EditView(ThroughVerb, generic.EditView):
    def save_instance(self) -> BusinessWindow:
        reason = self.form.cleaned_data["reason"]
        return change_window(self.object.pk, **self.form.values(), by=actor_of(self.request, "admin"), reason=reason)


class DeleteView(ThroughVerb, generic.DeleteView):
    form_class = ReasonForm

    def delete_action(self) -> None:
        delete_window(self.object.pk, by=actor_of(self.request, "admin"), reason=self.form.cleaned_data["reason"])


def _open(actor: Actor) -> dict[str, Any]:
    """What is open now, what closes first at the top; who may change a window is led to it."""
    now = clock.now()
    rows = BusinessWindow.objects.filter(opens_at__lte=now, closes_at__gt=now).order_by("closes_at", "pk")[:20]
    soon = now + timedelta(days=2)
    return {
        "may_change": actor.has_role(*MAY_CHANGE),
        "lines": [
            {"window": w, "deadline": deadline(w.closes_at), "state": w.label_at(now), "soon": w.closes_at <= soon}
            for w in rows
        ],
    }


plug(Panel("windows", _("开放中的办理时间"), "cms/admin/windows_panel.html", _open, order=100))


class IndexView(InertExport, generic.IndexView):
    @property
    def header_buttons(self) -> list[HeaderButton]:
        return [*super().header_buttons, HeaderButton(_("月历"), reverse("windows:month"), icon_name="calendar")]


def _facts(entry: AuditEntry) -> str:
    """What was set, or what was before and is now: only what has changed."""
    before, after = entry.data.get("before", {}), entry.data.get("after", entry.data)
    told = [
        f"{_label(name)}：{f'{_shown(name, before[name])} → ' if before else ''}{_shown(name, value)}"
        for name in NewWindowForm.Meta.fields  # the log does not keep the order of its values
        if (value := after.get(name, "")) != before.get(name, "")
    ]
    return "；".join(told)


def _label(name: str) -> str:
    return str(BusinessWindow._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _shown(name: str, value: str) -> str:
    """A value of the log as people read it."""
    if name.endswith("_at"):
        return deadline(datetime.fromisoformat(value))
    choices = dict(BusinessWindow._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
    return str(choices.get(value, value)) or "—"


class History(generic.HistoryView):
    """The audit log of one window."""

    filterset_class = None
    columns: ClassVar = [
        Instant("at", label=_("时间")),
        Column("who", label=_("操作人"), accessor="actor_name", classname="w-whitespace-nowrap"),
        Column("done", label=_("操作"), accessor=lambda entry: word(entry.verb), classname="w-whitespace-nowrap"),
        Column("facts", label=_("内容"), accessor=_facts),
        Column("note", label=_("变更原因")),
    ]

    def get_base_queryset(self) -> Any:
        return history(self.object)


class MonthView(WagtailAdminTemplateMixin, PermissionCheckedMixin, TemplateView):
    """月历: what opens and closes on which day of a month."""

    model = BusinessWindow  # whose permissions decide
    template_name = "cms/admin/windows_month.html"
    any_permission_required: ClassVar = ["add", "change", "delete", "view"]
    page_title = _("办理时间月历")
    header_icon = "calendar"
    index_url_name = ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("windows:index"), "label": _("办理时间")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = clock.today()
        first = month_of(self.request.GET.get("month", ""), today)
        before, after = around(first)
        weeks = sheet(between(clock.at(first - timedelta(days=7)), clock.at(after + timedelta(days=7))), first)
        shown = {"first": first, "before": before, "after": after, "today": today, "weeks": weeks}
        return super().get_context_data(**kwargs) | shown


def _state(window: BusinessWindow) -> str:
    return window.label_at(clock.now())


class WindowViewSet(ModelViewSet):
    model = BusinessWindow
    name = "windows"
    icon = "time"
    menu_label = _("办理时间")
    menu_order = 120
    add_to_admin_menu = True
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = DeleteView
    history_view_class = History
    delete_template_name = "cms/admin/window_delete.html"
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display: ClassVar = [
        "__str__",
        Column("opens_at", label=_("开始时间"), accessor=lambda w: instant(w.opens_at), sort_key="opens_at"),
        Column("closes_at", label=_("截止时间"), accessor=lambda w: deadline(w.closes_at), sort_key="closes_at"),
        Column("state", label=_("状态"), accessor=_state),
    ]
    list_filter: ClassVar = ["business", "phase", "session"]
    list_export: ClassVar = ["business", "phase", "session", "opens_at", "closes_at", "notice"]
    export_formats: ClassVar = ["xlsx"]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return WindowForm if for_update else NewWindowForm

    def get_urlpatterns(self) -> list[URLPattern]:
        month = self.construct_view(MonthView)
        return [*super().get_urlpatterns(), path("month/", month, name="month")]
