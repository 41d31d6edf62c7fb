from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from portal.demo.models import Delivered
from portal.kernel import clock


def outbox(request: HttpRequest) -> HttpResponse:
    """The texts that the demo's people were sent, newest first."""
    return render(request, "demo/outbox.html", {"delivered": _found(request), "to": request.GET.get("to", "")})


def outbox_json(request: HttpRequest) -> JsonResponse:
    results = [
        {"to": row.to, "channel": row.channel, "text": row.text, "created_at": clock.local(row.created_at).isoformat()}
        for row in _found(request)
    ]
    return JsonResponse({"results": results}, json_dumps_params={"ensure_ascii": False})


def _found(request: HttpRequest) -> list[Delivered]:
    rows = Delivered.objects.all()
    if to := request.GET.get("to", ""):
        rows = rows.filter(to=to)
    return list(rows[:100])
