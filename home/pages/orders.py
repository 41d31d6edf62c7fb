"""缴费: one order, how to pay it, and what is known about the money."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from candidate_api.payments import actions, queries
from candidate_api.payments.models import Order, PaymentAttempt
from candidate_api.payments.states import ORDER, Channel, Scene
from candidate_api.registrations.queries import shown_with
from candidate_api.registrations.states import REGISTRATION
from home.doors import private
from home.pages.waiting import at_the_door
from portal.kernel import qr
from portal.kernel.edges import actor_of, goes_on
from portal.kernel.errors import Code, Problem


@private
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """The order and its state, truthfully. While money may be on its way the page looks again, and a worker asks."""
    actor = actor_of(request, "web")
    found, attempt = actions.look_at(number, by=actor)
    context = _facts(found, attempt) | {"back": reverse("home:my-registrations")}
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == context["seen"]:
            return HttpResponse(status=204)
        return HttpResponse(headers={"HX-Refresh": "true"})
    if context["state"].code == "pending":
        context["channels"] = queries.offered_channels()
    context["entries"] = [
        {"row": row, "state": REGISTRATION.states[row.state], "sitting": row.session.slots[row.slot - 1]}
        for row in shown_with([found])
    ]
    return render(request, "home/orders/order.html", context)


def _facts(found: Order, attempt: PaymentAttempt | None) -> dict[str, Any]:
    """What the page says, and `seen`: what it would have to say anew when it changes."""
    state = found.effective_state
    waits = attempt is not None and attempt.state == "open"
    unresolved = state != "paid" and queries.has_unresolved_money(found)
    closing = state != found.state  # over by the clock, and no worker has given back yet what it holds
    return {
        "order": found,
        "state": ORDER.states[state],
        "waits": waits,
        "unresolved": unresolved,
        "closing": closing,
        "seen": f"{state}-{int(waits)}-{int(unresolved)}-{int(closing)}",
    }


@private
@require_POST
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """去支付: hand over to the channel, on this phone, at this desk or by a code to scan.

    A form may not lead to another host (Content-Security-Policy), so the way there is a link.
    """
    channel = Channel.ALIPAY if request.POST.get("channel") == Channel.ALIPAY else Channel.WECHAT
    scene = next((s for s in (Scene.NATIVE, Scene.PAGE) if request.POST.get("scene") == s), Scene.H5)
    address = request.META.get("REMOTE_ADDR", "")
    here = reverse("home:order", args=[number])
    if (line := at_the_door(request, writes=True, back=here)) is not None:
        return line
    try:
        attempt = actions.start_attempt(number, channel, scene, address, by=actor_of(request, "web"))
    except Problem as problem:
        return _refused(request, problem, here)
    context = {"number": number, "attempt": attempt, "channel": channel, "back": here}
    if attempt.invoke.get("h5_url"):
        context["leave"] = _with_return(attempt.invoke["h5_url"], request.build_absolute_uri(here))
    if attempt.invoke.get("pay_url"):
        context["leave"] = attempt.invoke["pay_url"]
    if attempt.invoke.get("code_url"):
        context["picture"] = qr.picture(attempt.invoke["code_url"])
    return render(request, "home/orders/leave.html", context)


def _with_return(url: str, target: str) -> str:
    """WeChat's own way to be told where to return to."""
    return f"{url}{'&' if '?' in url else '?'}redirect_url={quote(target, safe='')}"


@goes_on
@private
@require_POST
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """确认支付完成: ask the channel now, and say what it said."""
    here = reverse("home:order", args=[number])
    try:
        found = actions.confirm(number, by=actor_of(request, "web"))
    except Problem as problem:
        return _refused(request, problem, here)
    if found.effective_state == "pending":
        messages.warning(request, _("还没有收到支付结果。如果您已经支付，请不要重复支付，稍后再点“确认支付完成”。"))
    return redirect(here)


@private
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """取消订单 before it is paid: GET asks back, POST closes it at its channel first and releases what it held."""
    actor = actor_of(request, "web")
    here = reverse("home:order", args=[number])
    if request.method != "POST":
        found = queries.get(actor, number)
        if found.effective_state != "pending":
            return redirect(here)
        return render(
            request, "home/orders/cancel.html", {"order": found, "entries": shown_with([found]), "back": here}
        )
    try:
        actions.cancel_order(number, by=actor)
    except Problem as problem:
        return _refused(request, problem, here)
    messages.success(request, _("报考单已取消，所选课程已释放。"))
    return redirect(here)


def _refused(request: HttpRequest, problem: Problem, here: str) -> HttpResponse:
    if problem.code == Code.NOT_FOUND:
        raise problem
    messages.error(request, str(problem.detail))
    return redirect(here)
