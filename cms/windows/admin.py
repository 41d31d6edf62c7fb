"""Windows at the desk: Wagtail's own screens, with a reason for every change; saving is a verb."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.windows.actions import change_window, create_window, delete_window
from cms.windows.models import BusinessWindow
from portal.kernel import clock
from portal.kernel.edges import actor_of
from portal.kernel.errors import Code, Problem


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


class _ThroughVerb:
    """A refusal by the verb is shown on the form, nothing is saved."""

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        self.form = form
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except Problem as problem:
            if problem.code is Code.PERMISSION_DENIED:
                raise PermissionDenied from problem
            form.add_error(None, str(problem.detail))
            return self.form_invalid(form)  # type: ignore[attr-defined]


class CreateView(_ThroughVerb, generic.CreateView):
    def save_instance(self) -> BusinessWindow:
        return create_window(**self.form.values(), by=actor_of(self.request, "admin"))


class EditView(_ThroughVerb, generic.EditView):
    def save_instance(self) -> BusinessWindow:
        reason = self.form.cleaned_data["reason"]
        return change_window(self.object.pk, **self.form.values(), by=actor_of(self.request, "admin"), reason=reason)


class DeleteView(_ThroughVerb, generic.DeleteView):
    form_class = ReasonForm

    def delete_action(self) -> None:
        delete_window(self.object.pk, by=actor_of(self.request, "admin"), reason=self.form.cleaned_data["reason"])


def _state(window: BusinessWindow) -> str:
    return window.label_at(clock.now())


class WindowViewSet(ModelViewSet):
    model = BusinessWindow
    name = "windows"
    icon = "time"
    menu_label = _("办理时间")
    menu_order = 120
    add_to_admin_menu = True
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = DeleteView
    delete_template_name = "cms/admin/window_delete.html"
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display: ClassVar = [
        "__str__",
        Column("opens_at", label=_("开始时间"), accessor="opens_at", sort_key="opens_at"),
        Column("closes_at", label=_("截止时间"), accessor="closes_at", sort_key="closes_at"),
        Column("state", label=_("状态"), accessor=_state),
    ]
    list_filter: ClassVar = ["business", "phase", "session"]
    list_export: ClassVar = ["business", "phase", "session", "opens_at", "closes_at", "notice"]
    export_formats: ClassVar = ["xlsx"]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return WindowForm if for_update else NewWindowForm
