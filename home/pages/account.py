"""注册须知 → 注册, 登录, 退出."""

from typing import Any

from django import forms
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from candidate_api.accounts import actions
from candidate_api.accounts import notice as notices
from candidate_api.accounts.rules import Purpose, Way
from candidate_api.accounts.sessions import enter
from candidate_api.candidates.states import IdType
from home import challenges
from home.doors import onwards, public, safe_next
from home.forms import PortalForm, text
from home.problems import explain, lines, only, page, place
from portal.kernel.edges import actor_of, goes_on
from portal.kernel.errors import Code, Problem

_SECRETS = sensitive_post_parameters("password", "id_number", "sms_code", "captcha_value")


def _mobile() -> forms.CharField:
    return text(gettext_lazy("手机号码"), max_length=30, inputmode="numeric", autocomplete="tel-national")


def _sms_code() -> forms.CharField:
    return text(gettext_lazy("短信验证码"), max_length=10, inputmode="numeric", autocomplete="one-time-code")


def _captcha_value(**options: Any) -> forms.CharField:
    # Long enough for solved work, which takes the place of the characters.
    return text(
        gettext_lazy("校验码"), max_length=8000, autocomplete="off", autocapitalize="off", spellcheck="false", **options
    )


def _password(autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("密码"),
        help_text=help_text,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class CodeForm(PortalForm):
    """What is needed to be sent a code; the rest of its page's form may still be empty."""

    mobile = _mobile()
    captcha_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    captcha_value = _captcha_value()


_JUDGED_BY_THE_VERB = ("name", "id_type", "id_number", "mobile", "password")


class RegisterForm(PortalForm):
    notice_version = forms.CharField(widget=forms.HiddenInput)
    name = text(gettext_lazy("姓名"), max_length=60, autocomplete="name", help_text=gettext_lazy("与证件上的姓名一致"))
    id_type = forms.ChoiceField(label=gettext_lazy("证件类型"), choices=IdType.choices, initial=IdType.RESIDENT_ID)
    id_number = text(
        gettext_lazy("证件号码"), max_length=40, autocomplete="off", autocapitalize="characters", spellcheck="false"
    )
    password = _password("new-password", gettext_lazy("至少8位，不要使用证件号码、手机号码或常见密码"))
    mobile = _mobile()
    sms_code = _sms_code()


class PasswordForm(PortalForm):
    account = text(
        gettext_lazy("账号"),
        max_length=60,
        autocomplete="username",
        help_text=gettext_lazy("手机号码、证件号码或准考证号"),
    )
    password = _password("current-password")
    captcha_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    captcha_value = _captcha_value(required=False)


class SmsForm(PortalForm):
    mobile = _mobile()
    sms_code = _sms_code()


@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """注册须知."""
    return render(request, "home/account/notice.html", {"notice": notices.current(), "back": reverse("home:login")})


@_SECRETS
@public
def register(request: HttpRequest) -> HttpResponse:
    """注册: asks for a text message first, then for everything at once."""
    template = "home/account/register.html"
    if request.method != "POST":
        version = request.GET.get("notice", "")
        if version != notices.current().version:
            return redirect("home:register-notice")
        return _account_page(request, template, RegisterForm(initial={"notice_version": version}))
    if request.POST.get("act") in ("code", "picture"):
        return _code(request, template, RegisterForm(request.POST), Purpose.REGISTER)
    form = RegisterForm(request.POST)
    if form.has_error("notice_version"):  # a form that nobody was given: it comes after the notice
        messages.warning(request, _("请先阅读注册须知。"))
        return redirect("home:register-notice")
    if form.is_valid():
        try:
            candidate = actions.register(**form.cleaned_data, by=actor_of(request, "web"))
        except Problem as problem:
            if any(error.field == "notice_version" for error in problem.errors):
                messages.warning(request, str(problem.detail))
                return redirect("home:register-notice")
            explain(problem, form)
        else:
            enter(request, candidate.user, Way.REGISTER)
            messages.success(request, _("注册成功。请继续完善个人信息并上传照片，完成后即可获得准考证号。"))
            return redirect("home:me")
    else:
        given = {name: form.cleaned_data.get(name) for name in _JUDGED_BY_THE_VERB}
        place(actions.registration_errors(**given), form)
    _keep_password(form)
    return _account_page(request, template, form)


@goes_on
@_SECRETS
@public
def login(request: HttpRequest) -> HttpResponse:
    """登录: by password, or by a code sent to the mobile."""
    target = safe_next(request, request.POST.get("next", request.GET.get("next", "")))
    if request.user.is_authenticated and request.user.is_candidate:
        return onwards(request, target)
    if request.GET.get("way") == "sms":
        return _login_sms(request, target)
    return _login_password(request, target)


def _login_password(request: HttpRequest, target: str) -> HttpResponse:
    template = "home/account/login.html"
    by, typed = actor_of(request, "web"), request.POST.get("account", "")
    # Beforehand, where so many tried from here that everybody is asked.
    asks = "captcha_id" in request.POST or actions.asks_captcha_next(typed, by=by)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.POST.get("act") == "picture":
        return _account_page(request, template, PasswordForm(initial=_typed(request)), way="password", target=target)
    if form.is_valid():
        try:
            user = actions.sign_in_password(**form.cleaned_data, by=by)
        except Problem as problem:
            asks = asks or actions.asks_captcha_next(typed, by=by)
            if problem.code == Code.CAPTCHA_REQUIRED:  # on a page from before it was due: nothing is wrong with it
                form.add_error(None, _("为了账号安全，请完成校验后再点一次“登录”。"))
                _keep_password(form)
            else:
                explain(problem, form)
        else:
            enter(request, user, Way.PASSWORD)
            return HttpResponseRedirect(target)
    return _account_page(request, template, form, way="password", target=target, asks=asks)


def _login_sms(request: HttpRequest, target: str) -> HttpResponse:
    template = "home/account/login.html"
    if request.POST.get("act") in ("code", "picture"):
        return _code(request, template, SmsForm(request.POST), Purpose.LOGIN, way="sms", target=target)
    form = SmsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = actions.sign_in_sms(**form.cleaned_data, by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form)
        else:
            enter(request, user, Way.SMS)
            return HttpResponseRedirect(target)
    return _account_page(request, template, form, way="sms", target=target)


@goes_on
@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    messages.success(request, _("您已安全退出。"))
    return redirect("home:login")


def _typed(request: HttpRequest) -> dict[str, str]:
    """What stands in the form already; a used captcha is not among it."""
    return {name: value for name, value in request.POST.items() if name not in ("captcha_id", "captcha_value")}


def _keep_password(form: forms.Form) -> None:
    """Give back the password that was just typed, in the answer to this very form alone (no cache keeps it), so that a
    slip elsewhere does not cost it; one that is itself wrong is typed anew."""
    if "password" in form.fields and not form.errors.get("password"):
        form.fields["password"].widget.render_value = True


def _code(request: HttpRequest, template: str, form: forms.Form, purpose: Purpose, **context: Any) -> HttpResponse:
    """Send a code, or show another picture, and give the page back with all that was typed."""
    found: list[Any] = []
    sent = None
    code = CodeForm(request.POST)
    if request.POST.get("act") == "code":
        if code.is_valid():
            try:
                sent = actions.send_sms_code(
                    code.cleaned_data["mobile"],
                    purpose,
                    code.cleaned_data["captcha_id"],
                    code.cleaned_data["captcha_value"],
                    by=actor_of(request, "web"),
                )
            except Problem as problem:
                explain(problem, code)
        found = lines(code)
        only(form, code)
    else:
        form.errors.clear()
    _keep_password(form)
    context |= {"captcha_errors": code.errors.get("captcha_value"), "sent": sent, "problems": found}
    if request.headers.get("HX-Request"):
        template = "home/account/code_part.html"
    return _account_page(request, template, form, **context)


def _account_page(request: HttpRequest, template: str, form: forms.Form, **context: Any) -> HttpResponse:
    """The page with a fresh challenge: each serves once."""
    way = context.setdefault("way", "")
    if way != "password" or context.get("asks") or request.POST.get("act") == "picture":
        context["challenge"] = challenges.fresh(request)
    # Who has a code needs the captcha for another one alone; a slip in typing it does not use it up.
    context["has_code"] = bool(context.get("sent") or request.POST.get("sms_code"))
    context.setdefault("captcha_errors", form.errors.get("captcha_value"))
    context.setdefault("back", "/")
    return page(request, template, context, form=form)
