"""通行密钥 at the door of the admin: show one, add one, remove one."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from candidate_api.candidates.proving import Proof
from candidate_api.passkeys import actions, ceremonies, origins, queries
from candidate_api.passkeys.ceremonies import Begun
from candidate_api.passkeys.rules import NAME_MOST
from portal.kernel.errors import Code, Problem
from portal.kernel.staff_door import actions as door
from portal.kernel.staff_door.admin import DoorView


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("登录密码"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AddForm(PasswordForm):
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=NAME_MOST, help_text=gettext_lazy("便于您认出是哪台设备或哪把安全密钥")
    )
    field_order = ("name", "password")


class _PasskeyView(DoorView):
    """With what every page says of passkeys: where they can be used, and what the device is to sign."""

    def context(self) -> dict[str, Any]:
        return {"elsewhere": origins.elsewhere(f"{self.request.scheme}://{self.request.get_host()}")}

    def answered(self) -> tuple[UUID, dict[str, Any]]:
        """Which ceremony it was, and what the device has made of it."""
        given = self.request.POST
        try:
            return UUID(given.get("ceremony_id", "")), dict(json.loads(given.get("credential", "")))
        except (ValueError, TypeError, RecursionError) as error:
            raise Problem(Code.PASSKEY_INVALID, _("通行密钥没有通过验证，请重试。")) from error


def _to_sign(begun: Begun) -> dict[str, Any]:
    return {"ceremony_id": begun.ceremony_id, "options": json.dumps(begun.options)}


class Verify(_PasskeyView):
    """The passkey, after the password."""

    template = "passkeys/door/verify.html"
    form_class = forms.Form

    def act(self, given: dict[str, Any]) -> HttpResponse:
        ceremony_id, credential = self.answered()
        self.enter(actions.second_factor(ceremony_id, credential, by=self.actor))
        return self.onward()

    def context(self) -> dict[str, Any]:
        return super().context() | _to_sign(ceremonies.begin_sign_in(self.actor))


class Add(_PasskeyView):
    """A name and the password, then the device makes it."""

    template = "passkeys/door/add.html"
    form_class = AddForm

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.keep(request) if "ceremony_id" in request.POST else super().post(request)

    def act(self, given: dict[str, Any]) -> HttpResponse:
        begun = actions.begin_adding(Proof(given["password"]), by=self.actor)
        context = self.context() | _to_sign(begun) | {"name": given["name"]}
        return render(self.request, "passkeys/door/make.html", context)

    def keep(self, request: HttpRequest) -> HttpResponse:
        try:
            passkey = actions.add(*self.answered(), request.POST.get("name", ""), by=self.actor)
        except Problem as problem:
            messages.error(request, str(problem.detail))
            return redirect("door_passkeys:add")
        if not request.user.is_verified():  # type: ignore[union-attr]  # OTPMiddleware has given it
            self.enter(passkey)
        if codes := door.first_recovery_codes(by=self.actor):
            return self.codes(codes)
        messages.success(request, _("已添加“%(name)s”。") % {"name": passkey.name})
        return redirect("door_passkeys:index")


class Index(_PasskeyView):
    """One's own, newest first; each can be removed with the password."""

    template = "passkeys/door/index.html"
    form_class = PasswordForm

    def act(self, given: dict[str, Any]) -> HttpResponse:
        asked = self.request.POST.get("remove", "")
        passkey = queries.get(int(asked) if asked.isdecimal() and len(asked) < 19 else 0, self.actor)
        actions.remove(passkey.pk, Proof(given["password"]), by=self.actor)
        messages.success(self.request, _("已删除“%(name)s”。") % {"name": passkey.name})
        return redirect("door_passkeys:index")

    def context(self) -> dict[str, Any]:
        return super().context() | {"passkeys": queries.visible_to(self.actor)}


urls: list[URLPattern] = [
    path("", Index.as_view(), name="index"),
    path("add/", Add.as_view(), name="add"),
    path("verify/", Verify.as_view(), name="verify"),
]
