"""安全中心: password, mobile, e-mail, and where somebody is signed in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import auth
from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from candidate_api.accounts import actions, queries
from candidate_api.accounts.proofs import demand
from candidate_api.accounts.rules import Purpose
from candidate_api.candidates.proving import Proof
from home import challenges, drafts
from home.doors import private, safe_next
from home.forms import PortalForm, text
from home.problems import explain, lines, page
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem
from portal.kernel.text import mask_email, mask_mobile

_SECRETS = sensitive_post_parameters(
    "old_password", "new_password", "confirm_password", "sms_code", "email_code", "captcha_value"
)
_CODES = {"sms": "mobile", "email": "email"}  # by what is proved → where the code goes


def secret(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


def code_field(label: Any) -> forms.CharField:
    return text(label, max_length=10, inputmode="numeric", autocomplete="one-time-code")


class ProofForm(PortalForm):
    """One proof that it is still they, at the person's choice: `way` is password, sms or email."""

    old_password = secret(gettext_lazy("当前密码"), "current-password")
    sms_code = code_field(gettext_lazy("短信验证码"))
    email_code = code_field(gettext_lazy("邮箱验证码"))

    def __init__(self, *args: Any, way: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field_of in (("old_password", "password"), ("sms_code", "sms"), ("email_code", "email")):
            if field_of != way:
                del self.fields[name]

    @property
    def proof(self) -> Proof:
        given = self.cleaned_data
        return Proof(given.get("old_password", ""), given.get("sms_code", ""), given.get("email_code", ""))


class NewPasswordForm(ProofForm):
    new_password = secret(gettext_lazy("新密码"), "new-password", gettext_lazy("至少8位，越长越安全"))
    confirm_password = secret(gettext_lazy("确认密码"), "new-password")


class MobileForm(PortalForm):
    mobile = text(gettext_lazy("新手机号码"), max_length=30, inputmode="numeric", autocomplete="tel-national")
    sms_code = code_field(gettext_lazy("短信验证码"))


class EmailForm(PortalForm):
    email = text(gettext_lazy("电子邮箱"), max_length=254, inputmode="email", autocomplete="email")
    email_code = code_field(gettext_lazy("邮箱验证码"))


@private
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """安全中心: what somebody signs in with, and the latest sign-ins."""
    actor = actor_of(request, "web")
    context = {
        "mobile": mask_mobile(request.user.mobile),
        "email": mask_email(request.user.email),
        "devices": queries.devices(actor).count(),
        "sign_ins": queries.latest_sign_ins(actor),
        "back": reverse("home:me"),
    }
    return render(request, "home/security/index.html", context)


@_SECRETS
@private
def proof(request: HttpRequest) -> HttpResponse:
    """验证本人: asked for before a change, and then back to it."""
    way = _way(request)
    given = request.GET.get("next", "")
    target = safe_next(request, given) if given else reverse("home:security")
    if request.POST.get("act") == "code":
        return _send_proof_code(request, "home/security/proof.html", ProofForm(way=way), way)
    form = ProofForm(request.POST if request.method == "POST" else None, way=way)
    if form.is_valid():
        try:
            actions.prove(form.proof, by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form, password="old_password")  # noqa: S106 -- the name of a field
        else:
            return HttpResponseRedirect(target)
    return _proof_page(request, "home/security/proof.html", form, way)


@_SECRETS
@private
def password(request: HttpRequest) -> HttpResponse:
    """修改密码: with the old one or a code; signs the other devices out."""
    template = "home/security/password.html"
    way = _way(request)
    if request.POST.get("act") == "code":
        return _send_proof_code(request, template, NewPasswordForm(way=way), way)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, way=way)
    if form.is_valid():
        new, again = form.cleaned_data["new_password"], form.cleaned_data["confirm_password"]
        try:
            user = actions.change_password(form.proof, new, again, by=actor_of(request, "web"))
        except Problem as problem:
            explain(problem, form)
        else:
            auth.update_session_auth_hash(request, user)  # rotates this session; all others are over
            flash.success(request, _("密码已修改，其他设备已退出登录。"))
            return redirect("home:security")
    return _proof_page(request, template, form, way)


@_SECRETS
@private
def mobile(request: HttpRequest) -> HttpResponse:
    """绑定手机: a code to the new number."""
    actor = actor_of(request, "web")
    demand(Proof(), by=actor)
    template = "home/security/mobile.html"
    if request.POST.get("act"):

        def send(*solved: Any) -> actions.Sent:
            return actions.send_sms_code(request.POST.get("mobile", ""), Purpose.BIND, *solved, by=actor)

        return _send_new_code(request, template, MobileForm(request.POST), send)
    form = MobileForm(request.POST) if request.method == "POST" else MobileForm(initial=drafts.kept(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = actions.change_mobile(Proof(), given["mobile"], given["sms_code"], by=actor)
        except Problem as problem:
            explain(problem, form, new_sms_code="sms_code")
        else:
            flash.success(request, _("已绑定手机 %(mobile)s。") % {"mobile": mask_mobile(user.mobile)})
            return redirect("home:security")
    return _new_code_page(request, template, form)


@_SECRETS
@private
def email(request: HttpRequest) -> HttpResponse:
    """绑定邮箱: a code to the new address."""
    actor = actor_of(request, "web")
    demand(Proof(), by=actor)
    template = "home/security/email.html"
    if request.POST.get("act"):

        def send(*solved: Any) -> actions.Sent:
            return actions.send_email_code(request.POST.get("email", ""), Purpose.BIND, *solved, by=actor)

        return _send_new_code(request, template, EmailForm(request.POST), send)
    form = EmailForm(request.POST) if request.method == "POST" else EmailForm(initial=drafts.kept(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = actions.change_email(Proof(), given["email"], given["email_code"], by=actor)
        except Problem as problem:
            explain(problem, form, new_email_code="email_code")
        else:
            flash.success(request, _("已绑定邮箱 %(email)s。") % {"email": mask_email(user.email)})
            return redirect("home:security")
    return _new_code_page(request, template, form)


@private
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """登录设备: where somebody is signed in, this one marked."""
    actor = actor_of(request, "web")
    context = {"devices": queries.devices(actor), "current": actor.device_id, "back": reverse("home:security")}
    return render(request, "home/security/devices.html", context)


@private
@require_POST
def revoke(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """Sign one device out."""
    actions.revoke_device(device_id, by=actor_of(request, "web"))
    flash.success(request, _("该设备已退出登录。"))
    return redirect("home:devices")


@private
@require_POST
def revoke_others(request: HttpRequest) -> HttpResponse:
    """退出其他设备."""
    actions.revoke_others(by=actor_of(request, "web"))
    flash.success(request, _("其他设备已全部退出登录。"))
    return redirect("home:devices")


# -- proving ----------------------------------------------------------------------------------------------------
def _way(request: HttpRequest) -> str:
    way = request.GET.get("by", "")
    return "password" if way not in _CODES or (way == "email" and not request.user.email) else way


def _send_proof_code(request: HttpRequest, template: str, form: ProofForm, way: str) -> HttpResponse:
    sent, refused = None, None
    try:
        sent = actions.send_proof_code(_CODES.get(way, "mobile"), by=actor_of(request, "web"))
    except Problem as problem:
        refused = problem
    if request.headers.get("HX-Request"):
        template = "home/security/proof_part.html"
    return _proof_page(request, template, form, way, sent=sent, problem=refused)


def _proof_page(
    request: HttpRequest,
    template: str,
    form: ProofForm,
    way: str,
    *,
    sent: actions.Sent | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    ways = [("password", _("密码")), ("sms", _("短信验证码"))]
    if request.user.email:
        ways.append(("email", _("邮箱验证码")))
    context = {
        "way": way,
        "ways": ways,
        "to": mask_email(request.user.email) if way == "email" else mask_mobile(request.user.mobile),
        "sent": sent,
        "back": reverse("home:security"),
    }
    return page(request, template, context, form=form, problem=problem)


# -- what is new ------------------------------------------------------------------------------------------------
class _Solved(PortalForm):
    captcha_id = forms.UUIDField(required=False)
    captcha_value = text(gettext_lazy("校验码"), max_length=8000)


def _send_new_code(
    request: HttpRequest, template: str, form: PortalForm, send: Callable[..., actions.Sent]
) -> HttpResponse:
    """Send a code to the new address, or show another picture; what was typed stays."""
    solved = _Solved(request.POST)
    form.errors.clear()  # it is not handed in yet
    sent, found = None, []
    if request.POST["act"] == "code":
        if solved.is_valid():
            try:
                sent = send(solved.cleaned_data["captcha_id"], solved.cleaned_data["captcha_value"])
            except Problem as problem:
                about_address = any(error.field in form.fields for error in problem.errors)
                explain(problem, form if about_address else solved)
        found = lines(form) + lines(solved)
    if request.headers.get("HX-Request"):
        template = "home/account/code_part.html"
    errors = solved.errors.get("captcha_value") if found else None
    return _new_code_page(request, template, form, sent=sent, problems=found, captcha_errors=errors)


def _new_code_page(request: HttpRequest, template: str, form: PortalForm, **context: Any) -> HttpResponse:
    shown = {
        "challenge": challenges.fresh(request),
        "way": "sms",
        "has_code": bool(context.get("sent")),
        "back": reverse("home:security"),
    }
    return page(request, template, shown | context, form=form)
