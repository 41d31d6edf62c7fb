"""我的: the record, what is still missing, messages."""

from typing import Any

from django import forms
from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from candidate_api.candidates.models import Candidate
from candidate_api.candidates.queries import of, onboarding
from candidate_api.candidates.states import CANDIDATE
from candidate_api.identity import queries as identity
from home.doors import private, safe_next
from home.forms import PortalForm
from home.problems import page
from portal.kernel.edges import actor_of, goes_on
from portal.kernel.messages import queries as outbox
from portal.kernel.messages.actions import choose_messages, mark_all_read, mark_read
from portal.kernel.text import mask_mobile

_STEPS = {"profile": "home:profile", "photo": "home:photo"}


@private
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """我的: identity masked, the way to the 准考证号, every entry."""
    actor = actor_of(request, "web")
    candidate = of(actor)
    context = {
        "candidate": candidate,
        "mobile": mask_mobile(candidate.user.mobile),
        "state": CANDIDATE.states[candidate.state],
        "identity": identity.status(candidate),
        "steps": _steps(candidate),
        "unread": outbox.unread_count(actor),
    }
    return render(request, "home/me/index.html", context)


def _steps(candidate: Candidate) -> list[dict[str, Any]]:
    """The task list; empty once the number is there."""
    if candidate.candidate_number:
        return []
    shown = []
    for step in onboarding(candidate):
        name = _STEPS.get(step.step, "")
        state = "done" if step.done else "current" if name else "todo"
        shown.append({"label": step.label, "state": state, "href": reverse(name) if name else ""})
    return shown


@private
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """消息, newest first."""
    actor = actor_of(request, "web")
    found = Paginator(outbox.inbox(actor), 20).get_page(request.GET.get("page"))
    context = {"page_obj": found, "unread": outbox.unread_count(actor), "back": reverse("home:me")}
    return render(request, "home/me/messages.html", context)


@goes_on
@private
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of them as read."""
    mark_all_read(by=actor_of(request, "web"))
    return redirect("home:messages")


@goes_on
@private
@require_POST
def read(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mark one message as read, and go on to what it tells about."""
    message = mark_read(message_id, by=actor_of(request, "web"))
    return HttpResponseRedirect(safe_next(request, message.link or reverse("home:messages")))


class NotificationForm(PortalForm):
    wanted = forms.MultipleChoiceField(
        label=gettext_lazy("接收以下通知"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, current: list[outbox.Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {_key(choice): f"{choice.message.title}（{choice.channel.label}）" for choice in current}
        self.fields["wanted"].choices = list(labels.items())
        self.initial["wanted"] = [_key(choice) for choice in current if choice.wanted]


def _key(choice: outbox.Choice) -> str:
    return f"{choice.message.code} {choice.channel}"


@private
def notifications(request: HttpRequest) -> HttpResponse:
    """消息设置: which optional messages are wanted, by which channel."""
    actor = actor_of(request, "web")
    current = outbox.choices(actor)
    form = NotificationForm(request.POST if request.method == "POST" else None, current=current)
    if form.is_valid():
        wanted = form.cleaned_data["wanted"]
        choose_messages({(c.message.code, c.channel.value): _key(c) in wanted for c in current}, by=actor)
        flash.success(request, _("保存成功。"))
        return redirect("home:messages")
    return page(request, "home/me/notifications.html", {"back": reverse("home:messages")}, form=form)
