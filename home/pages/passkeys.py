"""指纹登录: signing in by a passkey, one's own passkeys, and what apps and password managers look up about them."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from candidate_api.accounts.proofs import demand
from candidate_api.accounts.rules import Way
from candidate_api.accounts.sessions import enter
from candidate_api.candidates.proving import Proof
from candidate_api.passkeys import actions, ceremonies, origins, queries
from candidate_api.passkeys.rules import NAME_MOST
from home.doors import in_wechat, passkeys_elsewhere, private, public, safe_next
from home.forms import PortalForm, text
from home.problems import explain, page
from portal.kernel.actor import Actor
from portal.kernel.edges import actor_of, goes_on
from portal.kernel.errors import Code, Problem

# What a person would call the device in their hand, by what its browser says of itself; the first that fits.
_DEVICES = {
    "iPhone": "iPhone", "iPad": "iPad", "HarmonyOS": gettext_lazy("鸿蒙手机"), "Android": gettext_lazy("安卓手机"),
    "Windows": gettext_lazy("Windows电脑"), "Macintosh": gettext_lazy("苹果电脑"),
}  # fmt: skip


# -- signing in -------------------------------------------------------------------------------------------------
@goes_on
@public
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """What the device is to sign, for the script of the sign-in page."""
    begun = ceremonies.begin_sign_in(actor_of(request, "web"))
    return JsonResponse({"ceremony_id": begun.ceremony_id, "options": begun.options})


@goes_on
@public
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """登录 by what the device has signed."""
    target = safe_next(request, request.POST.get("next", ""))
    try:
        user = actions.sign_in(*_answer(request), by=actor_of(request, "web"))
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect(f"{reverse('home:login')}?{urlencode({'next': target})}")
    enter(request, user, Way.PASSKEY)
    return HttpResponseRedirect(target)


def _answer(request: HttpRequest) -> tuple[UUID, dict[str, Any]]:
    """Which ceremony it was, and what the device has made of it."""
    try:
        return UUID(request.POST.get("ceremony_id", "")), dict(json.loads(request.POST.get("credential", "")))
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(Code.PASSKEY_INVALID) from error


# -- one's own --------------------------------------------------------------------------------------------------
class NameForm(PortalForm):
    name = text(
        gettext_lazy("名称"), max_length=NAME_MOST, autocomplete="off", help_text=gettext_lazy("便于您认出是哪台设备")
    )


@private
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """我的通行密钥, newest first."""
    context = {"passkeys": queries.visible_to(actor_of(request, "web")), "back": reverse("home:security")}
    return _passkey_page(request, "index", context)


@private
def add(request: HttpRequest) -> HttpResponse:
    """添加通行密钥: a name, then the device makes it; after 验证本人 where that was longer ago."""
    actor = actor_of(request, "web")
    context: dict[str, Any] = {"back": reverse("home:passkeys")}
    if "ceremony_id" in request.POST:
        return _keep(request, actor)
    demand(Proof(), by=actor)
    form = NameForm(request.POST or None, initial={"name": _device(request)})
    if form.is_valid():
        try:
            begun = actions.begin_adding(Proof(), by=actor)
        except Problem as problem:
            explain(problem, form)
        else:
            return _passkey_page(request, "make", context | {"begun": begun, "name": form.cleaned_data["name"]})
    return _passkey_page(request, "add", context, form)


def _keep(request: HttpRequest, actor: Actor) -> HttpResponse:
    try:
        passkey = actions.add(*_answer(request), request.POST.get("name", ""), by=actor)
    except Problem as problem:
        messages.error(request, str(problem.detail))
        return redirect("home:passkey-add")
    messages.success(request, _("已添加“%(name)s”，下次可以直接用它登录。") % {"name": passkey.name})
    return redirect("home:passkeys")


@private
def one(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """One passkey: give it another name."""
    actor = actor_of(request, "web")
    passkey = queries.get(passkey_id, actor)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": passkey.name})
    if form.is_valid():
        try:
            actions.rename(passkey_id, form.cleaned_data["name"], by=actor)
        except Problem as problem:
            explain(problem, form)
        else:
            messages.success(request, _("名称已修改。"))
            return redirect("home:passkeys")
    return _passkey_page(request, "one", {"passkey": passkey, "back": reverse("home:passkeys")}, form)


@private
def remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Remove one passkey: asks back first, after 验证本人 where that was longer ago."""
    actor = actor_of(request, "web")
    passkey = queries.get(passkey_id, actor)
    demand(Proof(), by=actor)
    if request.method == "POST":
        actions.remove(passkey_id, Proof(), by=actor)
        messages.success(request, _("已删除“%(name)s”，它不能再登录您的账号。") % {"name": passkey.name})
        return redirect("home:passkeys")
    context = {"passkey": passkey, "back": reverse("home:passkey", args=[passkey_id])}
    return _passkey_page(request, "remove", context)


def _passkey_page(
    request: HttpRequest, name: str, context: dict[str, Any], form: PortalForm | None = None
) -> HttpResponse:
    context |= {"elsewhere": passkeys_elsewhere(request), "in_wechat": in_wechat(request)}
    return page(request, f"home/me/passkeys/{name}.html", context, form=form)


def _device(request: HttpRequest) -> str:
    told = request.headers.get("User-Agent", "")
    return next((str(name) for mark, name in _DEVICES.items() if mark in told), "")


# -- looked up by others ----------------------------------------------------------------------------------------
@require_safe
def android(request: HttpRequest) -> HttpResponse:
    """Our Android apps, which may use the passkeys of this site."""
    relation = ["delegate_permission/common.get_login_creds"]
    apps = [
        {
            "relation": relation,
            "target": {"namespace": "android_app", "package_name": package, "sha256_cert_fingerprints": [digest]},
        }
        for package, digest in origins.android_apps()
    ]
    return JsonResponse(apps, safe=False)


@require_safe
def ios(request: HttpRequest) -> HttpResponse:
    """Our iOS apps, which may use the passkeys of this site."""
    return JsonResponse({"webcredentials": {"apps": settings.IOS_APPS}})


@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    """Where password managers send a person to add a passkey or to look after theirs."""
    return JsonResponse(
        {
            "enroll": request.build_absolute_uri(reverse("home:passkey-add")),
            "manage": request.build_absolute_uri(reverse("home:passkeys")),
        }
    )
