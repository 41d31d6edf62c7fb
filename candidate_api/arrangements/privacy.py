from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from candidate_api.arrangements.models import Arrangement, Seat, SeatChange
from portal.kernel import clock
from portal.kernel.users.holdings import Holding, holds
from portal.kernel.users.models import User


def _rows(user: User) -> "QuerySet[Seat]":
    """Not before they are published and the session is released: nobody's to know until then, not in an export."""
    published = Seat.objects.filter(session__arrangement__state="published")
    return published.filter(candidate__user=user, session__tickets_at__lte=clock.now())


def _changes(user: User) -> "QuerySet[SeatChange]":
    released = SeatChange.objects.filter(arrangement__session__tickets_at__lte=clock.now())
    return released.filter(registration__candidate__user=user)


holds(
    Holding(
        Arrangement,
        _("经办的考场编排"),
        _("属于考试档案，永久保存。"),
        lambda user: Arrangement.objects.filter(Q(requested_by=user) | Q(published_by=user)),
        ("session__code", "state", "requested_at", "published_at"),
    ),
    Holding(
        Seat,
        _("考场座位（已公布的）"),
        _("属于考籍档案，永久保存。"),
        _rows,
        ("session__code", "slot", "room__site__name", "room__number", "seat_no"),
    ),
    Holding(
        SeatChange,
        _("座位调整"),
        _("属于考籍档案，永久保存。"),
        _changes,
        ("arrangement__session__code", "slot", "why", "to_room__site__name", "to_room__number", "to_seat", "at"),
    ),
)
