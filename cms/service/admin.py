"""服务公告 at the desk: Wagtail's own screens; saving is a verb, with a reason for every change."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.service.actions import change_notice, end_notice, post_notice
from cms.service.models import ServiceNotice
from cms.windows.rules import WindowState, state
from portal.kernel import clock
from portal.kernel.admin import Instant, ThroughVerb
from portal.kernel.edges import actor_of

_END = _("立即结束")
_LABELS = {WindowState.UPCOMING: _("未开始"), WindowState.OPEN: _("正在显示"), WindowState.CLOSED: _("已结束")}


class NewNoticeForm(WagtailAdminModelForm):
    class Meta:
        model = ServiceNotice
        fields: ClassVar = ["text", "starts_at", "ends_at", "pauses"]

    def values(self) -> dict[str, Any]:
        """What was typed, for the verb."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NoticeForm(NewNoticeForm):
    reason = forms.CharField(label=_("变更原因"), max_length=200, help_text=_("与变更前后的内容一同记入审计。"))


class EndForm(forms.Form):
    reason = forms.CharField(label=_("结束原因"), max_length=200)


class IndexView(generic.IndexView):
    def get_list_more_buttons(self, instance: ServiceNotice) -> list[Any]:
        """A notice is not deleted but ended: its button says what it does."""
        buttons: list[Any] = super().get_list_more_buttons(instance)
        for button in buttons:
            if button.url == self.get_delete_url(instance):
                button.label, button.icon_name = _END, "cross"
        return buttons


class CreateView(ThroughVerb, generic.CreateView):
    def save_instance(self) -> ServiceNotice:
        return post_notice(**self.form.values(), by=actor_of(self.request, "admin"))


class EditView(ThroughVerb, generic.EditView):
    delete_item_label = _END

    def save_instance(self) -> ServiceNotice:
        reason = self.form.cleaned_data["reason"]
        return change_notice(self.object.pk, **self.form.values(), by=actor_of(self.request, "admin"), reason=reason)


class EndView(ThroughVerb, generic.DeleteView):
    form_class = EndForm
    page_title = _END

    def delete_action(self) -> None:
        end_notice(self.object.pk, by=actor_of(self.request, "admin"), reason=self.form.cleaned_data["reason"])


def _state(notice: ServiceNotice) -> str:
    return str(_LABELS[state(notice.starts_at, notice.ends_at, clock.now())])


class ServiceViewSet(ModelViewSet):
    model = ServiceNotice
    name = "service"
    icon = "warning"
    menu_label = _("服务公告")
    menu_order = 121
    add_to_admin_menu = True
    index_view_class = IndexView
    add_view_class = CreateView
    edit_view_class = EditView
    delete_view_class = EndView
    delete_template_name = "cms/admin/service_end.html"
    copy_view_enabled = False
    list_display: ClassVar = [
        "__str__",
        BooleanColumn("pauses", label=_("暂停办理业务")),
        Instant("starts_at", label=_("开始时间")),
        Instant("ends_at", label=_("结束时间")),
        Column("state", label=_("状态"), accessor=_state),
    ]

    def get_form_class(self, for_update: bool = False) -> type[forms.ModelForm]:
        return NoticeForm if for_update else NewNoticeForm
