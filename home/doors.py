"""Who comes in: the decorator around every private page, and where it is safe to go after signing in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from candidate_api.passkeys.origins import elsewhere
from home import drafts
from portal.kernel.errors import Code, Problem

View = Callable[..., HttpResponseBase]

# Forms that sign somebody in: whoever is in already has got what they ask for.
_DOORS = ("home:login", "home:passkey-sign-in")


def safe_next(request: HttpRequest, given: str) -> str:
    """`given` if it is an address of this portal, else the candidate's own page."""
    allowed = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if given and allowed else reverse("home:me")


def passkeys_elsewhere(request: HttpRequest) -> str:
    """Empty where this address may use passkeys; else the one that may."""
    return elsewhere(f"{request.scheme}://{request.get_host()}")


def in_wechat(request: HttpRequest) -> bool:
    """Whether the page is opened inside WeChat, whose browser knows neither passkeys nor downloads."""
    return "MicroMessenger" in request.headers.get("User-Agent", "")


def onwards(request: HttpRequest, target: str) -> HttpResponse:
    """To where a sign-in leads; a script that asked for a part of the page is told to leave it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def to_login(request: HttpRequest) -> HttpResponse:
    """Away to sign in, and back here afterwards; what was typed waits."""
    if request.method == "POST":
        drafts.keep(request)
        messages.warning(request, _("登录已过期。请重新登录，您填写的内容会为您保留。"))
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return onwards(request, f"{reverse('home:login')}?{urlencode({'next': here})}")


def to_proof(request: HttpRequest) -> HttpResponse:
    """Away to prove who they are once more, and back here afterwards; what was typed waits."""
    if request.method == "POST" and drafts.keep(request):
        messages.info(request, _("验证后会回到原来的页面，您填写的内容会为您保留。"))
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return redirect(f"{reverse('home:proof')}?{urlencode({'next': here})}")


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A refusal that no form of the page could show."""
    back = request.path if request.method == "POST" else reverse("home:business")
    response = render(request, "errors/problem.html", {"problem": problem, "back": back}, status=problem.status)
    if problem.retry_after is not None:
        response["Retry-After"] = str(problem.retry_after)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is too old, most often because its owner has signed in anew in another window."""
    entered = request.user.is_authenticated and request.user.is_candidate
    if entered and request.resolver_match and request.resolver_match.view_name in _DOORS:
        return onwards(request, safe_next(request, request.POST.get("next", "")))
    # Nobody else can have sent it in their name: cookies do not come along from elsewhere (SameSite), and so no owner.
    if entered and drafts.keep(request):
        sentence = _("页面已过期，没有提交任何内容。您填写的内容已保留，请返回上一页，核对后再提交一次。")
    else:
        sentence = _("页面已过期，没有提交任何内容。请返回上一页，刷新后再试一次。")
    problem = Problem(Code.PERMISSION_DENIED, sentence)
    problem.title = _("页面已过期")
    return problem_page(request, problem)


def _with_a_sentence(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """Somebody has opened the address of a button, out of their history or a bookmark."""
    problem = Problem(Code.METHOD_NOT_ALLOWED, _("这个地址不能直接打开。请回到原来的页面，用页面上的按钮操作。"))
    answer = problem_page(request, problem)
    answer["Allow"] = refused["Allow"]
    return answer


def public(view: View) -> View:
    """A page for everybody: a refusal that escapes it becomes a page of its own."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            answer = view(request, *args, **kwargs)
            return _with_a_sentence(request, answer) if isinstance(answer, HttpResponseNotAllowed) else answer
        except Problem as problem:
            if problem.code == Code.NOT_FOUND:
                raise Http404(str(problem.detail)) from problem
            if problem.code == Code.NOT_AUTHENTICATED:
                return to_login(request)
            if problem.code == Code.PROOF_REQUIRED:
                return to_proof(request)
            return problem_page(request, problem)

    return handle


def private(view: View) -> View:
    """A page for the signed-in candidate alone."""

    @wraps(view)
    def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_login(request)
        if not request.user.is_candidate:
            raise Problem(Code.PERMISSION_DENIED, _("这里是考生办理业务的页面，请使用考生账号登录。"))
        return view(request, *args, **kwargs)

    return public(handle)
