"""How much there is to do, and how much was done. Nobody is ranked by name."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from django.db.models import Count, Q

from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications.models import Event
from review.applications.queries import visible_to
from review.desk.models import SavedFilter

KEYS, CODES = ("type", "office"), ("turn", "state")
NOTHING = Q(pk__in=[])


@dataclass
class Figures:
    """Of one business or one office: what came, was decided and returned since; what waits, what is late."""

    label: str
    came: int = 0
    approved: int = 0
    rejected: int = 0
    returned: int = 0
    waiting: int = 0
    late: int = 0


def figures(actor: Actor, since: datetime, by: str) -> list[Figures]:
    """By `type__title` or `office__name`, what the actor may see. Two queries."""
    rows, now = visible_to(actor).order_by(), clock.now()
    counted = rows.values_list(by).annotate(
        came=Count("pk", filter=Q(submitted_at__gte=since)),
        approved=Count("pk", filter=Q(state="approved", decided_at__gte=since)),
        rejected=Count("pk", filter=Q(state="rejected", decided_at__gte=since)),
        waiting=Count("pk", filter=Q(turn="office")),
        late=Count("pk", filter=Q(turn="office", due_at__lte=now)),
    )
    returns = Event.objects.filter(application__in=rows.values("pk"), verb="return_", at__gte=since).order_by()
    returned = dict(returns.values_list(f"application__{by}").annotate(n=Count("pk")))
    return [
        Figures(label or "—", came, approved, rejected, returned.get(label, 0), waiting, late)
        for label, came, approved, rejected, waiting, late in sorted(counted, key=lambda row: row[0] or "")
    ]


def saved_filters(actor: Actor) -> list[tuple[SavedFilter, int]]:
    """The actor's own, by name, each with how many applications it finds now. Two queries."""
    kept = list(SavedFilter.objects.filter(user_id=actor.user_id or 0))
    wanted = {f"f{one.pk}": Count("pk", filter=condition(one.query)) for one in kept}
    found = visible_to(actor).order_by().aggregate(**wanted) if wanted else {}
    return [(one, found[f"f{one.pk}"]) for one in kept]


def condition(query: str) -> Q:
    """The condition of a filter as its address says it; what cannot be meant finds nothing, as in the list itself."""
    given = {name: values[-1].strip() for name, values in parse_qs(query).items()}
    found = Q(**{name: given[name] for name in CODES if given.get(name)})
    for name in KEYS:
        value = given.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and len(value) <= 18):
            return NOTHING
        found &= Q(**{name: int(value)}) if value else Q()
    return found
