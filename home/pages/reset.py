"""忘记密码: who, the code, the new password. What one step hands the next waits, sealed, in the session."""

import json
from typing import Any

from django import forms
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from candidate_api.accounts import actions
from candidate_api.accounts.rules import Channel
from home import challenges
from home.doors import public
from home.forms import PortalForm, text
from home.pages.security import code_field, secret
from home.problems import explain, page
from portal.kernel.crypto.sealing import Undecipherable, open_sealed, seal
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem

_SECRETS = sensitive_post_parameters("identifier", "code", "new_password", "confirm_password", "captcha_value")
_KEY = "reset"
_ASKED = {
    Channel.MOBILE: text(gettext_lazy("手机号码"), max_length=30, inputmode="numeric", autocomplete="tel-national"),
    Channel.ACCOUNT: text(
        gettext_lazy("证件号码或准考证号"),
        max_length=40,
        autocomplete="username",
        autocapitalize="characters",
        spellcheck="false",
        help_text=gettext_lazy("验证码将发送到该账号绑定的手机"),
    ),
    Channel.EMAIL: text(gettext_lazy("已绑定的电子邮箱"), max_length=254, inputmode="email", autocomplete="email"),
}


class StartForm(PortalForm):
    captcha_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    captcha_value = text(gettext_lazy("校验码"), max_length=8000)

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        self.base_fields = {"identifier": _ASKED[channel], **self.base_fields}
        super().__init__(*args, **kwargs)


class CodeForm(PortalForm):
    code = code_field(gettext_lazy("验证码"))


class PasswordForm(PortalForm):
    new_password = secret(gettext_lazy("新密码"), "new-password", gettext_lazy("至少8位，越长越安全"))
    confirm_password = secret(gettext_lazy("确认密码"), "new-password")


@_SECRETS
@public
def start(request: HttpRequest) -> HttpResponse:
    """忘记密码, step 1: by mobile, by ID number or 准考证号, by e-mail."""
    way = request.GET.get("way", "")
    channel = Channel(way) if way in Channel.values else Channel.MOBILE
    if request.POST.get("act") == "picture":
        typed = {"identifier": request.POST.get("identifier", "")}
        return _start_page(request, StartForm(initial=typed, channel=channel), channel)
    form = StartForm(request.POST if request.method == "POST" else None, channel=channel)
    if form.is_valid():
        try:
            started = actions.start_reset(channel, **form.cleaned_data, by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form)
        else:
            _keep(request, id=started.reset_id, to=started.destination)
            return redirect("home:reset-code")
    return _start_page(request, form, channel)


@_SECRETS
@public
def code(request: HttpRequest) -> HttpResponse:
    """忘记密码, step 2: the code."""
    kept = _kept(request)
    if "id" not in kept:
        return redirect("home:reset")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            token = actions.verify_reset(kept["id"], form.cleaned_data["code"], by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form)
        else:
            _keep(request, token=token)
            return redirect("home:reset-password")
    context = {"to": kept["to"], "back": reverse("home:reset")}
    return page(request, "home/account/reset_code.html", context, form=form)


@_SECRETS
@public
def password(request: HttpRequest) -> HttpResponse:
    """忘记密码, step 3: the new password; every device is signed out."""
    kept = _kept(request)
    if "token" not in kept:
        return redirect("home:reset")
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            closed = actions.confirm_reset(kept["token"], **form.cleaned_data, by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form)
        else:
            del request.session[_KEY]
            flash.success(request, _("密码已重置，所有设备已退出登录。请用新密码登录。"))
            if closed:
                flash.warning(request, _("为了账号安全，原有的指纹登录已全部删除，登录后可以重新添加。"))
            return redirect("home:login")
    return page(request, "home/account/reset_password.html", {"back": reverse("home:reset")}, form=form)


def _start_page(request: HttpRequest, form: StartForm, channel: Channel) -> HttpResponse:
    context = {
        "challenge": challenges.fresh(request),
        "captcha_errors": form.errors.get("captcha_value"),
        "ways": Channel.choices,
        "way": channel.value,
        "back": reverse("home:login"),
    }
    return page(request, "home/account/reset.html", context, form=form)


def _keep(request: HttpRequest, **what: str) -> None:
    request.session[_KEY] = seal(json.dumps(what), _KEY)


def _kept(request: HttpRequest) -> dict[str, str]:
    try:
        return dict(json.loads(open_sealed(request.session[_KEY], _KEY)))
    except (KeyError, Undecipherable):
        return {}
