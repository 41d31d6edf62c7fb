"""How much there is to do, and how much was done. Nobody is ranked by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qs

from django.db.models import Count, Q, QuerySet

from cms.workdays.queries import special_among, working_days_after
from portal.kernel import clock
from portal.kernel.actor import Actor
from review.applications.models import Application, Event
from review.applications.queries import visible_to
from review.desk.models import SavedFilter
from review.desk.rules import SOON_WORKING_DAYS, Left, last_day, time_left
from review.desk.states import Due
from review.types.states import StepActor

KEYS, CODES = ("type", "office"), ("turn", "state")
FILTERS = (*KEYS, *CODES, "due")
NOTHING = Q(pk__in=[])


@dataclass
class Figures:
    """Of one business or one office: what came, was decided and returned since; what waits, what is late. Nothing comes
    to one person."""

    label: str
    came: int | None = 0
    approved: int = 0
    rejected: int = 0
    returned: int = 0
    waiting: int = 0
    late: int = 0


_ACTS = {
    "approved": Count("pk", filter=Q(verb="approve")),
    "rejected": Count("pk", filter=Q(verb="reject")),
    "returned": Count("pk", filter=Q(verb="return_")),
}


def by_type(actor: Actor, since: datetime) -> list[Figures]:
    """By business, what the actor may see. Two queries."""
    rows, now = visible_to(actor).order_by(), clock.now()
    counted = rows.values_list("type__title").annotate(
        came=Count("pk", filter=Q(submitted_at__gte=since)),
        approved=Count("pk", filter=Q(state="approved", decided_at__gte=since)),
        rejected=Count("pk", filter=Q(state="rejected", decided_at__gte=since)),
        waiting=Count("pk", filter=Q(turn="office")),
        late=Count("pk", filter=Q(turn="office", due_at__lte=now)),
    )
    returns = Event.objects.filter(application__in=rows.values("pk"), verb="return_", at__gte=since).order_by()
    returned = dict(returns.values_list("application__type__title").annotate(n=Count("pk")))
    return [
        Figures(label, came, approved, rejected, returned.get(label, 0), waiting, late)
        for label, came, approved, rejected, waiting, late in sorted(counted)
    ]


def by_office(actor: Actor, since: datetime) -> list[Figures]:
    """By office: what came to it first, what its people did, whoever has the application now, and what waits there.
    Three queries."""
    rows, found = visible_to(actor).order_by(), {}
    came = rows.filter(submitted_at__gte=since, origin__isnull=False).values("origin__name").annotate(came=Count("pk"))
    did = _acts(actor, since).exclude(office=None).values("office__name").annotate(**_ACTS)
    late = Count("pk", filter=Q(due_at__lte=clock.now()))
    waits = rows.filter(turn="office").values("office__name").annotate(waiting=Count("pk"), late=late)
    for told in (*came, *did, *waits):
        name = str(told.pop("origin__name", "") or told.pop("office__name", ""))
        row = found.setdefault(name, Figures(name))
        for part, number in told.items():
            setattr(row, part, number)
    return sorted(found.values(), key=lambda row: row.label)


def of_oneself(actor: Actor, since: datetime) -> Figures:
    """What the actor did themselves, and what of it all they have in hand. Two queries."""
    in_hand = visible_to(actor).filter(claimed_by=actor.user_id, claimed_until__gt=clock.now(), turn="office")
    late = Count("pk", filter=Q(due_at__lte=clock.now()))
    did = _acts(actor, since).filter(by=actor.user_id).aggregate(**_ACTS)
    return Figures(actor.name, None, **did, **in_hand.aggregate(waiting=Count("pk"), late=late))


def _acts(actor: Actor, since: datetime) -> "QuerySet[Event]":
    return Event.objects.filter(application__in=visible_to(actor).order_by().values("pk"), at__gte=since).order_by()


def saved_filters(actor: Actor) -> list[tuple[SavedFilter, int]]:
    """The actor's own, by name, each with how many applications it finds now. Three queries."""
    kept = list(SavedFilter.objects.filter(user_id=actor.user_id or 0))
    soon = soon_until()
    wanted = {f"f{one.pk}": Count("pk", filter=condition(one.query, soon)) for one in kept}
    found = visible_to(actor).order_by().aggregate(**wanted) if wanted else {}
    return [(one, found[f"f{one.pk}"]) for one in kept]


def calendar(rows: Iterable[Application]) -> dict[date, bool]:
    """What the office has entered for the days between now and the deadlines of these. One query."""
    return special_among([clock.today(), *(last_day(row.due_at) for row in rows if row.due_at)])


def left(application: Application, special: Mapping[date, bool]) -> Left | None:
    """How much time its office has left; None where no office has to act."""
    if application.turn != StepActor.OFFICE or application.due_at is None:
        return None
    return time_left(application.due_at, clock.now(), special)


def soon_until() -> datetime:
    """What is due by then has so few working days left that its office is warned: the begin of the next one. One
    query."""
    return working_days_after(clock.now(), SOON_WORKING_DAYS + 1) - timedelta(days=1)


def by_due(due: str, soon: datetime) -> Q:
    """The condition that an office has to act and stands so to its deadline, `soon` as `soon_until` says."""
    now = clock.now()
    when = {
        Due.OVERDUE.value: Q(due_at__lte=now),
        Due.SOON.value: Q(due_at__gt=now, due_at__lte=soon),
        Due.OK.value: Q(due_at__gt=soon),
    }
    return Q(turn=StepActor.OFFICE) & when[due] if due in when else NOTHING


def condition(query: str, soon: datetime) -> Q:
    """The condition of a filter as its address says it; what cannot be meant finds nothing, as in the list itself."""
    given = {name: values[-1].strip() for name, values in parse_qs(query).items()}
    found = Q(**{name: given[name] for name in CODES if given.get(name)})
    for name in KEYS:
        value = given.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and len(value) <= 18):
            return NOTHING
        found &= Q(**{name: int(value)}) if value else Q()
    return found & by_due(given["due"], soon) if given.get("due") else found
