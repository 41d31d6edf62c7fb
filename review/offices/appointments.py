"""Who works here, at the desk: a new colleague, one more role, a role that ends. Each with its reason."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from portal.kernel.actor import Actor
from portal.kernel.admin import ActView, ForRoles, ReasonForm
from portal.kernel.errors import Code, Problem, Words
from portal.kernel.users.models import User
from review.offices import actions
from review.offices.models import Office
from review.offices.queries import offices_of, staff_visible_to
from review.offices.states import Role


class RoleForm(ReasonForm):
    """A role and an office, of those that the administrator gives roles at."""

    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    office = forms.ModelChoiceField(label=_("机构"), queryset=Office.objects.none(), to_field_name="code")
    field_order = ("role", "office", "reason")

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = offices_of(by, Role.ADMINISTRATOR)  # type: ignore[attr-defined]


class NewColleagueForm(RoleForm):
    username = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{2,29}$",
        label=_("用户名"),
        help_text=_("3至30位小写字母、数字、点、下划线或连字符。"),
        error_messages={"invalid": _("用户名只能用3至30位小写字母、数字、点、下划线或连字符。")},
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    mobile = forms.RegexField(
        r"^1[3-9]\d{9}$",
        label=_("手机号码"),
        required=False,
        error_messages={"invalid": _("请填写11位手机号码。")},
        help_text=_("账号有变动时短信通知本人。"),
    )
    email = forms.EmailField(label=_("电子邮箱"), required=False, help_text=_("本人忘记密码时用。"))
    password = forms.CharField(
        label=_("初始密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("当面交给本人，首次登录须修改。"),
    )
    field_order = ("username", "name", "mobile", "email", "password", "role", "office", "reason")


class New(ForRoles, View):
    """A new colleague, with a first role."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(NewColleagueForm(by=self.actor))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewColleagueForm(request.POST, by=self.actor)
        if not form.is_valid():
            return self._page(form)
        given = dict(form.cleaned_data)
        role, office = Role(given.pop("role")), given.pop("office")
        try:
            made = actions.engage(**given, role=role, office_code=office.code, by=self.actor)
        except Problem as problem:
            for error in problem.errors:
                form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            return self._page(form, status=problem.status)
        return HttpResponseRedirect(reverse("staff:appoint", args=[made.pk]))

    def _page(self, form: forms.Form, status: int = 200) -> HttpResponse:
        back = reverse("staff:index")
        context = {
            "header_title": _("新增工作人员"),
            "breadcrumbs_items": [{"url": back, "label": _("工作人员")}, {"url": "", "label": _("新增")}],
            "explains": _("账号属于一个人，不能共用。保存后可再任命其他角色。"),
            "button": _("保存"),
            "form": form,
            "back": back,
        }
        return render(self.request, "kernel/act.html", context, status=status)


class _Account(ActView):
    """One member of staff, for whoever administers the offices where all their roles are held."""

    template_name = "review/offices/account.html"

    def find(self, pk: int) -> User:
        found = staff_visible_to(self.actor).exclude(pk=self.actor.user_id or 0).filter(pk=pk).first()
        if found is None:
            raise Problem(Code.NOT_FOUND)
        return found

    def back(self) -> str:
        return reverse("staff:appoint", args=[self.thing.pk])

    def facts(self) -> list[tuple[Words, str]]:
        held = self.thing.staff_roles.select_related("office").order_by("office__path", "role")
        return [
            (_("姓名"), self.thing.name),
            (_("用户名"), self.thing.username),
            *((_("角色"), f"{one.office.name} {one.get_role_display()}") for one in held),
        ]


class Appoint(_Account):
    title = button = _("任命")
    explains = _("在所选机构及其下级机构中行使该角色，本人下一次点击即生效。")

    def form(self, data: Any = None) -> forms.Form:
        return RoleForm(data, by=self.actor)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        office: Office = given["office"]
        actions.appoint(self.thing, Role(given["role"]), office.code, reason=given["reason"], by=self.actor)
        self.done(_("已任命。"))
        return None


class HeldForm(ReasonForm):
    """One of the roles that they hold."""

    held = forms.ChoiceField(label=_("角色"), widget=forms.RadioSelect)
    field_order = ("held", "reason")

    def __init__(self, *args: Any, of: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held"].choices = [  # type: ignore[attr-defined]
            (f"{one.role}@{one.office.code}", f"{one.office.name} {one.get_role_display()}")
            for one in of.staff_roles.select_related("office").order_by("office__path", "role")
        ]


class Relieve(_Account):
    title = button = _("撤销角色")
    explains = _("本人下一次点击即失去该角色；账号仍可登录，离职请停用账号。")
    grave = True

    def form(self, data: Any = None) -> forms.Form:
        return HeldForm(data, of=self.thing)

    def act(self, given: dict[str, Any]) -> HttpResponse | None:
        role, _at, office = given["held"].partition("@")
        actions.relieve(self.thing.pk, Role(role), office, given["reason"], by=self.actor)
        self.done(_("已撤销该角色。"))
        return None
