"""业务类型 in the admin: built of blocks, seen as the candidate will see it, copied; saving is a verb."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.snippets.views.snippets import CopyView, CreateView, EditView

from portal.kernel.actor import Actor
from portal.kernel.admin import KeptSnippets, at_desk, yes_or_no
from portal.kernel.errors import Problem
from portal.kernel.users.models import User
from review.offices.queries import users_with
from review.offices.rules import of_the_province
from review.types.actions import save
from review.types.models import ApplicationType
from review.types.states import MAY_CONFIGURE


class Configurers(BasePermissionPolicy):
    """The province's administrators add, change and look at types; nobody deletes what cases were made of."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action == "delete" or isinstance(user, AnonymousUser) or not user.is_active:
            return False
        known: Actor = getattr(user, "actor_at_desk", None) or Actor.of(user, "admin")
        return of_the_province(known, *MAY_CONFIGURE)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        return users_with(MAY_CONFIGURE[0]) if set(actions) - {"delete"} else User.objects.none()


class TypeForm(WagtailAdminModelForm):
    """Says which version it was opened with."""

    opened_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened_version"] = self.instance.version


class _ThroughVerb:
    """Saving calls the verb; its refusal is shown on the form."""

    request: HttpRequest
    form: Any

    def save_instance(self) -> ApplicationType:
        return save(self.form.save(commit=False), by=at_desk(self.request))

    def form_valid(self, form: BaseForm) -> HttpResponse:
        self.form = form
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except Problem as problem:
            for error in problem.errors:
                form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            self.produced_error_code, self.produced_error_message = "invalid", _("没有保存，请看下面的说明。")
            return self.form_invalid(form)  # type: ignore[attr-defined]


class Create(_ThroughVerb, CreateView):
    pass


class Copy(_ThroughVerb, CopyView):
    """A new type like this one, not yet in force."""

    def get_initial_form_instance(self) -> ApplicationType:
        made: ApplicationType = super().get_initial_form_instance()
        made.pk, made.version, made.is_published = None, 1, False
        made.slug = f"{made.slug}-copy"[:40]
        return made


class Edit(_ThroughVerb, EditView):
    """Saved as the version after the one that the form was opened with: nobody writes over what others have saved."""

    def save_instance(self) -> ApplicationType:
        edited = self.form.save(commit=False)
        edited.version = self.form.cleaned_data["opened_version"] or 0
        return save(edited, by=at_desk(self.request))


class ApplicationTypeViewSet(KeptSnippets):
    model = ApplicationType
    icon = "form"
    menu_label = _("业务类型")
    menu_order = 125
    add_to_admin_menu = True
    add_view_class = Create
    copy_view_class = Copy
    edit_view_class = Edit
    list_display: ClassVar = ["title", "slug", "kind", "version", yes_or_no("is_published", _("已启用"))]
    list_filter: ClassVar = ["is_published"]
    search_fields: ClassVar = ["title", "slug"]
    inspect_view_enabled = False
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldRowPanel([FieldPanel("title"), FieldPanel("slug")]),
                    FieldPanel("introduction"),
                    MultiFieldPanel(
                        [FieldPanel("business"), FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")])],
                        heading=_("办理时间"),
                    ),
                    FieldRowPanel([FieldPanel("kind"), FieldPanel("subject"), FieldPanel("correction_days")]),
                    FieldPanel("is_published"),
                ],
                heading=_("基本信息"),
            ),
            ObjectList([FieldPanel("questions")], heading=_("表单")),
            ObjectList([FieldPanel("materials")], heading=_("材料")),
            ObjectList([FieldPanel("consents")], heading=_("同意书")),
            ObjectList([FieldPanel("steps")], heading=_("步骤")),
        ],
        base_form_class=TypeForm,
    )
