"""What has a workflow is published by it alone: whoever writes may hand in, and somebody else approves."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.action_menu import ActionMenuItem, PublishMenuItem
from wagtail.models import Page, TaskState

from portal.kernel.actor import Actor
from portal.kernel.dashboard.panels import Queue, Waiting, plug

_REFUSED = "发布前须由另一位同事审核，请点击“提交审核”。"


def draft_instead_of_new(request: HttpRequest, parent: Page, page_class: type[Page]) -> None:
    """发布 on a new page: it is kept as a draft."""
    draft_instead(request, parent)


def draft_instead(request: HttpRequest, page: Page) -> None:
    """发布 on a page: what was typed is kept as a draft. The rule is no permission, since it holds for everybody, and
    whoever may publish also takes down and schedules."""
    if "action-publish" not in request.POST or page.get_workflow() is None:
        return
    request.POST = request.POST.copy()
    del request.POST["action-publish"]
    messages.error(request, _(_REFUSED))


def refuse_to_publish_many(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    """The list's button 发布: the same for what is chosen there."""
    if action_type != "publish" or not any(isinstance(one, Page) and one.get_workflow() for one in objects):
        return None
    messages.error(request, _(_REFUSED))
    return redirect("wagtailadmin_explore_root")


def without_publish(items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """No button that only refuses."""
    page = context.get("page") or context.get("parent_page")
    if page is not None and page.get_workflow() is not None:
        items[:] = [item for item in items if not isinstance(item, PublishMenuItem)]


def _for_their_eyes(actor: Actor) -> Waiting:
    """What colleagues have handed in; nobody approves their own."""
    of_their_groups = TaskState.objects.filter(
        status=TaskState.STATUS_IN_PROGRESS, task__secondpairofeyes__groups__user=actor.user_id
    )
    others = of_their_groups.exclude(revision__user=actor.user_id)
    return Waiting(**others.aggregate(count=Count("pk", distinct=True), oldest=Min("started_at")))


plug(
    Queue("approval", gettext_lazy("待审核的稿件"), ("editor",), _for_their_eyes, "wagtailadmin_reports:workflow_tasks")
)
