"""报考 on the desk's first page: how many courses were registered on each of the last days."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from candidate_api.registrations.models import Registration
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.dashboard.panels import Panel, plug

_DAYS = 14
_HEIGHT, _STEP = 120, 40  # of the chart, and of one day in it, in pixels
_MAY_READ = ("administrator", "auditor", "finance", "archive")  # codes of review.offices.states.Role


def _by_day(actor: Actor) -> dict[str, Any]:
    """Submitted and confirmed entries of each day in Guangxi, today last."""
    first = clock.today() - timedelta(days=_DAYS - 1)
    rows = Registration.objects.filter(created_at__gte=clock.at(first)).order_by()
    day = TruncDate("created_at", tzinfo=clock.SHANGHAI)
    counted = (
        rows.annotate(day=day)
        .values("day")
        .annotate(submitted=Count("pk"), confirmed=Count("pk", filter=Q(state="confirmed")))
    )
    by_day = {row["day"]: row for row in counted}
    most = max((row["submitted"] for row in by_day.values()), default=0) or 1
    days = []
    for number in range(_DAYS):
        date = first + timedelta(days=number)
        row = by_day.get(date, {"submitted": 0, "confirmed": 0})
        tall, paid = (row[name] * _HEIGHT // most for name in ("submitted", "confirmed"))
        bars = {"x": number * _STEP + 6, "y": _HEIGHT - tall + 16, "tall": tall, "paid_y": _HEIGHT - paid + 16}
        days.append({"date": date, **row, **bars, "paid": paid, "middle": number * _STEP + _STEP // 2})
    return {"days": days, "width": _DAYS * _STEP, "total": sum(day["submitted"] for day in days)}


plug(Panel("registrations", _("近14天报考科次"), "registrations/panel.html", _by_day, roles=_MAY_READ, order=120))
