"""The panels as Wagtail's home wants them, and the kernel's own ones."""

from typing import Any

from django.db.models import Count, Max, Min
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from portal.kernel.actor import Actor
from portal.kernel.admin import at_desk
from portal.kernel.dashboard import panels
from portal.kernel.dashboard.panels import Panel, plug
from portal.kernel.messages.models import Message
from portal.kernel.messages.rules import DESK
from portal.kernel.messages.states import Channel
from portal.kernel.messages.templates import REGISTRY


class Card(Component):
    """One panel for one member of staff."""

    def __init__(self, panel: Panel, actor: Actor) -> None:
        self.panel, self.actor, self.order = panel, actor, panel.order

    def render_html(self, parent_context: Any = None) -> SafeString:
        return mark_safe(panels.rendered(self.panel, self.actor))  # noqa: S308 -- a template has escaped it


def cards(request: HttpRequest) -> list[Card]:
    """For the hook `construct_homepage_panels`."""
    actor = at_desk(request)
    return [Card(panel, actor) for panel in panels.panels_of(actor)]


def _failed(actor: Actor) -> dict[str, Any]:
    failed = Message.objects.filter(state="failed").order_by()
    rows = failed.values("template", "channel").annotate(count=Count("pk"), oldest=Min("created_at"), last=Max("pk"))
    lines = [
        {
            "title": REGISTRY[row["template"]].title if row["template"] in REGISTRY else row["template"],
            "channel": Channel(row["channel"]).label,
            "count": row["count"],
            "oldest": row["oldest"],
        }
        for row in rows.order_by("-count", "template")[:10]
    ]
    return {"lines": lines}


plug(
    Panel("queues", _("待办"), "kernel/dashboard/queues.html", panels.queues, order=110),
    Panel("failed", _("发送失败的消息"), "kernel/dashboard/failed.html", _failed, roles=DESK, order=140),
)
