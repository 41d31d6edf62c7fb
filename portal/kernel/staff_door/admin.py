"""Staff at the door of the admin: name and password, the second factor, a password that has grown old."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as otp_login
from django_otp.models import Device
from wagtail.admin import messages
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm

from portal.kernel import qr
from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem
from portal.kernel.staff_door import actions, factors, queries
from portal.kernel.users.models import User


class LoginForm(WagtailLoginForm):
    """Wagtail's own, in our words: it makes one label of a field's name and joins others from halves."""

    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"placeholder": _("请输入密码")})
    )
    error_messages: ClassVar = WagtailLoginForm.error_messages | {
        "invalid_login": _("用户名或密码不正确，请重试。"),
        "shut": _("密码错误次数过多，请15分钟后再试，或请系统管理员协助。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["placeholder"] = _("请输入用户名")

    def clean(self) -> Any:
        username, by = self.cleaned_data.get("username", ""), actor_of(self.request, "admin")
        if queries.is_shut(username, by.address):
            raise ValidationError(self.error_messages["shut"], code="shut")
        try:
            cleaned = super().clean()
        except ValidationError:
            actions.sign_in_failed(username, by=by)
            raise
        if user := self.get_user():
            actions.signed_in(user, by=Actor.of(user, "admin", address=by.address, request_id=by.request_id))
        return cleaned

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not user.is_staff:
            raise self.get_invalid_login_error()


class PasswordResetForm(WagtailPasswordResetForm):
    """For staff alone: a candidate's way back is 忘记密码 of the portal, which signs their devices out as well."""

    def get_users(self, email: str) -> Iterator[User]:
        return (user for user in super().get_users(email) if user.is_staff)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("动态口令"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
        error_messages={"required": _("请填写动态口令。")},
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=_("当前密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=_("新密码"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次新密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的新密码不一致。"))
        return given


@method_decorator(sensitive_post_parameters(), name="dispatch")
class DoorView(View):
    """One form before the desk; `act` asks the verb and answers, or raises Problem."""

    template: str
    form_class: type[forms.Form] = CodeForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.actor = actor_of(request, "admin")
        return super().dispatch(request, *args, **kwargs)

    @property
    def user(self) -> User:
        assert isinstance(self.request.user, User)  # noqa: S101 -- for the types: the gate has asked
        return self.request.user

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            return self.act(form.cleaned_data)
        except Problem as problem:
            for error in problem.errors:
                form.add_error(error.field if error.field in form.fields else None, str(error.detail))
            if not problem.errors:
                form.add_error(None, str(problem.detail))
            return self.show(form, status=problem.status)

    def act(self, given: dict[str, Any]) -> HttpResponse:
        raise TypeError(f"{type(self).__name__} has no verb")

    def show(self, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {"form": form, "next": self.request.GET.get("next", "")} | self.context()
        return render(self.request, self.template, context, status=status)

    def context(self) -> dict[str, Any]:
        return {}

    def enter(self, device: Device) -> None:
        """From here on this session has shown both factors; it goes on under another key."""
        self.request.session.cycle_key()
        otp_login(self.request, device)

    def onward(self) -> HttpResponse:
        target = self.request.GET.get("next", "")
        safe = url_has_allowed_host_and_scheme(target, {self.request.get_host()}, self.request.is_secure())
        return HttpResponseRedirect(target if safe and target.startswith("/") else reverse("wagtailadmin_home"))

    def codes(self, codes: list[str]) -> HttpResponse:
        return render(self.request, "kernel/staff_door/codes.html", {"codes": codes})


class SetUp(DoorView):
    """设置动态口令: scan, then show that it works."""

    template = "kernel/staff_door/setup.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if queries.authenticator(self.actor, confirmed=True):
            return redirect("staff_door:index")
        return super().get(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "begin" in request.POST:
            try:
                actions.begin(by=self.actor)
            except Problem as problem:
                messages.error(request, str(problem.detail))
            return redirect(request.get_full_path())
        return super().post(request)

    def act(self, given: dict[str, Any]) -> HttpResponse:
        device, codes = actions.confirm(given["code"], by=self.actor)
        self.enter(device)
        return self.codes(codes)

    def context(self) -> dict[str, Any]:
        device = queries.authenticator(self.actor, confirmed=False)
        if device is None:
            return {"factors": factors.plugged()}
        groups = [device.key[n : n + 4] for n in range(0, len(device.key), 4)]
        address = f"otpauth://totp/gxzk:{self.request.user.get_username()}?secret={device.key}&issuer=gxzk"
        return {"qr": qr.picture(address), "secret": " ".join(groups)}


class Verify(DoorView):
    """动态口令 or a recovery code; who has another factor alone is led to it first."""

    template = "kernel/staff_door/verify.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        held = factors.held_by(self.user)
        if held and "by" not in request.GET and not queries.authenticator(self.actor, confirmed=True):
            return redirect(f"{reverse(held[0].verify)}?{request.GET.urlencode()}")
        return super().get(request)

    def act(self, given: dict[str, Any]) -> HttpResponse:
        self.enter(actions.verify(given["code"], by=self.actor))
        return self.onward()

    def context(self) -> dict[str, Any]:
        has_app = queries.authenticator(self.actor, confirmed=True) is not None
        return {"factors": factors.held_by(self.user), "has_app": has_app}


class Password(DoorView):
    """A password that has grown old, or that its owner wants to change."""

    template = "kernel/staff_door/password.html"
    form_class = PasswordForm

    def act(self, given: dict[str, Any]) -> HttpResponse:
        user = actions.change_password(given["old"], given["new"], by=self.actor)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("密码已修改，其他登录已退出。"))
        return self.onward()


class Index(DoorView):
    """二次验证 of one's own: how it stands, new recovery codes, another telephone."""

    template = "kernel/staff_door/index.html"

    def act(self, given: dict[str, Any]) -> HttpResponse:
        if "remove" in self.request.POST:
            actions.remove(given["code"], by=self.actor)
            messages.success(self.request, _("已移除动态口令，请重新设置。"))
            return redirect("staff_door:setup")
        return self.codes(actions.renew_recovery_codes(given["code"], by=self.actor))

    def context(self) -> dict[str, Any]:
        device = queries.authenticator(self.actor, confirmed=True)
        left = queries.recovery_codes_left(self.actor)
        return {"device": device, "left": left, "factors": factors.plugged()}


urls: list[URLPattern] = [
    path("", Index.as_view(), name="index"),
    path("setup/", SetUp.as_view(), name="setup"),
    path("verify/", Verify.as_view(), name="verify"),
    path("password/", Password.as_view(), name="password"),
]
