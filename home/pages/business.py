"""业务: what can be asked and what can be done, each entry with its window."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cms.tiles.rules import TileGroup
from home.entries import every
from portal.kernel.edges import actor_of
from portal.kernel.messages.queries import unread_count


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """业务查询 and 业务办理."""
    entries = every(user_id=request.user.pk)
    groups = [(group.label, [entry for entry in entries if entry.tile.group == group]) for group in TileGroup]
    actor = actor_of(request, "web")
    context = {"groups": groups, "unread": unread_count(actor) if actor.is_candidate else 0}
    return render(request, "home/business/index.html", context)
