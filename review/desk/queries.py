"""How much there is to do, and how much was done. Nobody is ranked by name."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from django.db.models import Count, IntegerField, Q, Subquery

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.users.models import User
from review.applications.models import Event
from review.applications.queries import visible_to
from review.desk.models import SavedFilter

MOST_COUNTED = 1000  # a number beside a name says whether there is something to do
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


class _Rows(Subquery):
    """How many rows a question finds."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()


def saved_filters(actor: Actor) -> list[tuple[SavedFilter, str]]:
    """The actor's own, by name, each with how many applications it finds now: no further than MOST_COUNTED, which is
    shown as “999+”. Two queries."""
    kept = list(SavedFilter.objects.filter(user_id=actor.user_id or 0))
    if not kept:
        return []
    rows = visible_to(actor).order_by().values("pk")
    found = {f"f{one.pk}": _Rows(rows.filter(condition(one.query))[:MOST_COUNTED]) for one in kept}
    numbers = User.objects.filter(pk=actor.user_id or 0).values(**found).get()
    counted = [(one, numbers[f"f{one.pk}"]) for one in kept]
    return [(one, f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else str(number)) for one, number in counted]


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
