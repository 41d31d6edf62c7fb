"""个人数据与注销: what is held, a copy of it, and the end of the account."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from candidate_api.accounts.proofs import Proof, demand
from candidate_api.candidates.queries import of
from candidate_api.rights import actions, queries
from candidate_api.rights.states import ERASURE
from home import drafts
from home.doors import private
from home.forms import PortalForm, text
from home.problems import explain, page
from portal.kernel.downloads import private_file
from portal.kernel.edges import actor_of
from portal.kernel.errors import Problem
from portal.kernel.states import Who


class ErasureForm(PortalForm):
    reason = text(gettext_lazy("注销理由"), max_length=500, widget=forms.Textarea, rows="3")
    agree = forms.BooleanField(label=gettext_lazy("我已知晓注销后不能恢复"))


@private
def data(request: HttpRequest) -> HttpResponse:
    """What is held about the person, and copies of it."""
    actor = actor_of(request, "web")
    demand(Proof(), by=actor)
    problem = None
    if request.method == "POST":
        try:
            actions.request_export(Proof(), by=actor)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _("已收到申请，备好后会通知您，请在7天内下载。"))
            return redirect("home:data")
    context: dict[str, Any] = {
        "holdings": queries.holdings(of(actor).user),
        "exports": [(export, queries.is_there(export)) for export in queries.exports(actor)[:5]],
        "back": reverse("home:me"),
    }
    return page(request, "home/me/data.html", context, problem=problem, status=problem.status if problem else 200)


@private
@require_safe
def download(request: HttpRequest, export_id: int) -> HttpResponse:
    """One copy, while it is kept."""
    return private_file(queries.export_file(actor_of(request, "web"), export_id), "application/zip", _("个人数据.zip"))


@private
def erasure(request: HttpRequest) -> HttpResponse:
    """注销账号: what goes, what the law keeps, and the request."""
    actor = actor_of(request, "web")
    demand(Proof(), by=actor)
    form = ErasureForm(request.POST) if request.method == "POST" else ErasureForm(initial=drafts.kept(request))
    problem = None
    if form.is_valid():
        try:
            actions.request_erasure(form.cleaned_data["reason"], Proof(), by=actor)
        except Problem as refused:
            problem = refused
            explain(refused, form)
        else:
            messages.success(request, _("已收到注销申请，处理前可以撤回。"))
            return redirect("home:erasure")
    found = queries.own_erasure(actor)
    context: dict[str, Any] = {
        "request_": found,
        "may_withdraw": found is not None and "withdraw" in ERASURE.allowed(found.state, Who.CANDIDATE),
        "holdings": queries.holdings(of(actor).user),
        "back": reverse("home:data"),
    }
    return page(request, "home/me/erasure.html", context, form=form, status=problem.status if problem else 200)


@private
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the request back."""
    actions.withdraw_erasure(by=actor_of(request, "web"))
    messages.success(request, _("注销申请已撤回。"))
    return redirect("home:erasure")
