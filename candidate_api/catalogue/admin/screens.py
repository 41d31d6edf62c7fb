"""Wagtail's screens for one table: list, form, page to read, removal. Saving and removing are verbs."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from candidate_api.catalogue.actions import remove, save
from candidate_api.catalogue.admin.forms import form_for
from candidate_api.catalogue.admin.history import history
from candidate_api.catalogue.kinds import Kind
from portal.kernel.admin import at_desk
from portal.kernel.errors import Code, Problem
from portal.kernel.exports import InertExport


class Index(InertExport, generic.IndexView):
    """A list in the table's own order; `related` are the rows that its columns name, `linked` those on a side of it."""

    related: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()

    def get_base_queryset(self) -> Any:
        rows = super().get_base_queryset().prefetch_related(*self.linked)
        return rows.select_related(*self.related) if self.related else rows


class _ThroughVerb:
    """A refusal by the verb is shown on the form, nothing is saved."""

    request: HttpRequest
    form: Any
    kind: Any = None  # a Kind

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        at_desk(request)  # asked for once, for every question about permissions on the page
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        self.form = form
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except Problem as problem:
            if problem.code == Code.PERMISSION_DENIED:
                raise PermissionDenied from problem
            if problem.code == Code.NOT_FOUND:
                raise Http404 from problem
            for error in problem.errors:
                form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            self.produced_error_code, self.produced_error_message = "invalid", _("没有保存，请看下面的说明。")
            return self.form_invalid(form)  # type: ignore[attr-defined]

    def save_instance(self) -> Any:
        given = self.form.cleaned_data
        pk = self.form.instance.pk
        return save(
            self.kind, pk, self.form.values(), by=at_desk(self.request), reason=given["reason"], seen=given["seen"]
        )


class Create(_ThroughVerb, generic.CreateView):
    pass


class Edit(_ThroughVerb, generic.EditView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"history": history(self.object)}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("删除原因"), max_length=200)


class Delete(_ThroughVerb, generic.DeleteView):
    form_class = ReasonForm

    def get_usage(self) -> None:
        return None  # the verb knows what refers to the row

    def get_usage_url(self) -> None:
        return None

    def delete_action(self) -> None:
        remove(self.kind, self.object.pk, by=at_desk(self.request), reason=self.form.cleaned_data["reason"])


class Inspect(generic.InspectView):
    page_title = _("查看")

    def get_field_display_value(self, field_name: str, field: Any) -> Any:
        value = super().get_field_display_value(field_name, field)
        if isinstance(value, bool):
            return _("是") if value else _("否")
        return "—" if value is None or value == "" else value

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"history": history(self.object)}


class KeptViewSet(ModelViewSet):
    """The screens of a `kind`; `related` and `linked` as for `Index`."""

    kind: Kind
    related: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    index_view_class = Index
    add_view_class = Create
    edit_view_class = Edit
    delete_view_class = Delete
    inspect_view_class = Inspect
    create_template_name = "catalogue/admin/edit.html"
    edit_template_name = "catalogue/admin/edit.html"
    delete_template_name = "catalogue/admin/delete.html"
    inspect_template_name = "catalogue/admin/inspect.html"
    inspect_view_enabled = True
    copy_view_enabled = False
    add_to_reference_index = False
    export_formats: ClassVar = ["xlsx", "csv"]
    list_per_page = 50

    @property
    def model(self) -> Any:
        return self.kind.model

    @property
    def inspect_view_fields(self) -> Any:
        return list(self.kind.fields)

    @property
    def list_export(self) -> Any:
        return [name for name in self.kind.fields if not self.model._meta.get_field(name).many_to_many]

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        # Neither Wagtail's history nor its usage: what has changed stands on the page itself.
        common: dict[str, Any] = super().get_common_view_kwargs(**kwargs)
        return common | {"history_url_name": None, "usage_url_name": None}

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        listed: dict[str, Any] = super().get_index_view_kwargs(related=self.related, linked=self.linked, **kwargs)
        return listed

    def get_add_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        added: dict[str, Any] = super().get_add_view_kwargs(kind=self.kind, **kwargs)
        return added

    def get_edit_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        edited: dict[str, Any] = super().get_edit_view_kwargs(kind=self.kind, **kwargs)
        return edited

    def get_delete_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        deleted: dict[str, Any] = super().get_delete_view_kwargs(kind=self.kind, **kwargs)
        return deleted

    def get_form_class(self, for_update: bool = False) -> Any:
        return form_for(self.kind)

    def get_urlpatterns(self) -> list[URLPattern]:
        gone = {"history", "history_results", "usage"}
        patterns: list[URLPattern] = super().get_urlpatterns()
        return [pattern for pattern in patterns if pattern.name not in gone]
